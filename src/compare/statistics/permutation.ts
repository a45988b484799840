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
  const { first, width } = sides;
  const mirror = mirrored(units, first, width);
  const observed = Math.abs(difference(totalCounts(units)));
  const binomial = binomialSampler(random);
  // Units in which both sides agree stay as they are: they are counted once.
  const fixed = new Float64Array(units.slotCount);
  const open: number[] = [];
  for (const [kind, times] of units.multiplicities.entries()) {
    if (isSymmetric(units, mirror, kind)) addUnits(fixed, units, kind, times);
    else open.push(kind);
  }
  const counts = new Float64Array(units.slotCount);
  let asLarge = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    counts.set(fixed);
    for (const kind of open) {
      const times = units.multiplicities[kind]!;
      const swapped = binomial(times, 0.5);
      addUnits(counts, units, kind, times - swapped);
      addUnits(counts, mirror, kind, swapped);
    }
    if (Math.abs(difference(counts)) >= observed - 1e-12) asLarge++;
  }
  return asLarge / (permutations + 1);
}

/** The same units with the two approaches in each other's place. */
function mirrored(units: Units, first: number, width: number): Units {
  const slots = units.slots.map((slot) => {
    if (slot < first || slot >= first + 2 * width) return slot;
    return slot < first + width ? slot + width : slot - width;
  });
  return { ...units, slots };
}

function isSymmetric(units: Units, mirror: Units, kind: number): boolean {
  const difference = new Map<number, number>();
  for (let i = units.starts[kind]!; i < units.starts[kind + 1]!; i++) {
    const amount = units.amounts[i]!;
    difference.set(units.slots[i]!, (difference.get(units.slots[i]!) ?? 0) + amount);
    difference.set(mirror.slots[i]!, (difference.get(mirror.slots[i]!) ?? 0) - amount);
  }
  return [...difference.values()].every((amount) => amount === 0);
}
