/** @file The kernel's functions again, one element after the other, each operation rounded to float32 where the kernel's is. */

const f32 = Math.fround;

/** What `adamw` takes besides its buffers. */
export interface AdamwFactors {
  readonly scale: number;
  readonly beta1: number;
  readonly rest1: number;
  readonly beta2: number;
  readonly rest2: number;
  readonly stepSize: number;
  readonly decay: number;
  readonly correction: number;
  readonly epsilon: number;
}

/** Updates `w`, `m` and `v` in place. */
export function adamwReference(w: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array, factors: AdamwFactors): void {
  const { scale, beta1, rest1, beta2, rest2, stepSize, decay, correction, epsilon } = Object.fromEntries(
    Object.entries(factors).map(([name, value]) => [name, f32(value)]),
  ) as unknown as AdamwFactors;
  for (let i = 0; i < w.length; i++) {
    const gradient = f32(g[i]! * scale);
    m[i] = f32(f32(m[i]! * beta1) + f32(gradient * rest1));
    v[i] = f32(f32(v[i]! * beta2) + f32(f32(gradient * gradient) * rest2));
    const denominator = f32(f32(f32(Math.sqrt(v[i]!)) * correction) + epsilon);
    w[i] = f32(f32(w[i]! * decay) - f32(f32(m[i]! / denominator) * stepSize));
  }
}

/** Philox4x32-10 of one counter, as its authors define it, in exact 64-bit integers. */
export function philox4x32(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const word = (x: bigint): bigint => x & 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, word(p1), (p0 >> 32n) ^ c3 ^ k1, word(p0)];
    k0 = word(k0 + 0x9e3779b9n);
    k1 = word(k1 + 0xbb67ae85n);
  }
  return [c0, c1, c2, c3].map(Number);
}

/** The 16 bits that decide an element, as a signed number: see `drawMask` in the kernel. */
export function maskBits(element: number, seed: number, step: number, stream: number): number {
  const [q, within] = [Math.floor(element / 32), element % 32];
  const [k, l, h] = [within >> 3, (within >> 1) & 3, within & 1];
  const words = philox4x32([4 * q + l, 0, stream, step], [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]);
  return ((words[k]! >>> (16 * h)) << 16) >> 16;
}
