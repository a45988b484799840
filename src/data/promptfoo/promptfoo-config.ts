/**
 * @file A promptfoo configuration (promptfooconfig.yaml) as data. Nothing in it is executed: what would be code is refused by its name, where
 * it decides what is asked or what is right, and otherwise left alone.
 */

import { readFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { UserError } from "../../lib/errors.js";
import { ExactNumber } from "../../lib/exact-json.js";
import { requireInside } from "../../lib/inside-folder.js";
import { isTooDeep, tooDeep } from "../../lib/nesting.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";

export type Mapping = Readonly<Record<string, unknown>>;

/** A configuration, read but not yet understood. */
export interface PromptfooConfig {
  /** Its path, and its file's name for messages. */
  readonly path: string;
  readonly file: string;
  readonly content: Mapping;
}

/** Keys that change, by code, what is asked or what counts as right. */
const refusedKeys: Readonly<Record<string, string>> = {
  scenarios: "Write their rows under tests.",
  extensions: "It is code, which is not executed.",
  nunjucksFilters: "It is code, which is not executed.",
};

/** Whether a file's name is that of a promptfoo configuration, or may be. */
export function isYamlName(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

/** Reads a configuration. UserError, with line or key, for what is no YAML, no configuration, or asks for code to be run. */
export async function readPromptfooConfig(path: string): Promise<PromptfooConfig> {
  const file = basename(path);
  const content = parseYaml(await readText(path), file);
  if (!isMapping(content) || !("tests" in content || "prompts" in content)) {
    throw new UserError(`${file} is not a promptfoo configuration: it has neither "prompts" nor "tests".`);
  }
  for (const [key, remedy] of Object.entries(refusedKeys)) {
    const value = content[key];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    throw new UserError(`${file} has "${key}", which cannot be taken over. ${remedy}`);
  }
  return { path, file, content };
}

/**
 * What YAML or JSON says; tags and aliases that could blow up are refused. Numbers that are filled in or expected (under `vars` and `assert`) stay
 * as they are written. UserError with the line.
 */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    if (isTooDeep(error)) throw new UserError(tooDeep(file));
    throw new UserError(
      `${file} line ${lines.linePos(error.pos[0]).line} is not YAML: ${error.message.split("\n")[0]!.replace(/ at line.*$/, "")}.`,
    );
  }
  visit(document, {
    Scalar(_, node, path) {
      const { value, source } = node;
      if (typeof value !== "number" || source === undefined || String(value) === source || !/^-?\d+(\.\d+)?$/.test(source))
        return;
      const isText = path.some((parent) => isPair(parent) && isScalar(parent.key) && textKeys.has(String(parent.key.value)));
      if (isText) node.value = new ExactNumber(source);
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new UserError(`${file} repeats parts of itself (YAML aliases) more often than is safe to read. Write them out.`);
  }
}

/** Under these keys values are texts, whatever YAML takes them for. */
const textKeys: ReadonlySet<string> = new Set(["vars", "assert"]);

/** Kinds of files that promptfoo runs. */
const codeFile = /\.(js|cjs|mjs|ts|cts|mts|py|rb|go|sh|ps1)(:\w+)?$/i;

/**
 * The path of a file that a configuration names, from the configuration's own folder; `file://` is optional. UserError for code, for what is
 * on the network, for patterns, for files outside that folder, and for kinds of files that are not read.
 */
export async function namedFile(name: string, config: PromptfooConfig, what: string, kinds: readonly string[]): Promise<string> {
  const plain = name.replace(/^file:\/\//, "");
  const place = `${config.file}: ${what} is ${JSON.stringify(name.slice(0, 80))}`;
  if (codeFile.test(plain) || /^(exec|python|package|golang|ruby):/.test(name)) {
    throw new UserError(`${place}, which is code. It is not executed: write the result into a file.`);
  }
  if (/^[a-z]+:\/\//i.test(plain)) throw new UserError(`${place}, which is not a local file. Download it and name the file.`);
  if (/[*?[\]{}]/.test(plain)) throw new UserError(`${place}, a pattern. Name the files one by one.`);
  const path = resolve(dirname(config.path), plain);
  if (!kinds.includes(extname(path).toLowerCase())) {
    throw new UserError(`${place}. Read are files that end in ${kinds.join(", ")}.`);
  }
  await requireInside(path, dirname(config.path), place);
  return path;
}

/** A file's text. */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
