/**
 * @file The GGUF format, versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): a header with metadata and an index of tensors, then
 * the tensors, each at a multiple of the alignment. Files come from elsewhere: all that the header says is checked before anything is allocated for it.
 */
import { UserError } from "../../../lib/errors.js";
import { type ByteSource, openForReading, readAt, refuseLfsPointer } from "../file-bytes.js";
import { ByteCursor } from "./byte-cursor.js";
import { type MetadataValue, readMetadataValue } from "./metadata-values.js";
import { otherTypeText, type TensorTypeName, tensorTypeOf, tensorTypes } from "./tensor-types.js";

/** One tensor of a file. */
export interface GgufTensor {
  readonly type: TensorTypeName;
  /** Rows first, as Hugging Face and PyTorch have it: the format writes the length of a row first. */
  readonly shape: readonly number[];
  /** Where its bytes begin and end in the file. */
  readonly begin: number;
  readonly end: number;
}

/** An open file. Holds a file handle: dispose of it. */
export interface GgufFile extends AsyncDisposable {
  /** As it was opened. */
  readonly path: string;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** By the names that llama.cpp gives them, in the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** One tensor as it lies in the file. */
  bytes(name: string): Promise<Uint8Array>;
  /** The numbers of one tensor as float32, row by row. Besides them, a piece of the file of some megabytes is in memory. */
  floats(name: string): Promise<Float32Array>;
}

/** Read and turned into float32 at a time. */
const pieceBytes = 4 << 20;

/** The format's bound. */
const mostDimensions = 4;
/** The least that an entry of the metadata takes: the length of its name, its kind, one byte. */
const leastMetadataBytes = 8 + 4 + 1;
/** The least that an entry of the index takes: the length of its name, the number of dimensions, one of them, type and offset. */
const leastTensorBytes = 8 + 4 + 8 + 4 + 8;

