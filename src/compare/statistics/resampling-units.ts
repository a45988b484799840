/**
 * @file Test rows as units of resampling.
 *
 * Every score here is a function of counts that rows add to (rows, right answers, true positives of a label, …). A unit is
 * what is drawn as a whole, a row or a group of rows; units that add the same are one kind, and only the number of units of
 * each kind is drawn. 3,080 rows of two approaches over 77 labels are a few hundred kinds, 25,000 rows of two labels are
 * eight: a replicate costs as much as there are kinds, not rows.
 */

/** Units by kind, the commonest first. */
export interface Units {
  /** Numbers in a count vector. */
  readonly slotCount: number;
  /** Units of each kind. */
  readonly multiplicities: Int32Array;
  /** Kind `k` adds `amounts[i]` to slot `slots[i]` for i from `starts[k]` to `starts[k + 1]`. */
  readonly starts: Int32Array;
  readonly slots: Int32Array;
  readonly amounts: Int32Array;
}

/** A score as a function of summed counts. */
export type Statistic = (counts: Float64Array) => number;

/**
 * Gathers rows into units.
 *
 * @param slotCount length of a count vector
 * @param rows the slots to which each row adds 1; a slot named twice gets 2
 * @param groups the group of each row: rows of one group are one unit; a row without a group is a unit of its own
 */
export function unitsOf(
  slotCount: number,
  rows: readonly (readonly number[])[],
  groups: readonly (string | undefined)[] = [],
): Units {
  const units: (readonly number[])[] = [];
  const byGroup = new Map<string, number[]>();
  for (const [row, slots] of rows.entries()) {
    const group = groups[row];
    const members = group === undefined ? undefined : byGroup.get(group);
    if (members !== undefined) members.push(...slots);
    else {
      const unit = [...slots];
      units.push(unit);
      if (group !== undefined) byGroup.set(group, unit);
    }
  }
  return assemble(slotCount, units);
}

/** Units drawn in one replicate: their number never changes. */
export function unitCount(units: Units): number {
  return units.multiplicities.reduce((sum, count) => sum + count, 0);
}

/** Adds `times` units of one kind to a count vector. */
export function addUnits(counts: Float64Array, units: Units, kind: number, times: number): void {
  const end = units.starts[kind + 1]!;
  for (let i = units.starts[kind]!; i < end; i++) counts[units.slots[i]!]! += times * units.amounts[i]!;
}

/** The counts of all units: of the data as they are. */
export function totalCounts(units: Units): Float64Array {
  const counts = new Float64Array(units.slotCount);
  for (const [kind, times] of units.multiplicities.entries()) addUnits(counts, units, kind, times);
  return counts;
}

function assemble(slotCount: number, contents: readonly (readonly number[])[]): Units {
  interface Kind {
    readonly slots: readonly number[];
    times: number;
  }
  const kinds = new Map<string, Kind>();
  for (const slots of contents) {
    const sorted = [...slots].sort((a, b) => a - b);
    const key = sorted.join(",");
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { slots: sorted, times: 1 });
    else kind.times++;
  }
  const ordered = [...kinds.values()].sort((a, b) => b.times - a.times);
  const starts = [0];
  const slots: number[] = [];
  const amounts: number[] = [];
  for (const kind of ordered) {
    for (const [position, slot] of kind.slots.entries()) {
      if (position > 0 && kind.slots[position - 1] === slot) amounts[amounts.length - 1]! += 1;
      else {
        slots.push(slot);
        amounts.push(1);
      }
    }
    starts.push(slots.length);
  }
  return {
    slotCount,
    multiplicities: Int32Array.from(ordered, (kind) => kind.times),
    starts: Int32Array.from(starts),
    slots: Int32Array.from(slots),
    amounts: Int32Array.from(amounts),
  };
}
