/** @file What a cascade costs under some prices, and what then speaks against it. Takes no resampling: other prices are a matter of milliseconds. */
import type { Cascade, CascadeDifference, CascadeObjection } from "../../types/cascade.js";
import type { Assumptions } from "../../types/prices.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { meanEstimate } from "./estimates.js";
import { inMetric } from "./in-metric.js";
import { isHandedOn } from "./ladder.js";
import { type PairRows, type RowsUsd, usdOfRows } from "./pair-rows.js";
import type { ScoredPair } from "./scored-pair.js";

/** The cascade with its prices and its verdict. */
export function pricedCascade(pair: ScoredPair, assumptions: Assumptions): Cascade {
  const { test, chosen, share, policies, differences, curve, ...head } = pair;
  const rowsUsd = usdOfRows(test, assumptions);
  const usd = pricesOf(rowsUsd, share);
  const estimate = (prices: Float64Array | null): Estimate | null => prices && meanEstimate(prices, test);
  const difference = (other: "small" | "llm" | "random"): CascadeDifference => {
    return { ...differences[other], usdPerThousand: usdDifference(usd.cascade, usd[other], test) };
  };
  const priced = { small: difference("small"), llm: difference("llm"), random: difference("random") };
  const { rung, isReached, basis } = chosen;
  return {
    ...head,
    threshold: rung.threshold,
    basis,
    rows: test.ids.length,
    of: test.of,
    policies: {
      cascade: { ...policies.cascade, usdPerThousand: estimate(usd.cascade) },
      small: { ...policies.small, usdPerThousand: estimate(usd.small) },
      llm: { ...policies.llm, usdPerThousand: estimate(usd.llm) },
      random: { ...policies.random, usdPerThousand: usd.random === null ? null : mean(usd.random) },
    },
    differences: priced,
    curve: curve.map((point) => ({ ...point, usdPerThousand: usdAt(point.threshold, test, rowsUsd) })),
    objections: objectionsTo({ escalated: head.escalated, differences: priced }, isReached, head.metric),
  };
}

type Prices = Readonly<Record<"cascade" | "small" | "llm" | "random", Float64Array | null>>;

/** USD per 1,000 of each row, in each way. Chance hands on any row alike. */
function pricesOf({ small, llm }: RowsUsd, share: Float64Array): Prices {
  const perThousand = (prices: Float64Array | null): Float64Array | null => prices?.map((price) => 1000 * price) ?? null;
  const [ofSmall, ofLlm] = [perThousand(small), perThousand(llm)];
  const average = mean(share);
  const both = (weight: (row: number) => number): Float64Array | null =>
    ofSmall === null || ofLlm === null ? null : ofSmall.map((price, row) => price + weight(row) * ofLlm[row]!);
  return { small: ofSmall, llm: ofLlm, cascade: both((row) => share[row]!), random: both(() => average) };
}

function usdDifference(a: Float64Array | null, b: Float64Array | null, rows: PairRows): Estimate | null {
  if (a === null || b === null) return null;
  return meanEstimate(
    a.map((price, row) => price - b[row]!),
    rows,
  );
}

/** USD per 1,000 at a threshold; first seed. */
function usdAt(threshold: number | null, { seeds }: PairRows, { small, llm }: RowsUsd): number | null {
  if (small === null || llm === null) return null;
  const { confidence } = seeds[0]!;
  let sum = 0;
  for (let row = 0; row < confidence.length; row++)
    sum += small[row]! + (isHandedOn(confidence[row]!, threshold) ? llm[row]! : 0);
  return (1000 * sum) / confidence.length;
}

/** What speaks against it. A price that is not known speaks for nothing. */
function objectionsTo(
  { escalated, differences }: Pick<Cascade, "escalated" | "differences">,
  isReached: boolean,
  metric: Metric,
): CascadeObjection[] {
  const unreached: CascadeObjection[] = isReached ? [] : ["aim-not-reached"];
  if (escalated.value === 0) return [...unreached, "nothing-handed-on"];
  if (escalated.value === 1) return [...unreached, "everything-handed-on"];
  const own = (difference: CascadeDifference): Estimate => inMetric(difference, metric);
  const isBetter = (difference: CascadeDifference): boolean =>
    own(difference).low > 0 && (difference.pValue === null || difference.pValue < 0.05);
  const { small, llm, random } = differences;
  const isCheaper = llm.usdPerThousand !== null && llm.usdPerThousand.value < 0;
  return [
    ...unreached,
    ...(isBetter(random) ? [] : (["not-better-than-random"] as const)),
    ...(isBetter(small) ? [] : (["not-better-than-small"] as const)),
    ...(own(llm).value <= 0 && llm.usdPerThousand !== null && !isCheaper ? (["llm-alone-suffices"] as const) : []),
  ];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
