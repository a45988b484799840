/**
 * @file The safetensors format (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON header, the header,
 * the numbers. Files come from elsewhere: all that the header says is checked before anything is allocated for it.
 */
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { type ByteSource, openForReading, readAt, refuseLfsPointer } from "./file-bytes.js";
import { fromHalves, fromUpperHalves } from "./half-precision.js";

/** Bytes of one number, by the format's names, in the order in which the reference implementation writes them: widest first. */
const bytesOf = { F64: 8, I64: 8, F32: 4, I32: 4, BF16: 2, F16: 2, I16: 2, U8: 1, I8: 1, BOOL: 1 } as const;

/** The types of number that are read. */
export type StoredType = keyof typeof bytesOf;

/** The reference implementation's bound. */
const maxHeaderBytes = 100_000_000;

const length = z.int().nonnegative();
const headerEntry = z.object({ dtype: z.string(), shape: z.array(length), data_offsets: z.tuple([length, length]) });
const metadataEntry = z.record(z.string(), z.string());

/** One tensor of a file. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Where its bytes begin and end in the file. */
  readonly begin: number;
  readonly end: number;
}

interface Header {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An open file. Holds a file handle: dispose of it. */
export interface SafetensorsFile extends Header, AsyncDisposable {
  /** The numbers of one tensor as they lie in the file, little-endian. */
  bytes(name: string): Promise<Uint8Array>;
  /** The numbers of one tensor as float32, whatever the file has. */
  floats(name: string): Promise<Float32Array>;
}

/** Opens a file and checks its header. Throws a `UserError` that says what is wrong with it. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openForReading(path);
  try {
    const header = await readHeader(file);
    const find = (name: string): StoredTensor => {
      const tensor = header.tensors.get(name);
      if (tensor === undefined) throw new Error(`${path} has no tensor "${name}"`);
      return tensor;
    };
    const bytes = async (name: string): Promise<Uint8Array> => {
      const { begin, end } = find(name);
      return readAt(file, begin, end - begin);
    };
    return {
      ...header,
      bytes,
      floats: async (name) => toFloats(await bytes(name), find(name).dtype),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function readHeader(file: ByteSource): Promise<Header> {
  const { path, size } = file;
  const start = await readAt(file, 0, Math.min(size, 24));
  refuseLfsPointer(path, start);
  if (size < 8) throw new UserError(`${path} is ${size} bytes long, too short for a safetensors file.`);
  const headerBytes = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (headerBytes > Math.min(size - 8, maxHeaderBytes))
    throw new UserError(
      `${path} is cut off, or no safetensors file: its header should be ${headerBytes} bytes long, the whole file has ${size}.`,
    );
  const text = new TextDecoder().decode(await readAt(file, 8, headerBytes));
  return parseHeader(path, text, 8 + headerBytes, size);
}

function parseHeader(path: string, text: string, dataBegin: number, size: number): Header {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not a safetensors file: its header is not JSON.`);
  }
  const entries = z.record(z.string(), z.unknown()).safeParse(json);
  if (!entries.success) throw new UserError(`${path} is not a safetensors file: its header is not a JSON object.`);

  const { __metadata__: stored = {}, ...rest } = entries.data;
  const metadata = metadataEntry.safeParse(stored);
  if (!metadata.success) throw new UserError(`${path}: "__metadata__" in its header should hold strings only.`);
  const tensors = Object.entries(rest).map(([name, entry]) => [name, checkedTensor(path, name, entry, dataBegin, size)] as const);

  let end = dataBegin;
  for (const [name, tensor] of tensors.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (tensor.begin !== end) throw new UserError(`${path}: the bytes of "${name}" overlap others, or leave a gap before them.`);
    end = tensor.end;
  }
  if (end !== size) throw new UserError(`${path} has ${size - end} bytes that belong to no tensor.`);
  return { tensors: new Map(tensors), metadata: metadata.data };
}

function checkedTensor(path: string, name: string, entry: unknown, dataBegin: number, size: number): StoredTensor {
  const parsed = headerEntry.safeParse(entry);
  if (!parsed.success)
    throw new UserError(`${path}: the header's entry for "${name}" should have a dtype, a shape and two data_offsets.`);
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isStoredType(dtype))
    throw new UserError(`${path}: "${name}" is of type ${dtype}, which is not read. Types: ${Object.keys(bytesOf).join(", ")}.`);
  const [begin, end] = [dataBegin + offsets[0], dataBegin + offsets[1]];
  if (end > size)
    throw new UserError(`${path} is cut off: "${name}" should end at byte ${end}, the file has ${size}. Download it again.`);
  const expected = shape.reduce((total, dim) => total * dim, bytesOf[dtype]);
  if (end - begin !== expected)
    throw new UserError(
      `${path}: "${name}" has ${end - begin} bytes; ${dtype} of shape [${shape.join(", ")}] takes ${expected}.`,
    );
  return { dtype, shape, begin, end };
}

function isStoredType(dtype: string): dtype is StoredType {
  return Object.hasOwn(bytesOf, dtype);
}

/** Stored bytes as float32. `bytes` begins at the start of its buffer. */
function toFloats({ buffer }: Uint8Array, dtype: StoredType): Float32Array {
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F16":
      return fromHalves(new Uint16Array(buffer));
    case "BF16":
      return fromUpperHalves(new Uint16Array(buffer));
    case "I64":
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case "I32":
      return Float32Array.from(new Int32Array(buffer));
    case "I16":
      return Float32Array.from(new Int16Array(buffer));
    case "I8":
      return Float32Array.from(new Int8Array(buffer));
    case "U8":
    case "BOOL":
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/** A tensor to be written: `bytes` are its numbers, little-endian, row by row. */
export interface TensorToStore {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * The bytes of a file with these tensors, equal to what the reference implementation (Python's `safetensors`) writes: tensors by
 * width of their numbers, then by name, and the header filled with spaces to a multiple of eight, so that all numbers are aligned.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorToStore>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The same bytes one after another: the header, then each tensor's own, not copied. For files that should not be in memory once more. */
export function safetensorsParts(
  tensors: ReadonlyMap<string, TensorToStore>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array[] {
  const order = Object.keys(bytesOf);
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) => {
    const byWidth = order.indexOf(a.dtype) - order.indexOf(b.dtype);
    return byWidth || (nameA < nameB ? -1 : 1);
  });
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    const begin = end;
    end += bytes.length;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const first = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(first.buffer).setBigUint64(0, BigInt(first.length - 8), true);
  first.set(text, 8);
  return [first, ...sorted.map(([, { bytes }]) => bytes)];
}
