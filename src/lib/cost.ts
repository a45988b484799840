import type { Cost } from "../types/prediction.js";

export const noCost: Cost = { usd: 0, seconds: 0, inputTokens: 0, outputTokens: 0, labels: 0 };

/** The sum, field by field. */
export function addCosts(a: Cost, b: Partial<Cost>): Cost {
  return {
    usd: a.usd + (b.usd ?? 0),
    seconds: a.seconds + (b.seconds ?? 0),
    inputTokens: a.inputTokens + (b.inputTokens ?? 0),
    outputTokens: a.outputTokens + (b.outputTokens ?? 0),
    labels: a.labels + (b.labels ?? 0),
  };
}
