/** @file What a page would have of ours: measurements in, a comparison with advice out, both as JSON. */
import { advise } from "../../src/advise/advise.js";
import { type SummarizeInput, summarize } from "../../src/compare/summarize.js";

/** `SummarizeInput` as JSON to the comparison and its advice as JSON. */
export function decideAnew(input: string): string {
  const comparison = summarize(JSON.parse(input) as SummarizeInput);
  return JSON.stringify({ comparison, advice: advise(comparison) });
}
