/** @file How many rows of a new label are tried next. */

export interface Additions {
  /** Numbers of rows that can be tried, ascending. */
  readonly sizes: readonly number[];
  /** The share found by number of rows tried so far. */
  readonly recalls: ReadonlyMap<number, number>;
  /** The share from which on it counts as found. With all rows it is reached. */
  readonly target: number;
  /** Whether without any row the label can be found by its name, as by a prompt. */
  readonly isNamed: boolean;
}

/** What is tried next; `undefined` where all sizes were. */
export interface NextAddition {
  readonly rows: number;
  /** Whether it narrows down how many rows suffice. */
  readonly isNarrowing: boolean;
}

/**
 * By bisection: the middle between the most rows that do not suffice and the fewest that do. Then none, which tells what the other labels lose by the new
 * one; then the rest.
 */
export function nextAddition({ sizes, recalls, target, isNamed }: Additions): NextAddition | undefined {
  const tried = [...recalls].filter(([, recall]) => recall < target).map(([size]) => size);
  const tooFew = Math.max(isNamed ? -1 : 0, ...tried);
  const enough = Math.min(Number.POSITIVE_INFINITY, ...[...recalls.keys()].filter((size) => size > tooFew));
  const between = sizes.filter((size) => size > tooFew && size < enough && !recalls.has(size));
  if (between.length > 0) return { rows: between[Math.floor((between.length - 1) / 2)]!, isNarrowing: true };
  const rest = sizes.find((size) => !recalls.has(size));
  return rest === undefined ? undefined : { rows: rest, isNarrowing: rest === 0 };
}
