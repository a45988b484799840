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

/** Makes the tables. */
export function rotary({ width, longest, frequencies, factor = 1 }: RotarySettings): Rotary {
  const half = width / 2;
  const table = (f: (angle: number) => number): Tensor => {
    const values = new Float64Array(longest * width);
    for (let place = 0; place < longest; place++)
      for (const [column, frequency] of frequencies.entries()) {
        const value = factor * f(place * frequency);
        values[place * width + column] = value;
        values[place * width + half + column] = value;
      }
    return literal(values, "float32", [longest, width]);
  };
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  // x times this is (−second half, first half).
  const quarterTurn = literal(
    Array.from({ length: width * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return row - column === half ? -1 : column - row === half ? 1 : 0;
    }),
    "float32",
    [width, width],
  );
  const turned = (x: Tensor, c: Tensor, s: Tensor): Tensor => add(multiply(x, c), multiply(matmul(x, quarterTurn), s));
  const [allCos, allSin] = [cos, sin].map((rows) => slice(rows, 0, 0, "sequence"));
  return {
    all: (x) => turned(x, allCos!, allSin!),
    at: (x, places) => {
      const [c, s] = [cos, sin].map((rows) => reshape(gather(rows, places), ["batch", 1, 1, width]));
      return turned(x, c!, s!);
    },
  };
}
