/** @file GGUF files made for tests: as right or as wrong as they are told to be. */

/** Numbers of the kinds of metadata values. */
export const kinds = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 } as const;

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const uint64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

export const text = (value: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);

const float32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

/** A value with its kind before it: whole numbers as uint32, others as float32. Bytes are taken as they are. */
export type TestValue = number | boolean | string | readonly string[] | readonly number[] | Buffer;

export function value(of: TestValue): Buffer {
  if (Buffer.isBuffer(of)) return of;
  if (typeof of === "boolean") return Buffer.concat([uint32(kinds.bool), Buffer.from([Number(of)])]);
  if (typeof of === "string") return Buffer.concat([uint32(kinds.string), text(of)]);
  if (typeof of === "number")
    return Number.isInteger(of)
      ? Buffer.concat([uint32(kinds.uint32), uint32(of)])
      : Buffer.concat([uint32(kinds.float32), float32(of)]);
  const isText = typeof of[0] === "string";
  const items = of.map((item) => (typeof item === "string" ? text(item) : float32(item)));
  return Buffer.concat([uint32(kinds.array), uint32(isText ? kinds.string : kinds.float32), uint64(of.length), ...items]);
}

export interface TestTensor {
  readonly name: string;
  /** The length of a row first, as the format has it. */
  readonly dims: readonly (number | bigint)[];
  readonly type?: number;
  readonly offset?: number | bigint;
}

export interface TestFile {
  readonly magic?: string;
  readonly version?: number;
  readonly metadata?: readonly (readonly [string, TestValue])[];
  readonly tensors?: readonly TestTensor[];
  /** What the header says, where that is not how many there are. */
  readonly tensorCount?: number | bigint;
  readonly metadataCount?: number | bigint;
  readonly alignment?: number;
  /** Bytes of the tensors. @default as many as the F32 tensors take, zeros */
  readonly data?: Buffer;
}

export function ggufBytes({
  magic = "GGUF",
  version = 3,
  metadata = [],
  tensors = [],
  alignment = 32,
  ...more
}: TestFile): Buffer {
  const head = [Buffer.from(magic, "latin1"), uint32(version), uint64(more.tensorCount ?? tensors.length)];
  const entries = metadata.flatMap(([key, of]) => [text(key), value(of)]);
  let offset = 0;
  const index = tensors.flatMap((tensor) => {
    const { name, dims, type = 0 } = tensor;
    const at = tensor.offset ?? offset;
    offset += Math.ceil((4 * dims.reduce<number>((product, dim) => product * Number(dim), 1)) / alignment) * alignment;
    return [text(name), uint32(dims.length), ...dims.map((dim) => uint64(dim)), uint32(type), uint64(at)];
  });
  const header = Buffer.concat([...head, uint64(more.metadataCount ?? metadata.length), ...entries, ...index]);
  const padding = Buffer.alloc(Math.ceil(header.length / alignment) * alignment - header.length);
  return Buffer.concat([header, padding, more.data ?? Buffer.alloc(Math.min(offset, 1 << 16))]);
}
