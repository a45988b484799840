/** @file What labels mean, in words, from a YAML or JSON file beside the data. */

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { UserError } from "../lib/errors.js";
import { isInside } from "../lib/inside-folder.js";
import { isTooDeep, tooDeep } from "../lib/nesting.js";
import { nearestNames } from "../lib/text/nearest-name.js";
import { readBytes, utf8Text } from "./formats/file-bytes.js";

/** Objects without a prototype, so that a label named "constructor" finds nothing but its own entry. */
export interface LabelWords {
  readonly descriptions: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

export const noLabelWords: LabelWords = { descriptions: Object.create(null), aliases: Object.create(null) };

/** Looked for beside the data where no file is named. */
const usualNames = ["label-descriptions.yaml", "label-descriptions.yml", "label-descriptions.json"];

/**
 * Reads `label: description`, or `label: { description, aliases }`. UserError where the file is not of that form, or names a label
 * that the data does not have.
 */
export async function readLabelWords(path: string, labels: readonly string[]): Promise<LabelWords> {
  const words = await parseLabelWords(path);
  const unknown = unknownLabels(words, labels);
  if (unknown.length > 0) {
    const [first] = unknown;
    const near = nearestNames(first!, labels)
      .slice(0, 5)
      .map((label) => JSON.stringify(label));
    throw new UserError(
      `${basename(path)} describes ${JSON.stringify(first)}${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ""}, which is not a label of the data. ` +
        `Nearest labels: ${near.join(", ")}.`,
    );
  }
  return words;
}

/** The descriptions beside a data file, if there are any and they are of this data's labels, and what to tell the user of it. */
export async function labelWordsBeside(
  dataPath: string,
  labels: readonly string[],
): Promise<{ readonly words: LabelWords; readonly note: string | null }> {
  const folder = dirname(dataPath);
  const names = await readdir(folder).catch((): string[] => []);
  const file = usualNames.find((name) => names.includes(name));
  if (file === undefined) return { words: noLabelWords, note: null };
  // Nobody named it, and its words go into prompts.
  if (!(await isInside(join(folder, file), folder))) {
    return {
      words: noLabelWords,
      note: `${file} beside the data was not used: it is a link that leads out of that folder. Name it with --descriptions if it should be.`,
    };
  }
  const words = await parseLabelWords(join(folder, file));
  const unknown = unknownLabels(words, labels);
  if (unknown.length === 0) return { words, note: `Descriptions of labels are from ${file}, which stands beside the data.` };
  return {
    words: noLabelWords,
    note: `${file} beside the data was not used: it describes ${JSON.stringify(unknown[0])}, which is not a label here. Name it with --descriptions if it should be.`,
  };
}

function unknownLabels({ descriptions, aliases }: LabelWords, labels: readonly string[]): string[] {
  const known = new Set(labels);
  return [...new Set([...Object.keys(descriptions), ...Object.keys(aliases)])].filter((label) => !known.has(label));
}

/** The labels that a file describes, in its order, with their words: where the file says what the labels are. */
export async function describedLabels(path: string): Promise<LabelWords & { readonly labels: readonly string[] }> {
  const words = await parseLabelWords(path);
  const labels = [...new Set([...Object.keys(words.descriptions), ...Object.keys(words.aliases)])];
  return { ...words, labels };
}

async function parseLabelWords(path: string): Promise<LabelWords> {
  const file = basename(path);
  const text = utf8Text(await readBytes(path)).bytes.toString("utf8");
  let content: unknown;
  try {
    // Every value as it is written: a label named `no` is not `false`. JSON is YAML.
    content = parse(text, { schema: "failsafe", maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof YAMLParseError) && !(error instanceof ReferenceError)) throw error;
    if (isTooDeep(error)) throw new UserError(tooDeep(file));
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new UserError(
      `${file}${line === undefined ? "" : ` line ${line}`} is not YAML. Expected one "label: description" a line.`,
    );
  }
  if (!isMapping(content)) throw new UserError(`${file} is not a mapping. Expected one "label: description" a line.`);
  const descriptions: Record<string, string> = Object.create(null);
  const aliases: Record<string, readonly string[]> = Object.create(null);
  for (const [label, value] of Object.entries(content)) {
    const entry = isMapping(value) ? value : { description: value };
    const { description, aliases: others } = entry;
    const isList = Array.isArray(others) && others.every((one): one is string => typeof one === "string");
    if ((description !== undefined && typeof description !== "string") || (others !== undefined && !isList)) {
      throw new UserError(
        `${file}: ${JSON.stringify(label)} must be a description, or have "description" (words) and "aliases" (a list of words).`,
      );
    }
    if (description !== undefined && description.trim() !== "") descriptions[label] = description.trim();
    if (isList) aliases[label] = others;
  }
  return { descriptions, aliases };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
