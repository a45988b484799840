/**
 * @file The training engine's inner loops. AssemblyScript, not TypeScript: `scripts/build-kernel.js` compiles it to WebAssembly with SIMD.
 *
 * Nothing here allocates or checks: the caller owns the memory and counts in elements. Alignment matters for speed alone. Pointers
 * are byte offsets below 4 GB; loops count down what is left, since an end pointer at 4 GB would wrap to 0.
 */

/** Four weights of `adamw`, at byte offset `at` from the pointers. */
@inline
function adamwLanes(
  w: usize, g: usize, m: usize, v: usize, at: usize,
  scale: v128, beta1: v128, rest1: v128, beta2: v128, rest2: v128, stepSize: v128, decay: v128, correction: v128, epsilon: v128,
): void {
  const gradient = f32x4.mul(v128.load(g + at), scale);
  const first = f32x4.add(f32x4.mul(v128.load(m + at), beta1), f32x4.mul(gradient, rest1));
  const second = f32x4.add(f32x4.mul(v128.load(v + at), beta2), f32x4.mul(f32x4.mul(gradient, gradient), rest2));
  const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(second), correction), epsilon);
  v128.store(m + at, first);
  v128.store(v + at, second);
  v128.store(w + at, f32x4.sub(f32x4.mul(v128.load(w + at), decay), f32x4.mul(f32x4.div(first, denominator), stepSize)));
}

/**
 * AdamW over `count` weights `w` with gradients `g` and moments `m`, `v`, in one pass over memory (torch.optim.AdamW, with the
 * gradient first multiplied by `scale`):
 *
 *     g = g * scale;  m = beta1 m + rest1 g;  v = beta2 v + rest2 g²;  w = decay w - stepSize (m / (correction sqrt(v) + epsilon))
 *
 * rest = 1 - beta, stepSize = rate / (1 - beta1^t), decay = 1 - rate * weightDecay, correction = 1 / sqrt(1 - beta2^t): each
 * computed in float64 by the caller. In float32, 1 - 0.999 alone would be wrong by 5e-5.
 */
export function adamw(
  w: usize, g: usize, m: usize, v: usize, count: u32,
  scale: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, stepSize: f32, decay: f32, correction: f32, epsilon: f32,
): void {
  const scale4 = f32x4.splat(scale);
  const beta14 = f32x4.splat(beta1);
  const rest14 = f32x4.splat(rest1);
  const beta24 = f32x4.splat(beta2);
  const rest24 = f32x4.splat(rest2);
  const stepSize4 = f32x4.splat(stepSize);
  const decay4 = f32x4.splat(decay);
  const correction4 = f32x4.splat(correction);
  const epsilon4 = f32x4.splat(epsilon);
  let left = count;
  while (left >= 8) {
    adamwLanes(w, g, m, v, 0, scale4, beta14, rest14, beta24, rest24, stepSize4, decay4, correction4, epsilon4);
    adamwLanes(w, g, m, v, 16, scale4, beta14, rest14, beta24, rest24, stepSize4, decay4, correction4, epsilon4);
    w += 32;
    g += 32;
    m += 32;
    v += 32;
    left -= 8;
  }
  while (left > 0) {
    const gradient = load<f32>(g) * scale;
    const first = load<f32>(m) * beta1 + gradient * rest1;
    const second = load<f32>(v) * beta2 + gradient * gradient * rest2;
    store<f32>(m, first);
    store<f32>(v, second);
    store<f32>(w, load<f32>(w) * decay - (first / (sqrt<f32>(second) * correction + epsilon)) * stepSize);
    w += 4;
    g += 4;
    m += 4;
    v += 4;
    left--;
  }
}

/** The smallest float32 of full precision. */
const minNormal: f32 = 1.17549435e-38;

/**
 * Sets the subnormal ones of `count` floats to 0, in place. A moment whose gradient has become 0 shrinks into them within a
 * thousand steps and stays there (4 units * 0.9 round to 4 again), where arithmetic is several times slower, and WebAssembly has no
 * mode that flushes them. A pass now and then costs less than two comparisons in `adamw`.
 */
