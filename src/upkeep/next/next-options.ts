import type { NextWay } from "./choose-rows.js";

/** Of which pool rows are chosen, how, and into which file. */
export interface NextOptions {
  /** The file of unlabelled rows. */
  readonly path: string;
  readonly output: string;
  /** The run's folder. */
  readonly run: string;
  /** @default the run's best tuned one */
  readonly approach?: string;
  /** Rows to choose. */
  readonly count: number;
  readonly way: NextWay;
  /** @default the run's */
  readonly seed?: number;
  /** See `TaskOptions.text`. */
  readonly text?: string;
  /** Put an apostrophe before cells of a CSV that a spreadsheet might compute. */
  readonly defuseFormulas: boolean;
  readonly offline: boolean;
}
