/** @file Objects that annotation tools and LLM services write, as rows: OpenAI's chat examples, Prodigy, Label Studio. */

import { isObject, isViewerRow, type JsonObject } from "./json-documents.js";

/** The values of a row, or why it is left out. */
export type Reading = { readonly values: JsonObject } | { readonly skip: string };

/** How the objects of one file become rows. */
export interface RowReader {
  read(value: JsonObject): Reading;
  /** What the user should know of the rows that were read, in sentences. */
  notes(file: string): readonly string[];
}

/** The reader for a file whose objects these are. */
export function rowReader(objects: readonly JsonObject[]): RowReader {
  const [first] = objects;
  if (first === undefined) return quiet(readPlain);
  if (Array.isArray(first["messages"])) return quiet(readChat);
  if (isProdigy(first)) return quiet(readProdigy);
  if (objects.every(isViewerRow)) return quiet((value) => ({ values: value["row"] as JsonObject }));
  if (objects.every(isLabelStudioTask)) return labelStudioReader(objects);
  return quiet(readPlain);
}

function quiet(read: RowReader["read"]): RowReader {
  return { read, notes: () => [] };
}

function readPlain(values: JsonObject): Reading {
  return { values };
}

/** OpenAI's fine-tuning format: the last thing the user says is the text, the last thing the assistant says is the label. */
function readChat({ messages, ...rest }: JsonObject): Reading {
  const said = (role: string): string | null => {
    const last = (Array.isArray(messages) ? messages : []).findLast(
      (message: unknown) => isObject(message) && message["role"] === role,
    );
    return isObject(last) ? contentOf(last["content"]) : null;
  };
  const text = said("user");
  if (text === null) return { skip: 'no message with role "user"' };
  return { values: { ...rest, text, label: said("assistant")?.trim() ?? "" } };
}

/** A message's content: a string, or a list of parts of which the text counts. */
function contentOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const parts = content.flatMap((part: unknown) => (isObject(part) && typeof part["text"] === "string" ? [part["text"]] : []));
  return parts.length > 0 ? parts.join("\n") : null;
}

/** Prodigy writes `answer` with every annotation, and `_input_hash` beside it. */
function isProdigy(value: JsonObject): boolean {
  const answer = value["answer"];
  return (
    typeof value["text"] === "string" &&
    (answer === "accept" || answer === "reject" || answer === "ignore") &&
    ("label" in value || Array.isArray(value["accept"]))
  );
}

/** Prodigy: one label that was accepted (`textcat.teach`), or the options that were ticked (`textcat.manual`, choice). */
function readProdigy(value: JsonObject): Reading {
  const { answer, accept, options: _options, ...rest } = value;
  if (answer === "ignore") return { skip: 'the annotator chose "ignore"' };
  if (answer === "reject") return { skip: 'the annotator chose "reject", which says what the label is not' };
  return { values: Array.isArray(accept) ? { ...rest, label: accept } : rest };
}

/** A task of Label Studio's JSON: its fields under `data`, the answers of annotators under `annotations` (once `completions`). */
function isLabelStudioTask(value: JsonObject): boolean {
  return isObject(value["data"]) && Array.isArray(value["annotations"] ?? value["completions"]);
}

/** What an annotator answered to each question of the project: labels by the question's name (`from_name`). */
type Answers = ReadonlyMap<string, readonly string[]>;

/**
 * Label Studio's tasks: the fields of `data`, and a column for each question with choices, a taxonomy or a rating. A single question becomes
 * `label`, since its name says nothing of that. Of several annotators the one who is marked as ground truth counts, or else the first.
 */
function labelStudioReader(objects: readonly JsonObject[]): RowReader {
  const answersOf = (value: JsonObject): readonly Answers[] => {
    const annotations = (value["annotations"] ?? value["completions"]) as readonly unknown[];
    const valid = annotations.filter(isObject).filter((one) => one["was_cancelled"] !== true);
    return [...valid.filter((one) => one["ground_truth"] === true), ...valid.filter((one) => one["ground_truth"] !== true)].map(
      ({ result }) => labelStudioAnswers(result),
    );
  };
  const questions = new Set(objects.flatMap((value) => answersOf(value).flatMap((answers) => [...answers.keys()])));
  const [only, ...others] = questions;
  let differing = 0;
  return {
    read(value) {
      const [answers, ...more] = answersOf(value);
      const key = (one: Answers | undefined): string => JSON.stringify([...(one ?? [])]);
      if (more.some((one) => key(one) !== key(answers))) differing++;
      const data = value["data"] as JsonObject;
      const { label, ...fields } = data;
      const own: Record<string, unknown> =
        others.length > 0 || label === undefined ? { ...data } : { ...fields, "data.label": label };
      if (value["id"] !== undefined && own["id"] === undefined) own["id"] = value["id"];
      for (const question of questions)
        own[question === only && others.length === 0 ? "label" : question] = answers?.get(question) ?? null;
      return { values: own };
    },
    notes: (file) => [
      ...(questions.size === 0
        ? [
            `${file} is Label Studio's JSON, and no annotation in it is a choice, a taxonomy or a rating: spans, free texts and predictions are no labels of a whole text.`,
          ]
        : []),
      ...(differing > 0
        ? [
            `${file}: the annotations of ${differing} ${differing === 1 ? "task differ" : "tasks differ"}: of each the ground truth counts, or else the first.`,
          ]
        : []),
    ],
  };
}

function labelStudioAnswers(result: unknown): Answers {
  const answers = new Map<string, readonly string[]>();
  for (const part of Array.isArray(result) ? result : []) {
    if (!isObject(part) || !isObject(part["value"])) continue;
    const { choices, taxonomy, rating } = part["value"];
    const name = typeof part["from_name"] === "string" ? part["from_name"] : "label";
    const labels = Array.isArray(choices)
      ? choices.map(String)
      : Array.isArray(taxonomy)
        ? taxonomy.map((path: unknown) => (Array.isArray(path) ? path.join(" / ") : String(path)))
        : rating !== undefined && !isObject(rating)
          ? [String(rating)]
          : null;
    if (labels !== null) answers.set(name, [...(answers.get(name) ?? []), ...labels]);
  }
  return answers;
}
