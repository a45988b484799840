import { binomialSampler } from "../../lib/binomial.js";
import type { Random } from "../../lib/random.js";
import { addUnits, type Statistic, totalCounts, type Units } from "./resampling-units.js";

/**
 * Paired permutation test: the probability of a difference at least this large, in either direction, if in each unit the two
 * approaches' answers might as well have been the other's. Approximate (Monte Carlo), with the observed arrangement
 * counted among the permutations, so that the level holds (Phipson & Smyth 2010). Checked by simulation.
 *
 * @param units with the counts of the first approach in slots [first, first + width) and the second's in the `width` slots after
 * @param difference the statistic; changes its sign when the approaches change places
 */
export function permutationTest(
  units: Units,
  difference: Statistic,
  sides: { readonly first: number; readonly width: number },
  random: Random,
  permutations = 9999,
): number {
  const observed = Math.abs(difference(totalCounts(units)));
  const binomial = binomialSampler(random);
  // Each arrangement differs from the one observed by the units that change sides, and of a unit only in what the sides do not share.
  const changes = changesOfSides(units, sides);
  const asObserved = totalCounts(units);
  const counts = new Float64Array(units.slotCount);
  let asLarge = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    counts.set(asObserved);
    for (let kind = 0; kind < changes.multiplicities.length; kind++) {
      const swapped = binomial(changes.multiplicities[kind]!, 0.5);
      if (swapped > 0) addUnits(counts, changes, kind, swapped);
    }
    if (Math.abs(difference(counts)) >= observed - 1e-12) asLarge++;
  }
  return asLarge / (permutations + 1);
}

/** By kind of unit, what is added to the counts where the two approaches change places: negative amounts too. Kinds in which nothing changes are left out. */
function changesOfSides(units: Units, { first, width }: { readonly first: number; readonly width: number }): Units {
  const mirrored = (slot: number): number => {
    if (slot < first || slot >= first + 2 * width) return slot;
    return slot < first + width ? slot + width : slot - width;
  };
  const multiplicities: number[] = [];
  const starts = [0];
  const slots: number[] = [];
  const amounts: number[] = [];
  for (const [kind, times] of units.multiplicities.entries()) {
    const change = new Map<number, number>();
    for (let i = units.starts[kind]!; i < units.starts[kind + 1]!; i++) {
      const [slot, amount] = [units.slots[i]!, units.amounts[i]!];
      change.set(slot, (change.get(slot) ?? 0) - amount);
      change.set(mirrored(slot), (change.get(mirrored(slot)) ?? 0) + amount);
    }
    for (const [slot, amount] of change) {
      if (amount === 0) continue;
      slots.push(slot);
      amounts.push(amount);
    }
    if (slots.length === starts.at(-1)) continue;
    multiplicities.push(times);
    starts.push(slots.length);
  }
  return {
    slotCount: units.slotCount,
    multiplicities: Int32Array.from(multiplicities),
    starts: Int32Array.from(starts),
    slots: Int32Array.from(slots),
    amounts: Int32Array.from(amounts),
  };
}
