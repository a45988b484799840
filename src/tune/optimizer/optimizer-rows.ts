/** @file Which rows of an embedding table a step has to deal with. */
import { type Range, type Slot, widthOf } from "./optimizer-layout.js";

/** Two moments, or what they are restored from. */
interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Sets of a table's rows, as ranges of its memory, in ascending order whatever the order of the calls. */
export interface RowSets {
  readonly rows: number;
  readonly width: number;
  /** Says that a row has a gradient in this step. */
  touch(row: number): void;
  /** Takes that back. */
  forget(row: number): void;
  /** Rows with a gradient in this step. */
  touched(): Range[];
  /** Rows that have had a gradient in any step, this one included. */
  live(): Range[];
  /** The others: their moments are 0. */
  idle(): Range[];
  /** Ends a step. */
  clear(): void;
  /** Copies moments, and finds out from them which rows are live. Pages of rows that are idle and were so before are not written. */
  restore(target: Moments, source: Moments): void;
}

/** No row touched, all idle. */
export function createRowSets({ spec, offset }: Slot): RowSets {
  const rows = spec.shape[0]!;
  const width = widthOf(spec);
  const touched = new Uint8Array(rows);
  const live = new Uint8Array(rows);
  const ranges = (flags: Uint8Array, value: 0 | 1): Range[] => {
    const found: Range[] = [];
    let start = flags.indexOf(value);
    while (start >= 0) {
      const next = flags.indexOf(1 - value, start);
      const end = next < 0 ? rows : next;
      const { decay, learningRateScale = 1 } = spec;
      found.push({ offset: offset + start * width, count: (end - start) * width, decay, learningRateScale });
      start = flags.indexOf(value, end);
    }
    return found;
  };
  return {
    rows,
    width,
    touch: (row) => {
      touched[row] = 1;
    },
    forget: (row) => {
      touched[row] = 0;
    },
    touched: () => ranges(touched, 1),
    live: () => {
      for (let row = 0; row < rows; row++) if (touched[row] === 1) live[row] = 1;
      return ranges(live, 1);
    },
    idle: () => ranges(live, 0),
    clear: () => {
      touched.fill(0);
    },
    restore: (target, source) => {
      for (let row = 0; row < rows; row++) {
        const of = (values: Float32Array): Float32Array => values.subarray(row * width, (row + 1) * width);
        const isLive = [source.first, source.second].some((values) => of(values).some((value) => value !== 0));
        if (isLive || live[row] === 1) {
          of(target.first).set(of(source.first));
          of(target.second).set(of(source.second));
        }
        live[row] = isLive ? 1 : 0;
      }
    },
  };
}
