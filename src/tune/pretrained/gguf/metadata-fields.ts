/** @file Values of a file's metadata by the kind that somebody needs them to be. */
import { UserError } from "../../../lib/errors.js";
import type { GgufFile } from "./gguf-file.js";
import type { MetadataArray, MetadataValue, NumberArray } from "./metadata-values.js";

/** What metadata is read of: a file, or what a test takes for one. */
export type WithMetadata = Pick<GgufFile, "path" | "metadata">;

interface Kinds {
  text: string;
  number: number;
  /** From 1 on. */
  count: number;
  flag: boolean;
  texts: readonly string[];
  numbers: NumberArray;
}

const kinds: { readonly [Kind in keyof Kinds]: { readonly name: string; is(value: MetadataValue): value is Kinds[Kind] } } = {
  text: { name: "a text", is: (value): value is string => typeof value === "string" },
  number: { name: "a number", is: (value): value is number => typeof value === "number" && Number.isFinite(value) },
  count: { name: "a whole number from 1 on", is: (value): value is number => Number.isSafeInteger(value) && Number(value) > 0 },
  flag: { name: "true or false", is: (value): value is boolean => typeof value === "boolean" },
  texts: {
    name: "a list of texts",
    is: (value): value is readonly string[] => isList(value) && value.every((item: unknown) => typeof item === "string"),
  },
  numbers: { name: "a list of numbers", is: (value): value is NumberArray => ArrayBuffer.isView(value) },
};

const isList = (value: MetadataValue): value is Extract<MetadataArray, readonly unknown[]> => Array.isArray(value);

/** The value of a key; `undefined` where the file has none, a `UserError` where it is of another kind. */
export function metadataField<Kind extends keyof Kinds>(file: WithMetadata, key: string, kind: Kind): Kinds[Kind] | undefined {
  const value = file.metadata.get(key);
  if (value === undefined) return undefined;
  const { name, is } = kinds[kind];
  if (is(value)) return value;
  const found = typeof value === "object" ? "a list" : JSON.stringify(String(value).slice(0, 80));
  throw new UserError(
    `${file.path}: the metadata "${key}" is ${found}; expected ${name}. Convert the model again, or use another file of it.`,
  );
}

/** The value of a key that a file must have. */
export function neededField<Kind extends keyof Kinds>(file: WithMetadata, key: string, kind: Kind): Kinds[Kind] {
  const value = metadataField(file, key, kind);
  if (value !== undefined) return value;
  throw new UserError(
    `${file.path} lacks the metadata "${key}"; expected ${kinds[kind].name}. Convert the model again, or use another file of it.`,
  );
}
