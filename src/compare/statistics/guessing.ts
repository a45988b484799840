/** @file Does an approach know anything of the texts? What its answers get right beyond what they would if dealt to the rows at random. */
import type { Estimate } from "../../types/scores.js";
import { onRows, type Series } from "../metrics/scores.js";
import { effectiveUnits, jackknifeInterval } from "./jackknife.js";
import { type Statistic, unitsOf } from "./resampling-units.js";

/**
 * Right labels beyond those that the same answers, shuffled among the rows, would have on average, as a share of what answers that are all right
 * have beyond theirs: (Σ TPₖ/n − Σ pₖ·tₖ/n²) / (Σ tₖ/n − Σ tₖ²/n²) with n rows, tₖ of them with label k and pₖ answered with it; mean over the
 * seeds, with its 95 % interval by the jackknife. Near Cohen's kappa. 0 for whoever guesses, by whatever shares, and for whoever says the same
 * of every text; 1 for whoever is always right. Over the rows that every seed answers; `null` where all of these have the same labels.
 */
export function aboveGuessing(series: Series): Estimate | null {
  const answered = series.groups.flatMap((_, row) => (series.seeds.every(({ answers }) => answers[row] !== null) ? [row] : []));
  const { seeds, groups } = onRows(series, answered);
  const { truths, labelCount } = seeds[0]!;
  if (new Set(truths.map((truth) => truth.toSorted().join(" "))).size < 2) return null;
  // Slot 0 counts rows, then K slots rows by true label; for each seed one slot right labels, and K slots answers by label.
  const baseOf = (seed: number): number => 1 + labelCount + seed * (1 + labelCount);
  const rows = truths.map((truth, row) => {
    const slots = [0, ...truth.map((label) => 1 + label)];
    for (const [seed, { answers }] of seeds.entries()) {
      for (const label of answers[row]!) {
        slots.push(baseOf(seed) + 1 + label);
        if (truth.includes(label)) slots.push(baseOf(seed));
      }
    }
    return slots;
  });
  const statistic: Statistic = (counts) => {
    const total = counts[0]!;
    let perfect = 0;
    for (let label = 0; label < labelCount; label++) {
      const share = counts[1 + label]! / total;
      perfect += share * (1 - share);
    }
    let sum = 0;
    for (let seed = 0; seed < seeds.length; seed++) {
      const base = baseOf(seed);
      let byChance = 0;
      for (let label = 0; label < labelCount; label++) byChance += counts[1 + label]! * counts[base + 1 + label]!;
      sum += counts[base]! / total - byChance / total ** 2;
    }
    // With one row left out all others may have the same label: then nothing can be told.
    return perfect === 0 ? 0 : sum / seeds.length / perfect;
  };
  const count = effectiveUnits(groups);
  const units = unitsOf(baseOf(seeds.length), rows, groups);
  return jackknifeInterval(units, statistic, { effectiveUnits: count, range: [-1, 1], effectiveRows: count });
}
