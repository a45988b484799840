/** @file The values of a GGUF file's metadata: thirteen kinds, of which one is an array of another. */
import { UserError } from "../../../lib/errors.js";
import type { ByteCursor } from "./byte-cursor.js";

/** Numbers of an array. 64-bit integers are `bigint`s there. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** An array of metadata: all of one kind. */
export type MetadataArray = NumberArray | readonly string[] | readonly boolean[] | readonly MetadataArray[];

/** A value of metadata. A 64-bit integer that is no exact `number` is a `bigint`. */
export type MetadataValue = number | bigint | boolean | string | MetadataArray;

interface ScalarKind {
  readonly name: string;
  readonly bytes: number;
  read(cursor: ByteCursor, refuse: (found: string, expected: string) => UserError): number | bigint | boolean;
  array(bytes: Uint8Array<ArrayBuffer>, refuse: (found: string, expected: string) => UserError): MetadataArray;
}

const exact = (value: bigint): number | bigint => (BigInt.asIntN(54, value) === value ? Number(value) : value);

function truth(byte: number, refuse: (found: string, expected: string) => UserError): boolean {
  if (byte > 1) throw refuse(`a truth value of ${byte}`, "0 or 1");
  return byte === 1;
}

/** Kinds of one value each, by the format's number (`gguf_metadata_value_type`). */
const scalars: Readonly<Record<number, ScalarKind>> = {
  0: { name: "uint8", bytes: 1, read: (cursor) => cursor.uint8(), array: (bytes) => bytes },
  1: { name: "int8", bytes: 1, read: (cursor) => cursor.int8(), array: ({ buffer }) => new Int8Array(buffer) },
  2: { name: "uint16", bytes: 2, read: (cursor) => cursor.uint16(), array: ({ buffer }) => new Uint16Array(buffer) },
  3: { name: "int16", bytes: 2, read: (cursor) => cursor.int16(), array: ({ buffer }) => new Int16Array(buffer) },
  4: { name: "uint32", bytes: 4, read: (cursor) => cursor.uint32(), array: ({ buffer }) => new Uint32Array(buffer) },
  5: { name: "int32", bytes: 4, read: (cursor) => cursor.int32(), array: ({ buffer }) => new Int32Array(buffer) },
  6: { name: "float32", bytes: 4, read: (cursor) => cursor.float32(), array: ({ buffer }) => new Float32Array(buffer) },
  7: {
    name: "bool",
    bytes: 1,
    read: (cursor, refuse) => truth(cursor.uint8(), refuse),
    array: (bytes, refuse) => Array.from(bytes, (byte) => truth(byte, refuse)),
  },
  10: { name: "uint64", bytes: 8, read: (cursor) => exact(cursor.uint64()), array: ({ buffer }) => new BigUint64Array(buffer) },
  11: { name: "int64", bytes: 8, read: (cursor) => exact(cursor.int64()), array: ({ buffer }) => new BigInt64Array(buffer) },
  12: { name: "float64", bytes: 8, read: (cursor) => cursor.float64(), array: ({ buffer }) => new Float64Array(buffer) },
};
const stringKind = 8;
const arrayKind = 9;

/** Arrays in arrays. The format sets no bound; no key of it has any. */
const deepest = 4;

/** A value of a kind; `what` it is and the file's `path` are for messages. */
export async function readMetadataValue(cursor: ByteCursor, path: string, what: string): Promise<MetadataValue> {
  await cursor.require(4, `the kind of ${what}`);
  return readValue(cursor, path, what, cursor.uint32(), 0);
}

async function readValue(cursor: ByteCursor, path: string, what: string, kind: number, depth: number): Promise<MetadataValue> {
  if (kind === stringKind) return cursor.string(what);
  if (kind === arrayKind) return readArray(cursor, path, what, depth);
  const scalar = knownScalar(cursor, path, what, kind);
  await cursor.require(scalar.bytes, what);
  return scalar.read(cursor, refusalAt(cursor, path, what));
}

async function readArray(cursor: ByteCursor, path: string, what: string, depth: number): Promise<MetadataArray> {
  if (depth === deepest) throw refusalAt(cursor, path, what)("arrays in arrays", `at most ${deepest} levels of them`);
  await cursor.require(12, `the kind and the length of ${what}`);
  const kind = cursor.uint32();
  const length = await cursor.length(what);
  if (kind === stringKind || kind === arrayKind) {
    // A string has at least its length, an array its kind and its length.
    cursor.check(length * (kind === stringKind ? 8 : 12), `${what}, an array of ${length},`);
    const item = `an item of ${what}`;
    if (kind === stringKind) {
      const strings: string[] = [];
      for (let i = 0; i < length; i++) strings.push(await cursor.string(item));
      return strings;
    }
    const arrays: MetadataArray[] = [];
    for (let i = 0; i < length; i++) arrays.push(await readArray(cursor, path, item, depth + 1));
    return arrays;
  }
  const scalar = knownScalar(cursor, path, what, kind);
  await cursor.require(length * scalar.bytes, `${what}, an array of ${length},`);
  return scalar.array(cursor.bytes(length * scalar.bytes), refusalAt(cursor, path, what));
}

function knownScalar(cursor: ByteCursor, path: string, what: string, kind: number): ScalarKind {
  const scalar = scalars[kind];
  if (scalar === undefined) throw refusalAt(cursor, path, what)(`a value of the unknown kind ${kind}`, "a kind from 0 to 12");
  return scalar;
}

const refusalAt =
  (cursor: ByteCursor, path: string, what: string) =>
  (found: string, expected: string): UserError =>
    new UserError(
      `${path} is damaged before byte ${cursor.position}: ${what} has ${found}; expected ${expected}. Download it again.`,
    );
