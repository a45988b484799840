/** @file What both arms do together, as a cascade. */
import type { Estimate, Metric } from "../../types/scores.js";

/** What both arms do together, as a cascade. */
export type BothTogetherFinding = {
  /** A cascade of the two is recommended, and is worth more than the choice alone. */
  readonly kind: "both-together";
  readonly small: string;
  readonly llm: string;
  /** Share of the rows that the second one is asked about. */
  readonly escalated: number;
  readonly metric: Metric;
  readonly score: Estimate;
  /** The cascade minus either alone. */
  readonly overSmall: Estimate;
  readonly overLlm: Estimate;
  /** Per 1,000 requests; absent where that is not known. */
  readonly usd?: number;
  readonly llmUsd?: number;
  /** Differences within this do not matter in practice. */
  readonly margin: number;
  /** The second one replays a recording, which can be asked nothing new. */
  readonly isRecording: boolean;
};
