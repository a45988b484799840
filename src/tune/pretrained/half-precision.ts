/** @file The two 16-bit kinds of number that weights are stored as, as float32. Every one of them is a float32 exactly. */

/** IEEE half precision: the number of each of the 65,536 patterns of bits. */
function halfNumbers(): Float32Array {
  const numbers = new Float32Array(2 ** 16);
  for (let bits = 0; bits < numbers.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 0) numbers[bits] = sign * fraction * 2 ** -14;
    else if (exponent === 31) numbers[bits] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else numbers[bits] = sign * (1 + fraction) * 2 ** (exponent - 15);
  }
  return numbers;
}

let halves: Float32Array | undefined;

/** The number of each pattern of bits of IEEE half precision. Made for the first tensor that needs it: most programs, and most models, need none. */
export function halfTable(): Float32Array {
  halves ??= halfNumbers();
  return halves;
}

/** Half precision as float32. A loop, for speed: `Float32Array.from` with a function takes ten times as long. */
export function fromHalves(stored: Uint16Array, floats: Float32Array = new Float32Array(stored.length)): Float32Array {
  const table = halfTable();
  for (let i = 0; i < stored.length; i++) floats[i] = table[stored[i]!]!;
  return floats;
}

/** Bfloat16, the upper half of a float32, as float32. */
export function fromUpperHalves(stored: Uint16Array, floats: Float32Array = new Float32Array(stored.length)): Float32Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let i = 0; i < stored.length; i++) bits[i] = stored[i]! << 16;
  return floats;
}
