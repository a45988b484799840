/** @file Rows unlike the others: held out of what is learned from, to see what an approach loses on such rows. */
import { placesOf } from "../../data/ordered-values.js";
import type { Dataset, Example, Task } from "../../types/data.js";
import type { ShiftPart } from "../../types/experiments.js";
import { nestedSubsets } from "../curves/nested-subset.js";
import { minEstimableRows } from "../metrics/metrics.js";
import { someRows } from "./experiment-rows.js";

/** The part of the rows that is held out, where it can be chosen. */
const heldOutShare = 1 / 4;
/** Rows that are needed: to learn from without the part, of the part where it is learned from, and to ask about. */
export const fewestShiftRows = { rest: 16, part: 8, test: minEstimableRows } as const;
/** Parts that are looked at, those nearest to the wanted share first: where none of these has rows enough, none has. */
const mostParts = 20;

/** Two training sets of one size, and what both are asked about. */
export interface ShiftedRows {
  readonly part: ShiftPart;
  /** Training rows without the part. */
  readonly unlike: Dataset;
  /** As many of all training rows, by chance: with the part as often as it occurs. */
  readonly alike: Dataset;
  /** Test rows of the part, some where they are many, whose labels `unlike` has rows of. */
  readonly test: Dataset;
}

/**
 * The longest quarter of the texts; of a named column the last quarter where its values are numbers or dates, else the value whose share of the rows is
 * nearest to a quarter. `null` where one side would have too few rows.
 *
 * @param mostRows training rows to take at most, with labels in their shares
 * @throws UserError where the named column holds dates that can be read in two ways
 */
export function shiftedRows(
  { train, test }: Pick<Task, "train" | "test">,
  mostRows = Number.POSITIVE_INFINITY,
  seed = 0,
): ShiftedRows | null {
  for (const { part, has } of partsOf(train, test).slice(0, mostParts)) {
    const rest = { ...train, examples: train.examples.filter((example) => !has(example) && isKnown(example, part)) };
    const learnable = new Set(rest.examples.flatMap(({ labels }) => labels));
    const asked = test.examples.filter((example) => has(example) && example.labels.every((label) => learnable.has(label)));
    const held = train.examples.filter(has).length;
    const isEnough =
      rest.examples.length >= fewestShiftRows.rest && held >= fewestShiftRows.part && asked.length >= fewestShiftRows.test;
    if (!isEnough || learnable.size < (train.isMultiLabel ? 1 : 2)) continue;
    const size = Math.min(rest.examples.length, mostRows);
    return {
      part,
      unlike: size < rest.examples.length ? nestedSubsets(rest, seed)(size) : rest,
      alike: nestedSubsets(train, seed)(size),
      test: someRows({ ...test, examples: asked }, seed),
    };
  }
  return null;
}

interface Part {
  readonly part: ShiftPart;
  readonly has: (example: Example) => boolean;
}

/** Whether it is known of a row on which side it is. */
const isKnown = ({ shift }: Example, { by }: ShiftPart): boolean => by === "length" || shift !== undefined;

/** Parts that may be held out, the one nearest to the wanted share first. */
function partsOf(train: Dataset, test: Dataset): Part[] {
  const { shiftColumn: column } = train;
  if (column === undefined) {
    return lastParts(train, ({ text }) => text.length).map((from) => ({
      part: { by: "length", from },
      has: ({ text }) => text.length >= from,
    }));
  }
  const values = [...train.examples, ...test.examples].flatMap(({ shift }) => shift ?? []);
  const places = placesOf(values, column);
  if (places === null) {
    return valuesOf(train).map((value) => ({ part: { by: "value", column, value }, has: ({ shift }) => shift === value }));
  }
  const placeOf = ({ shift }: Example): number => (shift === undefined ? Number.NaN : places.get(shift)!);
  const names = new Map([...places].map(([value, place]) => [place, value]));
  return lastParts(train, placeOf).map((from) => ({
    part: { by: "order", column, from: names.get(from)! },
    has: (example) => placeOf(example) >= from,
  }));
}

/** Where a last part of the rows may begin. */
function lastParts({ examples }: Dataset, placeOf: (example: Example) => number): number[] {
  const places = examples
    .map(placeOf)
    .filter((place) => !Number.isNaN(place))
    .sort((a, b) => a - b);
  const starts = [...places.keys()].filter((index) => index > 0 && places[index] !== places[index - 1]);
  return nearest(starts, (index) => 1 - index / places.length).map((index) => places[index]!);
}

/** The values of the column, of equal ones the first by name. */
function valuesOf({ examples }: Dataset): string[] {
  const counts = new Map<string, number>();
  for (const { shift } of examples) if (shift !== undefined) counts.set(shift, (counts.get(shift) ?? 0) + 1);
  return nearest([...counts.keys()].sort(), (value) => counts.get(value)! / examples.length);
}

function nearest<Item>(items: readonly Item[], shareOf: (item: Item) => number): Item[] {
  return items.toSorted((a, b) => Math.abs(shareOf(a) - heldOutShare) - Math.abs(shareOf(b) - heldOutShare));
}
