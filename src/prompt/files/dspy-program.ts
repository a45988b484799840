/**
 * @file A program that DSPy saved with `program.save("program.json")`: its instruction and demonstrations, asked in Crossover's form. Read are
 * the layouts of DSPy 2.4 to 3.4; `golden/make_dspy.py` makes one of each. The labels are not in the file: they are the task's.
 */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { jsonFaultOffset } from "../../lib/text/json-fault.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import type { Dataset } from "../../types/data.js";
import { noDemos } from "../demos/balanced-demos.js";
import { parseAnswer, parseAnswers } from "../reading/answer.js";
import { type Demo, promptTemplate } from "../template.js";
import { excerpt } from "./excerpt.js";
import type { PromptSource } from "./prompt-source.js";

const signature = z.object({
  instructions: z.string(),
  fields: z.array(z.object({ prefix: z.string(), description: z.string() })).min(2),
});
const predictorSchema = z.union([
  // A chain of thought kept its signature with the reasoning apart until 2.5.
  z.object({ demos: z.array(z.record(z.string(), z.unknown())), signature, extended_signature: signature.optional() }),
  z.object({
    demos: z.array(z.record(z.string(), z.unknown())),
    signature_instructions: z.string(),
    extended_signature_instructions: z.string().optional(),
  }),
]);
type SavedPredictor = z.infer<typeof predictorSchema>;
type Field = z.infer<typeof signature>["fields"][number];

