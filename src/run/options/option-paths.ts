/** @file Where options name files: for those who look for the files elsewhere than where they were named. */
import { existsSync } from "node:fs";
import { recordedFile } from "../../prompt/providers/spec.js";
import type { Option, PathKind } from "./option.js";
import { runOptions } from "./options-table.js";

/** A data set's id on a hub, or an address. */
const isRemote = (path: string): boolean => /^[a-z][a-z0-9+.-]*:(?!\\)/i.test(path) && !existsSync(path);

const rows: readonly (readonly [string, Option])[] = Object.entries(runOptions);

/** A file that an option names; of `perhaps` it is not known whether it is one. */
type NamedPath = { readonly path: string; readonly kind: "file" | "perhaps" };

/** What a value names: itself, or what stands behind `recorded:`; `undefined` for a service, a data set's id or an address. */
function namedBy(value: string, kind: PathKind): (NamedPath & { readonly before: string }) | undefined {
  if (kind !== "recorded") return isRemote(value) ? undefined : { before: "", path: value, kind };
  const path = recordedFile(value);
  return path === undefined ? undefined : { before: "recorded:", path, kind: "file" };
}

/** The options with each of their paths replaced by what `place` says of it. */
export function mapPaths<Given extends object>(options: Given, place: (path: NamedPath) => string): Given {
  const placed = (value: unknown, kind: PathKind): unknown => {
    if (Array.isArray(value)) return value.map((each) => placed(each, kind));
    const named = typeof value === "string" ? namedBy(value, kind) : undefined;
    return named === undefined ? value : named.before + place(named);
  };
  const values = new Map<string, unknown>(Object.entries(options));
  const changed = rows.flatMap(([name, { path }]) =>
    path === undefined || !values.has(name) ? [] : [[name, placed(values.get(name), path)]],
  );
  return { ...options, ...Object.fromEntries(changed) };
}

/** Every path that the options name. */
export function pathsOf(options: object): readonly NamedPath[] {
  const found: NamedPath[] = [];
  mapPaths(options, ({ path, kind }) => {
    found.push({ path, kind });
    return path;
  });
  return found;
}
