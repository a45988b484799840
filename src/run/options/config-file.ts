/** @file A configuration of a run: `crossover.config.yaml`, also as JSON, which is YAML. Nothing in it is executed. */

import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { readBytes, utf8Text } from "../../data/formats/file-bytes.js";
import { UserError } from "../../lib/errors.js";
import { isTooDeep, tooDeep } from "../../lib/nesting.js";
import { didYouMean, nearestNames } from "../../lib/text/nearest-name.js";
import { type RunManner, type RunOptions, shown } from "../run-options.js";
import { flagOf, type Option } from "./option.js";
import { mapPaths } from "./option-paths.js";
import { runOptions } from "./options-table.js";

/** What a configuration is usually called. None is read unless it is named: a file that lies about must not decide what is spent. */
export const configNames = ["crossover.config.yaml", "crossover.config.yml", "crossover.config.json"] as const;

/** What a configuration says. */
export type ConfigOptions = Partial<RunOptions & RunManner>;

/** The options that a configuration may say, by their key there. */
export const configKeys: ReadonlyMap<string, { readonly name: string; readonly row: Option }> = new Map(
  Object.entries<Option>(runOptions)
    .filter(([, row]) => row.isCommandLineOnly !== true)
    .map(([name, row]) => [row.key ?? name, { name, row }]),
);

/**
 * Reads a configuration. Its relative paths count from its own folder.
 *
 * @throws UserError, with the line, for what is no YAML, a key that is no option, and a value that the option cannot have
 */
export async function readConfig(path: string): Promise<ConfigOptions> {
  const text = utf8Text(await readBytes(path)).bytes.toString("utf8");
  const folder = dirname(path);
  return mapPaths(parseConfig(path, text), ({ path: named, kind }) => {
    const placed = isAbsolute(named) ? named : join(folder, named);
    return kind === "file" || existsSync(placed) ? placed : named;
  });
}

/** The options in the text of a configuration, with its paths as they are written. */
export function parseConfig(file: string, text: string): ConfigOptions {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number): string => `${file} line ${lines.linePos(offset).line}`;
  const [fault] = document.errors;
  if (fault !== undefined) {
    if (isTooDeep(fault)) throw new UserError(tooDeep(file));
    throw new UserError(`${lineOf(fault.pos[0])} is not YAML: ${fault.message.split("\n")[0]!.replace(/[.:]$/, "")}.`);
  }
  const { contents } = document;
  // Everything may be commented out.
  if (contents === null || (isScalar(contents) && contents.value === null)) return {};
  if (!isMap(contents))
    throw new UserError(`${file} is not a configuration. Expected one "option: value" a line, such as "seed: 42".`);
  const given: [string, unknown][] = [];
  for (const { key, value } of contents.items as { key: Node; value: Node | null }[]) {
    const place = lineOf(key.range?.[0] ?? 0);
    const name = isScalar(key) ? String(key.value) : "";
    // For editors.
    if (name === "$schema") continue;
    const known = configKeys.get(name);
    if (known === undefined) throw unknownKey(place, name);
    const found = plain(value, document, place);
    // A key without a value says nothing, as when only a part of a line was taken out of its comment.
    if (found === null || found === undefined) continue;
    given.push([known.name, checkedValue(place, name, found, known.row)]);
  }
  return Object.fromEntries(given) as ConfigOptions;
}

function plain(value: Node | null, document: ReturnType<typeof parseDocument>, place: string): unknown {
  try {
    return value?.toJS(document, { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof ReferenceError) throw new UserError(`${place} has a YAML alias. Write the value out.`);
    throw error;
  }
}

function checkedValue(place: string, key: string, found: unknown, { kind }: Option): unknown {
  const written = kind.written.safeParse(found);
  if (written.success) {
    const value = typeof written.data === "string" ? kind.read(written.data) : written.data;
    if (kind.schema.safeParse(value).success) return value;
  }
  const isUnquoted = kind.written.safeParse(String(found)).success && !kind.choices && typeof found !== "object";
  throw new UserError(`${place}: ${key} is ${shown(found)}; it must ${kind.must}${isUnquoted ? ": put it in quotes" : ""}.`);
}

function unknownKey(place: string, name: string): UserError {
  const table: Readonly<Record<string, Option>> = runOptions;
  const row = Object.hasOwn(table, name) ? table[name]! : undefined;
  if (row?.isCommandLineOnly)
    return new UserError(`${place}: "${name}" is said on the command line only (${flagOf(name, row)}).`);
  const keys = [...configKeys.keys()];
  const nearest = nearestNames(name, keys).slice(0, 5).join(", ");
  const quoted = JSON.stringify(name.slice(0, 80));
  return new UserError(
    `${place}: ${quoted} is not an option.${didYouMean(name, keys)} Options, the nearest first: ${nearest}, … ("crossover init" writes all).`,
  );
}
