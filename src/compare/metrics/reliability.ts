/** @file What is claimed beside what comes true, over bins of about equally many claims (Naeini et al. 2015, with equal-mass bins). */
import type { Reliability } from "../../types/calibration.js";
import { tieRuns } from "./tie-runs.js";

/** Bins unless told otherwise. */
export const defaultBins = 15;

interface BinSums {
  claims: number;
  confidence: number;
  hits: number;
  /** Hits beyond what was claimed. */
  excess: number;
}

/**
 * The claims by ascending confidence, in bins. Equal confidences are never parted: a bin may be larger for it, and the result does not depend
 * on the order of the rows.
 */
export function reliability(confidences: ArrayLike<number>, hits: readonly boolean[], binCount = defaultBins): Reliability {
  const sums = binSums(confidences, hits, binCount);
  const { length } = hits;
  return {
    ece: sums.reduce((sum, { excess }) => sum + Math.abs(excess), 0) / length,
    // Not −0 where all is as claimed.
    excess: 0 - sums.reduce((sum, { excess }) => sum + excess, 0) / length,
    bins: sums
      .filter(({ claims }) => claims > 0)
      .map(({ claims, confidence, hits }) => ({ claims, confidence: confidence / claims, accuracy: hits / claims })),
  };
}

function binSums(confidences: ArrayLike<number>, hits: readonly boolean[], binCount: number): BinSums[] {
  const order = [...hits.keys()].sort((a, b) => confidences[a]! - confidences[b]!);
  const sums = Array.from({ length: binCount }, (): BinSums => ({ claims: 0, confidence: 0, hits: 0, excess: 0 }));
  for (const [start, end] of tieRuns(order, confidences)) {
    const bin = sums[Math.min(binCount - 1, Math.floor((binCount * (start + end)) / 2 / order.length))]!;
    for (let rank = start; rank < end; rank++) {
      const row = order[rank]!;
      const hit = hits[row] ? 1 : 0;
      bin.claims++;
      bin.confidence += confidences[row]!;
      bin.hits += hit;
      bin.excess += hit - confidences[row]!;
    }
  }
  return sums;
}
