/** @file The test set of a promptfoo configuration, as rows: what each test fills in, and the label that its assertion expects. */

import { basename, extname } from "node:path";
import { UserError } from "../../lib/errors.js";
import { ExactNumber } from "../../lib/exact-json.js";
import { delimitedTable } from "../formats/delimited-text.js";
import type { Cell, Row, Table } from "../table.js";
import { isMapping, type Mapping, namedFile, type PromptfooConfig, parseYaml, readText } from "./promptfoo-config.js";

/** The column of the label that the assertions name. */
export const expectedColumn = "label";

/** Assertions that name the label. */
const labelling: ReadonlySet<string> = new Set(["equals", "contains", "icontains"]);
/** Assertions that say nothing of the label, and are left out. */
const besides: ReadonlySet<string> = new Set([
  "cost",
  "latency",
  "is-html",
  "is-json",
  "is-sql",
  "is-xml",
  "guardrails",
  "moderation",
  "perplexity",
  "perplexity-score",
  "word-count",
]);

/** A test as it is written, and where. */
interface Test {
  readonly place: string;
  readonly line: number | null;
  readonly vars: Mapping;
  readonly assert: readonly unknown[];
}

/**
 * The tests as a table: a column a variable, and `label`. Tests are inline, or in a CSV, JSON, JSON Lines or YAML file. UserError, with the
 * test, where one names no label, or several, or asks for code to be run.
 */
export async function promptfooTable(config: PromptfooConfig): Promise<Table> {
  const { file, content } = config;
  const byDefault = isMapping(content["defaultTest"]) ? content["defaultTest"] : {};
  if (typeof content["defaultTest"] === "string") {
    throw new UserError(`${file}: "defaultTest" is a file. Write its content into ${file}.`);
  }
  const defaultVars = isMapping(byDefault["vars"]) ? byDefault["vars"] : {};
  const defaultAsserts = Array.isArray(byDefault["assert"]) ? byDefault["assert"] : [];
  const tests = await readTests(content["tests"], config);
  if (tests.length === 0)
    throw new UserError(`${file} has no tests. Expected rows under "tests", each with vars and an assert that names the label.`);
  const left = new Set<string>();
  const rows = tests.map(({ place, vars, assert }): Row => {
    const cells: Record<string, Cell> = {};
    for (const [name, value] of Object.entries({ ...defaultVars, ...vars })) cells[name] = cellOf(value, name, place);
    return { ...cells, [expectedColumn]: labelOf([...assert, ...defaultAsserts], cells, place, left) };
  });
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const warnings =
    left.size === 0
      ? []
      : [`${file}: assertions of the kind ${[...left].join(", ")} were left out: they do not say which label is right.`];
  return { file, columns, rows, lineOf: (row) => tests[row]?.line ?? null, warnings };
}

async function readTests(tests: unknown, config: PromptfooConfig): Promise<readonly Test[]> {
  if (typeof tests === "string") return testsOfFile(tests, config);
  if (isMapping(tests))
    throw new UserError(
      `${config.file}: "tests" is made by a generator, which is code. It is not executed: write the tests into a file.`,
    );
  const list = Array.isArray(tests) ? tests : [];
  const read = await Promise.all(
    list.map(async (test: unknown, i) =>
      typeof test === "string" ? testsOfFile(test, config) : [testOf(test, `${config.file} test ${i + 1}`, null)],
    ),
  );
  return read.flat();
}

async function testsOfFile(name: string, config: PromptfooConfig): Promise<readonly Test[]> {
  const path = await namedFile(name, config, '"tests"', [".csv", ".json", ".jsonl", ".yaml", ".yml"]);
  const text = await readText(path);
  const file = basename(path);
  const kind = extname(path).toLowerCase();
  if (kind === ".csv") return csvTests(delimitedTable(file, Buffer.from(text, "utf8")));
  if (kind === ".jsonl") {
    return text
      .split(/\r?\n/)
      .flatMap((line, i) =>
        line.trim() === "" ? [] : [testOf(parseYaml(line, `${file} line ${i + 1}`), `${file} line ${i + 1}`, i + 1)],
      );
  }
  const content = parseYaml(text, file);
  const list = Array.isArray(content) ? content : [content];
  return list.map((test: unknown, i) => testOf(test, `${file} test ${i + 1}`, null));
}

function testOf(test: unknown, place: string, line: number | null): Test {
  if (!isMapping(test)) throw new UserError(`${place} is not a test. Expected vars and an assert.`);
  const { vars, assert } = test;
  if (vars !== undefined && !isMapping(vars)) throw new UserError(`${place}: "vars" is not a mapping of names to values.`);
  if (assert !== undefined && !Array.isArray(assert)) throw new UserError(`${place}: "assert" is not a list.`);
  return { place, line, vars: vars ?? {}, assert: assert ?? [] };
}

