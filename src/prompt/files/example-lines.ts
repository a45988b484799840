/** @file `examples.jsonl`: what a prompt shows, one example a line, and back. */

import { UserError } from "../../lib/errors.js";
import { jsonFaultOffset } from "../../lib/text/json-fault.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import type { DemoPlan } from "../program.js";
import type { Demo, PromptTemplate } from "../template.js";
import { excerpt } from "./excerpt.js";

/** The examples of a plan as JSON Lines. Those that only stand by for others are marked `"use": "spare"`. */
export function exampleLines(plan: DemoPlan): string {
  const line = ({ id, text, labels, reasoning }: Demo, use?: "spare"): string =>
    `${JSON.stringify({ id, text, labels, reasoning, use })}\n`;
  if (plan.kind === "retrieved") return plan.pool.map((demo) => line(demo)).join("");
  return [...plan.examples.map((demo) => line(demo)), ...plan.spares.map((demo) => line(demo, "spare"))].join("");
}

/** The plan with the examples of a file. UserError, with the line, for what is no example of the labels. */
export function readExampleLines(
  lines: string,
  place: string,
  plan: { readonly kind: "fixed" } | Omit<Extract<DemoPlan, { kind: "retrieved" }>, "pool">,
  template: Pick<PromptTemplate, "labels" | "isMultiLabel">,
): DemoPlan {
  const examples: Demo[] = [];
  const spares: Demo[] = [];
  for (const [i, line] of lines
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const { demo, isSpare } = readExample(line, `${place} line ${i + 1}`, `example-${i + 1}`, template);
    (isSpare ? spares : examples).push(demo);
  }
  if (plan.kind === "fixed") return { kind: "fixed", examples, spares };
  const pool = [...examples, ...spares];
  if (pool.length === 0) {
    throw new UserError(
      `${place} is empty, but by prompt.json the examples of each text are picked from it. Put examples into it, one a line.`,
    );
  }
  return { ...plan, pool };
}

const expected = 'Expected an example such as {"text": "…", "labels": ["…"]}';

function readExample(
  line: string,
  place: string,
  id: string,
  { labels, isMultiLabel }: Pick<PromptTemplate, "labels" | "isMultiLabel">,
): { readonly demo: Demo; readonly isSpare: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${place} is not JSON from character ${jsonFaultOffset(line) + 1} on. ${expected}, whole on one line.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${place} is not an object. ${expected}.`);
  const row = value as Readonly<Record<string, unknown>>;
  const { text, reasoning, use } = row;
  if (typeof text !== "string" || text.trim() === "") throw new UserError(`${place} has no text. ${expected}.`);
  const given = row["labels"] ?? row["label"];
  const own: readonly unknown[] = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given];
  if (!Array.isArray(given) && (own.length === 0 || own[0] === "")) throw new UserError(`${place} has no label. ${expected}.`);
  if (!isMultiLabel && own.length !== 1) {
    throw new UserError(
      `${place} has ${own.length === 0 ? "no label" : `${own.length} labels`}, and a text of this task has exactly one.`,
    );
  }
  const named = own.map(String);
  for (const label of named) {
    if (labels.includes(label)) continue;
    throw new UserError(
      `${place}: ${excerpt(label)} is not a label of this prompt.${didYouMean(label, labels)} Labels are listed in prompt.md: add it there, or change the example.`,
    );
  }
  if (reasoning !== undefined && typeof reasoning !== "string") throw new UserError(`${place}: "reasoning" is not a text.`);
  if (use !== undefined && use !== "spare") {
    throw new UserError(
      `${place}: "use" is ${excerpt(String(use))}. Leave it out for an example that is shown, or write "spare" for one that stands by.`,
    );
  }
  return {
    demo: {
      id: typeof row["id"] === "string" && row["id"] !== "" ? row["id"] : id,
      text,
      labels: named,
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    isSpare: use === "spare",
  };
}
