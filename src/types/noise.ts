/** @file Test rows whose given label is probably wrong, and what that means for scores and verdict. */
import type { Reading } from "./contrast.js";
import type { Estimate } from "./scores.js";

/** A test row whose given label neither arm's best answers. */
export interface SuspectedLabel {
  readonly id: string;
  readonly given: string;
  /** What both answer; where they differ, the one that confident learning is sure of. */
  readonly suggested: string;
  /**
   * `alike-and-confident`: both give the same answer, and by confident learning it is the label. `alike`: both give the same answer. `confident`:
   * they differ, and by confident learning one of the two is right.
   */
  readonly by: "alike-and-confident" | "alike" | "confident";
}

/** Suspected label errors among the test rows that the best of both arms have an outcome of. First seed. No row is taken out of any score for it. */
export interface LabelNoise {
  readonly tuned: string;
  readonly prompted: string;
  /** Test rows that both have an outcome of. */
  readonly rows: number;
  /** The likeliest errors first. */
  readonly suspects: readonly SuspectedLabel[];
  /** Suspects that both answer alike: the first ones. */
  readonly alike: number;
  /**
   * Share of those whose label is wrong indeed, with its 95 % interval: by how sure `by` is of them, between how sure it is where it errs alone
   * and where both are right; of both approaches' shares the smaller one. Rather too high than too low. `null` where neither tells how sure it is, or too few rows are there to tell by.
   */
  readonly wrongShare: (Estimate & { readonly by: string }) | null;
  /** The accuracy that whoever reads every text right would be given: were all suspects wrong labels, and by `wrongShare` of those answered alike. */
  readonly ceiling: { readonly ifAll: number; readonly expected: Estimate | null };
  /** The contrast of the two in the metric that decides: without the suspects, and with the suggested labels in place of the given ones. */
  readonly leftOut: Reading | null;
  readonly corrected: Reading;
}