/** promptfoo's own columns begin with two underscores; `__expected` is an assertion, or the text that is expected. */
function csvTests(table: Table): readonly Test[] {
  return table.rows.map((row, i): Test => {
    const line = table.lineOf(i);
    const place = `${table.file} ${line === null ? `row ${i + 1}` : `line ${line}`}`;
    const vars = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith("__")));
    const expected = Object.entries(row).flatMap(([name, cell]) =>
      /^__expected\d*$/.test(name.trim()) && String(cell ?? "").trim() !== "" ? [String(cell).trim()] : [],
    );
    return { place, line, vars, assert: expected.map(assertOf) };
  });
}

/**
 * What promptfoo knows before a colon or a threshold in brackets, whether it can be taken over or not; also alone, where its name is not a word that
 * a label may be. Anything else may be a label that holds a colon.
 */
const assertionKind = new RegExp(
  `^((?:not-)?(?:${[
    "equals|i?contains(?:-\\w+)?|is-[\\w-]+|javascript|fn|eval|python|ruby|grade|llm-rubric|model-graded-\\w+|factuality|similar|classifier|regex",
    "starts-with|levenshtein|rouge-n|bleu|gleu|meteor|moderation|guardrails|webhook|cost|latency|perplexity(?:-score)?|word-count|finish-reason",
    "answer-relevance|context-\\w+|conversation-relevance|g-eval|pi|search-rubric|select-best|max-score|tool-call-f1|trace-[\\w-]+",
  ].join("|")}))(?:\\(\\d+(?:\\.\\d+)?\\)(?::\\s*(.*))?|:\\s*(.*)|(?<=-\\w+))$`,
  "s",
);

/** `icontains: spam`, or without a kind the text itself, which the answer must equal. */
function assertOf(expected: string): Mapping {
  const [, type, afterThreshold, value = afterThreshold] = assertionKind.exec(expected) ?? [];
  return type === undefined ? { type: "equals", value: expected } : { type, value };
}

function labelOf(asserts: readonly unknown[], vars: Row, place: string, left: Set<string>): Cell {
  const named = new Set<string>();
  for (const assert of asserts) {
    const type = isMapping(assert) && typeof assert["type"] === "string" ? assert["type"] : "";
    if (besides.has(type)) {
      left.add(type);
      continue;
    }
    const value = isMapping(assert) ? assert["value"] : undefined;
    if (!labelling.has(type)) {
      const reason = /javascript|python|ruby|^fn$|^eval$|webhook/.test(type)
        ? "is code, which is not executed"
        : "names no label";
      throw new UserError(
        `${place}: an assertion of the kind ${JSON.stringify(type)} ${reason}. Use equals, contains or icontains with the label.`,
      );
    }
    if (!isScalar(value)) {
      throw new UserError(`${place}: the assertion ${JSON.stringify(type)} has no value. Expected the label.`);
    }
    if (/^(file|package):/.test(String(value))) {
      throw new UserError(`${place}: the assertion reads ${JSON.stringify(String(value).slice(0, 60))}. Write the label itself.`);
    }
    named.add(filled(String(value), vars, place));
  }
  if (named.size === 1) return [...named][0]!;
  throw new UserError(
    named.size === 0
      ? `${place} names no label. Expected an assert such as { type: equals, value: LABEL }.`
      : `${place} names several labels (${[...named]
          .slice(0, 3)
          .map((label) => JSON.stringify(label.slice(0, 40)))
          .join(", ")}). Expected one.`,
  );
}

/** A value with its variables filled in: `{{label}}`, and text in quotes, which stands for itself. */
function filled(value: string, vars: Row, place: string): string {
  return value.replace(/\{\{\s*(?:"((?:[^"\\]|\\.)*)"|(\w+))\s*\}\}/gs, (_, text: string | undefined, name: string) => {
    if (text !== undefined) return unquoted(text);
    const cell = Object.hasOwn(vars, name) ? vars[name] : undefined;
    if (cell === undefined || cell === null)
      throw new UserError(`${place}: the assertion uses {{${name}}}, and there is no such variable.`);
    return String(cell);
  });
}

/** The text that a string of Nunjucks stands for: `\n`, `\r` and `\t` are what they are anywhere, any other sign after `\` is itself. */
export function unquoted(text: string): string {
  const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replace(/\\(.)/gs, (_, sign: string) => controls[sign] ?? sign);
}

function cellOf(value: unknown, name: string, place: string): Cell {
  if (typeof value === "string" && /^(file|package):/.test(value)) {
    throw new UserError(
      `${place}: the variable ${JSON.stringify(name)} is read from ${JSON.stringify(value.slice(0, 60))}. Write the text itself.`,
    );
  }
  if (value === null || isScalar(value)) return value;
  throw new UserError(
    `${place}: the variable ${JSON.stringify(name)} is ${Array.isArray(value) ? "a list" : "an object"}. Expected one text.`,
  );
}

function isScalar(value: unknown): value is string | number | boolean | ExactNumber {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value instanceof ExactNumber;
}
