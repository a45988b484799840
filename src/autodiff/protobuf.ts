/**
 * @file Just enough of the protobuf wire format to write an ONNX model (https://protobuf.dev/programming-guides/encoding/):
 * a message is a list of fields, a field a tag and a number, four bytes, or a length and bytes.
 */

/** Encoded bytes in pieces of pieces: joined once at the end, so that a weight is copied once and not once a level of nesting. */
export interface Piece {
  readonly parts: readonly (Uint8Array | Piece)[];
  readonly length: number;
}

const utf8 = new TextEncoder();

function piece(...parts: readonly (Uint8Array | Piece)[]): Piece {
  let length = 0;
  for (const part of parts) length += part.length;
  return { parts, length };
}

/** Nearly all numbers of a model but its weights are tags, lengths and axes. */
const singleBytes = Array.from({ length: 128 }, (_, value) => Uint8Array.of(value));

/** Base-128, low digits first. Negative numbers take ten bytes, as int64 does. */
function varint(value: number): Uint8Array {
  const single = singleBytes[value];
  if (single !== undefined) return single;
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A message, or any run of fields, from its fields. */
export const message = (...fields: readonly Piece[]): Piece => piece(...fields);

/** An integer field (wire type 0). */
export const integerField = (id: number, value: number): Piece => piece(varint(id << 3), varint(value));

/** A float field (wire type 5). */
export function floatField(id: number, value: number): Piece {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return piece(varint((id << 3) | 5), bytes);
}

/** A field of bytes (wire type 2), which are not copied. */
export const bytesField = (id: number, value: Uint8Array): Piece => piece(varint((id << 3) | 2), varint(value.length), value);

/** A string field. */
export const stringField = (id: number, value: string): Piece => bytesField(id, utf8.encode(value));

/** A field that holds a message. */
export const messageField = (id: number, value: Piece): Piece => piece(varint((id << 3) | 2), varint(value.length), value);

/** The bytes in one array. */
export function join(whole: Piece): Uint8Array {
  const bytes = new Uint8Array(whole.length);
  let at = 0;
  const write = (part: Uint8Array | Piece): void => {
    if (part instanceof Uint8Array) {
      bytes.set(part, at);
      at += part.length;
    } else part.parts.forEach(write);
  };
  write(whole);
  return bytes;
}
