/** @file How answers go wrong: no better than guessing, missing, labels that are never given. */
import type { Contrast } from "../../types/contrast.js";
import type { Arm } from "../../types/identity.js";
import type { Failure } from "../../types/prediction.js";
import type { Estimate } from "../../types/scores.js";
import type { Difference, Guesser, RowChoice } from "./parts.js";

/** How answers go wrong: no better than guessing, missing, labels that are never given. */
export type AnswerFinding =
  | {
      readonly kind: "no-better-than-guessing";
      readonly approach: string;
      readonly arm: Arm;
      /** An LLM that was asked, or a tuned approach, by the arm, unless told. */
      readonly what?: Guesser;
      /** Present where it says the same of every text: that. */
      readonly only?: readonly string[];
      /** See `Summary.aboveGuessing`: 0 is guessing, 1 is always right. */
      readonly aboveGuessing: Estimate;
    }
  | {
      readonly kind: "answers-differ";
      readonly approach: string;
      /** Test rows to which the recording has answers with different labels. First seed. */
      readonly rows: number;
      readonly testRows: number;
    }
  | {
      readonly kind: "unanswered";
      readonly approach: string;
      readonly rows: number;
      readonly testRows: number;
      readonly failures: Readonly<Partial<Record<Failure, number>>>;
      readonly answeredAccuracy: number | null;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | {
      readonly kind: "missing-rows";
      readonly approach: string;
      readonly isRecording: boolean;
      readonly rows: number;
      readonly testRows: number;
      readonly reasons: Readonly<Partial<Record<Failure, number>>>;
      /** What was said in place of one answer; untrusted. */
      readonly example?: string;
      readonly accuracy: number;
      /** Were each of them wrong. */
      readonly worstAccuracy: number;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | ({
      readonly kind: "readings-disagree";
      readonly by: RowChoice;
      readonly a: string;
      readonly b: string;
      /** Test rows that the difference rests on, and those that the other reading does. */
      readonly rows: number;
      readonly otherRows: number;
      readonly otherDifference: Estimate;
      readonly otherVerdict: Contrast["verdict"];
    } & Difference)
  | ({
      readonly kind: "labels-never-answered";
      readonly approach: string;
      readonly other: string;
      readonly labels: readonly string[];
      readonly ofLabels: number;
      /** Rows of the labels that it does answer, and the difference there; `difference` is over all rows. */
      readonly offeredRows: number;
      readonly offeredDifference: Estimate;
      readonly offeredVerdict: Contrast["verdict"];
    } & Difference);