/** Reads a saved program with one predictor. UserError for what is none, and for demonstrations that no task of classification has. */
export async function readDspyProgram(path: string): Promise<PromptSource> {
  const value = await readJson(path);
  const { name: module, saved } = onlyPredictor(value, path);
  const place = module === null ? path : `${path}, predictor ${excerpt(module)}`;
  const fields = "signature" in saved ? (saved.extended_signature ?? saved.signature).fields : null;
  const roles = rolesOf(saved, fields, place);
  const instruction = [
    "signature" in saved ? saved.signature.instructions : saved.signature_instructions,
    ...roles.descriptions,
  ].join("\n");
  return {
    name: basename(path).replace(/\.json$/i, ""),
    place: path,
    llms: [],
    hash: sha256(JSON.stringify(value)),
    notes: [
      `${basename(path)}: the instruction and ${saved.demos.length} demonstrations are DSPy's; how the text is delimited and how to answer is said in Crossover's words.`,
    ],
    isTextOnly: false,
    parameters: {},
    needs: [],
    programFor(task, card) {
      const examples = saved.demos.map((demo, i) => demoOf(demo, i + 1, roles, task, place));
      const template = promptTemplate(task, {
        instruction,
        isReasoning: card.isReasoning,
        ...(task.aliases === undefined ? {} : { aliases: task.aliases }),
      });
      return {
        template,
        demos: examples.length === 0 ? noDemos : { kind: "fixed", examples, spares: [] },
        answer: roles.isReasoned ? "reasoned" : "direct",
        samples: 1,
        shortlist: null,
      };
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    const line = text.slice(0, jsonFaultOffset(text)).split("\n").length;
    throw new UserError(`${path} line ${line} is not JSON. Expected a program that DSPy saved: program.save("program.json").`);
  }
}

function onlyPredictor(value: unknown, path: string): { readonly name: string | null; readonly saved: SavedPredictor } {
  const whole = predictorSchema.safeParse(value);
  if (whole.success) return { name: null, saved: whole.data };
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const found = entries.flatMap(([name, part]) => {
    const parsed = predictorSchema.safeParse(part);
    return parsed.success ? [{ name, saved: parsed.data }] : [];
  });
  const [only, ...others] = found;
  if (only === undefined) {
    throw new UserError(
      `${path} holds no predictor of DSPy: nothing in it has "demos" and a "signature". Expected a program saved with program.save("program.json").`,
    );
  }
  if (others.length > 0) {
    const names = found.map(({ name }) => excerpt(name)).join(", ");
    throw new UserError(
      `${path} holds ${found.length} predictors (${names}), and a prompt is one. Save the one that classifies: program.${only.name}.save("program.json").`,
    );
  }
  return only;
}

/** Which key of a demonstration is what. */
interface Roles {
  readonly text: string;
  readonly label: string;
  readonly isReasoned: boolean;
  /** What the fields mean, for the instruction: `Text: what the customer wrote`. */
  readonly descriptions: readonly string[];
}

/** What DSPy, or its users, call the thoughts before an answer. */
const isReasoning = (name: string): boolean => /^(reasoning|rationale)/.test(name);

/** What DSPy adds to a demonstration besides the fields. */
const ownKeys: ReadonlySet<string> = new Set(["augmented", "dspy_uuid", "dspy_split"]);

/** Letters and digits of a name: prefixes are made from names (`label_text` → `Label Text:`), and names are not saved. */
const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** The name that DSPy made a prefix of, as far as it can be told: `Ticket Text:` is `ticket_text`. */
const nameOf = ({ prefix }: Field): string => prefix.replace(/:\s*$/, "").trim().toLowerCase().replace(/\s+/g, "_");

function rolesOf(saved: SavedPredictor, fields: readonly Field[] | null, place: string): Roles {
  // In the order of the signature, as DSPy makes demonstrations.
  const keys = [...new Set(saved.demos.flatMap((demo) => Object.keys(demo)))].filter((key) => !ownKeys.has(key));
  if (fields === null) {
    const plain = keys.filter((key) => !isReasoning(bare(key)));
    const [text, label] = [plain[0], plain.at(-1)];
    if (plain.length !== 2 && keys.length > 0) throw notTwo(plain, place);
    const isReasoned = "extended_signature_instructions" in saved || keys.length > plain.length;
    return { text: text ?? "text", label: label ?? "label", isReasoned, descriptions: [] };
  }
  const isOwn = ({ prefix }: Field): boolean => !isReasoning(bare(prefix));
  const own = fields.filter(isOwn);
  if (own.length !== 2)
    throw notTwo(
      own.map(({ prefix }) => prefix.replace(/:\s*$/, "")),
      place,
    );
  const plain = keys.filter((key) => !isReasoning(bare(key)));
  if (plain.length > 2) throw notTwo(plain, place);
  const byName = own.map(({ prefix }) => plain.find((key) => bare(key) === bare(prefix)));
  // A prefix of one's own says nothing of the name: then the place among both does.
  const keyOf = (i: number): string =>
    byName[i] ?? (plain.length === 2 && !byName.includes(plain[i]) ? plain[i] : undefined) ?? nameOf(own[i]!);
  const [text, label] = [keyOf(0), keyOf(1)];
  // `${text}` is DSPy's word for "not described".
  const descriptions = own.filter(({ description }) => !description.startsWith("${") && description.trim() !== "");
  return {
    text,
    label,
    isReasoned: own.length < fields.length,
    descriptions: descriptions.map(({ prefix, description }) => `${prefix.trim()} ${description.trim()}`),
  };
}

function notTwo(names: readonly string[], place: string): UserError {
  return new UserError(
    `${place} has the fields ${names.slice(0, 6).map(excerpt).join(", ")}. Expected two, a text and a label, with the reasoning between them at most.`,
  );
}

function demoOf(demo: Readonly<Record<string, unknown>>, number: number, roles: Roles, task: Dataset, place: string): Demo {
  const where = `${place}: demonstration ${number}`;
  const text = demo[roles.text];
  if (typeof text !== "string" || text.trim() === "") throw new UserError(`${where} has no text in ${excerpt(roles.text)}.`);
  const given = demo[roles.label];
  if (given === undefined || given === null || given === "")
    throw new UserError(`${where} has no label in ${excerpt(roles.label)}.`);
  const said = Array.isArray(given) ? JSON.stringify(given) : String(given);
  const read = (task.isMultiLabel ? parseAnswers : parseAnswer)(said, task.labels, task.aliases);
  if ("failure" in read) {
    throw new UserError(
      `${where} has the label ${excerpt(said)}, which is not a label of ${task.name}.${didYouMean(said, task.labels)} Labels: ${task.labels.slice(0, 6).map(excerpt).join(", ")}${task.labels.length > 6 ? ", …" : ""}.`,
    );
  }
  const thoughts = Object.entries(demo).find(([key, value]) => isReasoning(bare(key)) && typeof value === "string")?.[1];
  return {
    id: `demo-${number}`,
    text,
    labels: read.answer,
    ...(roles.isReasoned && typeof thoughts === "string" ? { reasoning: thoughts } : {}),
  };
}