export function flushSubnormals(x: usize, count: u32): void {
  const minNormal4 = f32x4.splat(minNormal);
  let left = count;
  while (left >= 4) {
    const values = v128.load(x);
    v128.store(x, v128.andnot(values, f32x4.lt(f32x4.abs(values), minNormal4)));
    x += 16;
    left -= 4;
  }
  while (left > 0) {
    if (abs<f32>(load<f32>(x)) < minNormal) store<f32>(x, 0);
    x += 4;
    left--;
  }
}

/** The squares of `count` floats, summed in float64. */
export function sumOfSquares(x: usize, count: u32): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  let left = count;
  while (left >= 8) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const a0 = f64x2.promote_low_f32x4(a);
    const a1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1));
    const b0 = f64x2.promote_low_f32x4(b);
    const b1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(b, b, 1, 1));
    sum0 = f64x2.add(sum0, f64x2.mul(a0, a0));
    sum1 = f64x2.add(sum1, f64x2.mul(a1, a1));
    sum2 = f64x2.add(sum2, f64x2.mul(b0, b0));
    sum3 = f64x2.add(sum3, f64x2.mul(b1, b1));
    x += 32;
    left -= 8;
  }
  const sums = f64x2.add(f64x2.add(sum0, sum1), f64x2.add(sum2, sum3));
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  while (left > 0) {
    const value = <f64>load<f32>(x);
    total += value * value;
    x += 4;
    left--;
  }
  return total;
}

/** Multiplies `count` floats by `factor`, in place. */
export function scale(x: usize, count: u32, factor: f32): void {
  const factor4 = f32x4.splat(factor);
  let left = count;
  while (left >= 8) {
    v128.store(x, f32x4.mul(v128.load(x), factor4));
    v128.store(x, f32x4.mul(v128.load(x, 16), factor4), 16);
    x += 32;
    left -= 8;
  }
  while (left > 0) {
    store<f32>(x, load<f32>(x) * factor);
    x += 4;
    left--;
  }
}

/** Adds `count` floats of `from` to those of `to`. */
export function add(to: usize, from: usize, count: u32): void {
  let left = count;
  while (left >= 8) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
    to += 32;
    from += 32;
    left -= 8;
  }
  while (left > 0) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    to += 4;
    from += 4;
    left--;
  }
}

/** Adds row i of `rows` (`count` rows of `width` floats) to the row of `table` that the i-th int32 of `ids` names, one after another. */
export function addRows(table: usize, ids: usize, rows: usize, count: u32, width: u32): void {
  const bytes: usize = (<usize>width) << 2;
  for (let i: u32 = 0; i < count; i++) {
    add(table + <usize>load<u32>(ids) * bytes, rows, width);
    ids += 4;
    rows += bytes;
  }
}

const philoxMultiplier0: u32 = 0xd2511f53;
const philoxMultiplier1: u32 = 0xcd9e8d57;
const philoxWeyl0: u32 = 0x9e3779b9;
const philoxWeyl1: u32 = 0xbb67ae85;

/** The low words of four 64-bit products, of which `a` holds two and `b` two. */
@inline
function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

/** Their high words. */
@inline
function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Eight factors for a row of eight lanes, each all ones (kept) or zero. */
@inline
function storeFactors(out: usize, kept: v128, factor: v128): void {
  v128.store(out, v128.and(i32x4.extend_low_i16x8_s(kept), factor));
  v128.store(out, v128.and(i32x4.extend_high_i16x8_s(kept), factor), 16);
}

/** Sixteen bytes, 1 or 0, for two rows of eight lanes. */
@inline
function storeBytes(out: usize, kept0: v128, kept1: v128): void {
  v128.store(out, v128.and(i8x16.narrow_i16x8_s(kept0, kept1), i8x16.splat(1)));
}

/**
 * Dropout decisions for at least `count` elements, in whole groups of 64: `out` has room for a multiple of 64. As float32, `factor`
 * where an element is kept and 0 elsewhere; as bytes, 1 and 0.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), eight counters at a time: one
 * chain of ten multiplications alone would wait for itself. Half h (low first) of word k of the block with counter
 * (4 q + l, 0, stream, step) and key (key0, key1) decides element 32 q + 8 k + 2 l + h, which is kept where the half, read as a
 * signed integer, is below `limit` = round(keep * 2^16) - 2^15.
 */