/** Opens a file, or what is read as if it were one, and reads its header. Throws a `UserError` that says what is wrong with it, and where. */
export async function openGguf(pathOrSource: string | ByteSource): Promise<GgufFile> {
  const file = typeof pathOrSource === "string" ? await openForReading(pathOrSource) : pathOrSource;
  const { path } = file;
  try {
    const header = await readHeader(file);
    const find = (name: string): GgufTensor => {
      const tensor = header.tensors.get(name);
      if (tensor === undefined) throw new Error(`${path} has no tensor "${name}"`);
      return tensor;
    };
    return {
      path,
      ...header,
      bytes: async (name) => {
        const { begin, end } = find(name);
        return readAt(file, begin, end - begin);
      },
      floats: (name) => readFloats(file, find(name)),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function readFloats(file: ByteSource, { type, begin, end }: GgufTensor): Promise<Float32Array> {
  const { blockBytes, blockSize, dequantize } = tensorTypes[type];
  const numbers = new Float32Array(((end - begin) / blockBytes) * blockSize);
  const piece = new Uint8Array(Math.min(end - begin, pieceBytes - (pieceBytes % blockBytes)));
  for (let at = begin, to = 0; at < end; ) {
    const blocks = piece.subarray(0, Math.min(piece.length, end - at));
    await file.readInto(blocks, at);
    const count = (blocks.length / blockBytes) * blockSize;
    dequantize(blocks, numbers.subarray(to, to + count));
    at += blocks.length;
    to += count;
  }
  return numbers;
}

type Header = Pick<GgufFile, "version" | "metadata" | "tensors">;

async function readHeader(file: ByteSource): Promise<Header> {
  const { path, size } = file;
  const version = await readVersion(file);
  const cursor = new ByteCursor(file);
  await cursor.require(24, "the beginning of the header");
  cursor.bytes(8);
  const tensorCount = await cursor.length("the number of tensors");
  const metadataCount = await cursor.length("the number of metadata entries");
  cursor.check(
    metadataCount * leastMetadataBytes + tensorCount * leastTensorBytes,
    `a header with ${metadataCount} metadata entries and ${tensorCount} tensors`,
  );

  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = await cursor.string(`the name of metadata entry ${i + 1} of ${metadataCount}`);
    if (metadata.has(key)) throw new UserError(`${path} has the metadata ${shown(key)} twice. Convert the model again.`);
    metadata.set(key, await readMetadataValue(cursor, path, `the metadata ${shown(key)}`));
  }
  const entries = new Map<string, TensorEntry>();
  for (let i = 0; i < tensorCount; i++) {
    const name = await cursor.string(`the name of tensor ${i + 1} of ${tensorCount}`);
    if (entries.has(name)) throw new UserError(`${path} has the tensor ${shown(name)} twice. Convert the model again.`);
    entries.set(name, await readEntry(cursor, path, `the tensor ${shown(name)}`));
  }
  const alignment = alignmentOf(path, metadata);
  const dataBegin = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = [...entries].map(([name, entry]) => [name, placed(path, name, entry, alignment, dataBegin, size)] as const);
  checkOverlaps(path, tensors);
  return { version, metadata, tensors: new Map(tensors) };
}

/** The version, of a file that is GGUF and little-endian. */
async function readVersion(file: ByteSource): Promise<number> {
  const { path, size } = file;
  const start = await readAt(file, 0, Math.min(size, 24));
  refuseLfsPointer(path, start);
  const magic = new TextDecoder("latin1").decode(start.subarray(0, 4));
  if (size < 24 || magic !== "GGUF") {
    // What llama.cpp wrote before August 2023, little-endian: ggml, ggmf, ggjt.
    const isOlder = ["lmgg", "fmgg", "tjgg"].includes(magic);
    throw new UserError(
      isOlder
        ? `${path} has the format that llama.cpp wrote before GGUF. Convert the model again with a present llama.cpp, or download a .gguf file.`
        : `${path} is no GGUF file: it has ${size} bytes and begins with ${shown(magic)}; expected at least 24, the first four "GGUF".`,
    );
  }
  const view = new DataView(start.buffer, start.byteOffset);
  const version = view.getUint32(4, true);
  if (version === 2 || version === 3) return version;
  const swapped = view.getUint32(4, false);
  if (swapped === 2 || swapped === 3)
    throw new UserError(
      `${path} is big-endian; only little-endian GGUF files are read. Use the file for common computers, or convert the model again.`,
    );
  throw new UserError(
    `${path} is GGUF of version ${version}; versions 2 and 3 are read. ` +
      (version === 1 ? "Convert the model again with a present llama.cpp." : "Is the file damaged? Download it again."),
  );
}

interface TensorEntry {
  readonly type: TensorTypeName;
  readonly shape: readonly number[];
  readonly byteCount: number;
  /** From where the tensors begin. */
  readonly offset: number;
}

async function readEntry(cursor: ByteCursor, path: string, what: string): Promise<TensorEntry> {
  await cursor.require(4, `the number of dimensions of ${what}`);
  const dimensions = cursor.uint32();
  if (dimensions < 1 || dimensions > mostDimensions)
    throw new UserError(
      `${path} is damaged before byte ${cursor.position}: ${what} has ${dimensions} dimensions; expected 1 to ${mostDimensions}. Download it again.`,
    );
  const lengths: number[] = [];
  for (let i = 0; i < dimensions; i++) lengths.push(await cursor.length(`the dimensions of ${what}`));
  await cursor.require(12, `type and offset of ${what}`);
  const code = cursor.uint32();
  const offset = await cursor.length(`the offset of ${what}`);
  const type = tensorTypeOf(code);
  if (type === undefined)
    throw new UserError(
      `${path}: ${what} is of the type ${otherTypeText(code)}, which is not read. Types: ${Object.keys(tensorTypes).join(", ")}. ` +
        "Use a file of the model with another quantization, such as Q8_0 or Q4_K_M.",
    );
  const { blockSize, blockBytes } = tensorTypes[type];
  const shape = lengths.toReversed();
  // In float64 a product beyond 2^53 is inexact, and beyond the size of any file.
  const count = shape.reduce((total, length) => total * length, 1);
  if (count === 0 || !Number.isSafeInteger(count) || lengths[0]! % blockSize !== 0)
    throw new UserError(
      `${path}: ${what} has the shape [${shape.join(", ")}]; ${type} has rows of a multiple of ${blockSize}, none of them empty. ` +
        "Is the file damaged? Download it again.",
    );
  return { type, shape, byteCount: (count / blockSize) * blockBytes, offset };
}

function alignmentOf(path: string, metadata: Header["metadata"]): number {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment === "number" && alignment >= 8 && alignment <= 2 ** 30 && Number.isInteger(Math.log2(alignment)))
    return alignment;
  throw new UserError(
    `${path}: "general.alignment" is ${typeof alignment === "object" ? "an array" : shown(String(alignment))}; expected a power of two from 8 on. Convert the model again.`,
  );
}

function placed(path: string, name: string, entry: TensorEntry, alignment: number, dataBegin: number, size: number): GgufTensor {
  const { type, shape, byteCount, offset } = entry;
  if (offset % alignment !== 0)
    throw new UserError(
      `${path}: the tensor ${shown(name)} begins at ${offset} of the data, which is no multiple of the alignment ${alignment}. Download the file again.`,
    );
  const begin = dataBegin + offset;
  const end = begin + byteCount;
  if (end > size)
    throw new UserError(
      `${path} is cut off: the tensor ${shown(name)}, ${type} [${shape.join(", ")}], should end at byte ${end}, the file has ${size}. Download it again.`,
    );
  return { type, shape, begin, end };
}

function checkOverlaps(path: string, tensors: readonly (readonly [string, GgufTensor])[]): void {
  const sorted = tensors.toSorted(([, a], [, b]) => a.begin - b.begin);
  for (const [i, [name, { begin }]] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before !== undefined && begin < before[1].end)
      throw new UserError(
        `${path}: the tensors ${shown(before[0])} and ${shown(name)} overlap at byte ${begin}. Download the file again.`,
      );
  }
}

/** A name of the file in quotes, not longer than a message can bear. */
const shown = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
