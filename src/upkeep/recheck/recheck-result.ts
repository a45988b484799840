/** @file What a re-check comes to, as it is kept and printed. */
import type { Prediction, Spending } from "../../types/prediction.js";
import type { PairedAnswers } from "./paired-answers.js";
import type { LeftOut } from "./recheck-inputs.js";
import type { RecheckVerdict } from "./verdict.js";

/** The version of the files of re-checks. */
export const recheckFormat = 1;

/** What a re-check came to. Plain JSON, as it is kept in the run and printed by `--json`; never a text of a row. */
export interface RecheckResult {
  readonly format: typeof recheckFormat;
  /** The run's name. */
  readonly run: string;
  readonly approach: string;
  /** Who was asked; `null`: the stored model. */
  readonly llm: string | null;
  /** When asking began, ISO 8601, UTC. */
  readonly at: string;
  readonly margin: number;
  readonly testHash: string;
  /** Test rows that were not asked about. */
  readonly left: LeftOut;
  /** One, or two where the first says that the answers are worse: it is then asked again, to be sure. */
  readonly askings: readonly PairedAnswers[];
  readonly verdict: RecheckVerdict;
  /** Why a first asking that says worse was not followed by a second one; `null` where it was, or none was needed. */
  readonly unconfirmed: "budget" | "stopped" | "same-answers" | null;
  /** The least decline that such an asking finds four times in five; `null` where there is none. */
  readonly leastFoundDecline: number | null;
  readonly spending: Spending;
  /** What is answered now, one list an asking. The source of all figures, beside the run's own `predictions.jsonl`. */
  readonly answers: readonly (readonly StoredAnswer[])[];
}

/** An answer as it is kept: without the scores of all labels. */
export type StoredAnswer = { readonly id: string } & Omit<Prediction, "scores" | "isCached">;