@inline
function drawMask<Element>(out: usize, count: u32, key0: u32, key1: u32, stream: u32, step: u32, limit: i16, factor: f32): void {
  const limit8 = i16x8.splat(limit);
  const factor4 = f32x4.splat(factor);
  const multiplier0 = i32x4.splat(philoxMultiplier0);
  const multiplier1 = i32x4.splat(philoxMultiplier1);
  let block = i32x4(0, 1, 2, 3);
  // In 64 bits: `at` may pass 2^32 with the last group.
  for (let at: u64 = 0; at < count; at += 64) {
    let a0 = block;
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(stream);
    let a3 = i32x4.splat(step);
    let b0 = i32x4.add(block, i32x4.splat(4));
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      const aLow0 = i64x2.extmul_low_i32x4_u(a0, multiplier0);
      const aHigh0 = i64x2.extmul_high_i32x4_u(a0, multiplier0);
      const bLow0 = i64x2.extmul_low_i32x4_u(b0, multiplier0);
      const bHigh0 = i64x2.extmul_high_i32x4_u(b0, multiplier0);
      const aLow1 = i64x2.extmul_low_i32x4_u(a2, multiplier1);
      const aHigh1 = i64x2.extmul_high_i32x4_u(a2, multiplier1);
      const bLow1 = i64x2.extmul_low_i32x4_u(b2, multiplier1);
      const bHigh1 = i64x2.extmul_high_i32x4_u(b2, multiplier1);
      const roundKey0 = i32x4.splat(k0);
      const roundKey1 = i32x4.splat(k1);
      a0 = v128.xor(highWords(aLow1, aHigh1), v128.xor(a1, roundKey0));
      b0 = v128.xor(highWords(bLow1, bHigh1), v128.xor(b1, roundKey0));
      a2 = v128.xor(highWords(aLow0, aHigh0), v128.xor(a3, roundKey1));
      b2 = v128.xor(highWords(bLow0, bHigh0), v128.xor(b3, roundKey1));
      a1 = lowWords(aLow1, aHigh1);
      b1 = lowWords(bLow1, bHigh1);
      a3 = lowWords(aLow0, aHigh0);
      b3 = lowWords(bLow0, bHigh0);
      k0 += philoxWeyl0;
      k1 += philoxWeyl1;
    }
    a0 = i16x8.lt_s(a0, limit8);
    a1 = i16x8.lt_s(a1, limit8);
    a2 = i16x8.lt_s(a2, limit8);
    a3 = i16x8.lt_s(a3, limit8);
    b0 = i16x8.lt_s(b0, limit8);
    b1 = i16x8.lt_s(b1, limit8);
    b2 = i16x8.lt_s(b2, limit8);
    b3 = i16x8.lt_s(b3, limit8);
    if (isFloat<Element>()) {
      storeFactors(out, a0, factor4);
      storeFactors(out + 32, a1, factor4);
      storeFactors(out + 64, a2, factor4);
      storeFactors(out + 96, a3, factor4);
      storeFactors(out + 128, b0, factor4);
      storeFactors(out + 160, b1, factor4);
      storeFactors(out + 192, b2, factor4);
      storeFactors(out + 224, b3, factor4);
    } else {
      storeBytes(out, a0, a1);
      storeBytes(out + 16, a2, a3);
      storeBytes(out + 32, b0, b1);
      storeBytes(out + 48, b2, b3);
    }
    block = i32x4.add(block, i32x4.splat(8));
    out += 64 * sizeof<Element>();
  }
}

/** `drawMask` as float32. */
export function dropoutFactors(out: usize, count: u32, key0: u32, key1: u32, stream: u32, step: u32, limit: i16, factor: f32): void {
  drawMask<f32>(out, count, key0, key1, stream, step, limit, factor);
}

/** `drawMask` as bytes. */
export function dropoutBytes(out: usize, count: u32, key0: u32, key1: u32, stream: u32, step: u32, limit: i16): void {
  drawMask<u8>(out, count, key0, key1, stream, step, limit, 1);
}
