/** @file Rotary positions (Su et al. 2021, arXiv 2104.09864), of encoders and decoders: queries and keys are turned by where they stand, so that their products depend on how far apart they are. */
import type { Tensor } from "../../autodiff/graph.js";
import { add, gather, literal, matmul, multiply, reshape, slice } from "../../autodiff/ops.js";

/** What is turned, and how far. */
export interface RotarySettings {
  /** Numbers of a head, of which pairs (i, i + width / 2) are turned: an even number. */
  readonly width: number;
  /** The longest text in tokens: tables of so many rows become part of the model. */
  readonly longest: number;
  /** The angle in radians by which each of the width / 2 pairs is turned from one place to the next. */
  readonly frequencies: readonly number[];
  /** What the turned numbers are multiplied by. @default 1 */
  readonly factor?: number;
}

/** Turns heads by their places. */
export interface Rotary {
  /** Of [batch, heads, sequence, width]: each place by its own number. */
  all(x: Tensor): Tensor;
  /** Of [batch, heads, 1, width], one a text: by the place that `places`, int64 [batch, 1], says. */
  at(x: Tensor, places: Tensor): Tensor;
}

/** The usual frequencies, base^(−2i / width) of pair i. */
export function rotaryFrequencies(width: number, base: number): readonly number[] {
  return Array.from({ length: width / 2 }, (_, pair) => base ** ((-2 * pair) / width));
}

/** Writes at `start` the 2 · frequencies numbers by which a head at `place` is turned: the cosines or sines of its angles, as `f` says. */
export function fillAngles(
  target: { [index: number]: number },
  start: number,
  { frequencies, factor }: { readonly frequencies: readonly number[]; readonly factor: number },
  place: number,
  f: (angle: number) => number,
): void {
  const half = frequencies.length;
  for (const [pair, frequency] of frequencies.entries()) {
    const value = factor * f(place * frequency);
    target[start + pair] = value;
    target[start + half + pair] = value;
  }
}

/** Turns heads [..., width] by the cosines and sines that `fillAngles` writes, of shapes that broadcast to theirs. */
export function turn(width: number): (x: Tensor, cos: Tensor, sin: Tensor) => Tensor {
  const half = width / 2;
  // x times this is (−second half, first half).
  const quarterTurn = literal(
    Array.from({ length: width * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return row - column === half ? -1 : column - row === half ? 1 : 0;
    }),
    "float32",
    [width, width],
  );
  return (x, cos, sin) => add(multiply(x, cos), multiply(matmul(x, quarterTurn), sin));
}

/** Makes the tables. */
export function rotary({ width, longest, frequencies, factor = 1 }: RotarySettings): Rotary {
  const [cos, sin] = [Math.cos, Math.sin].map((f) => {
    const values = new Float64Array(longest * width);
    for (let place = 0; place < longest; place++) fillAngles(values, place * width, { frequencies, factor }, place, f);
    return literal(values, "float32", [longest, width]);
  }) as [Tensor, Tensor];
  const turned = turn(width);
  const [allCos, allSin] = [cos, sin].map((rows) => slice(rows, 0, 0, "sequence"));
  return {
    all: (x) => turned(x, allCos!, allSin!),
    at: (x, places) => {
      const [c, s] = [cos, sin].map((rows) => reshape(gather(rows, places), ["batch", 1, 1, width]));
      return turned(x, c!, s!);
    },
  };
}
