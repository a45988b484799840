/** @file Learning the labels of single rows. */
import { epochUpdates, updatesPerEpoch } from "../batches.js";
import { cheapestPasses } from "../pass-cost.js";
import { accuracyOf, macroF1Of } from "./label-scores.js";
import type { ObjectiveRules, RuleContext, TrainingRow } from "./objective-rules.js";
import { type TargetOptions, targetsOf, totalWeight } from "./target-weights.js";

/** Each row once an epoch; the loss of an update is the mean over its rows. */
export function labelRules(options: TargetOptions, { rows, ...batches }: RuleContext): ObjectiveRules {
  const lengths = rows.map(({ ids }) => ids.length);
  const rowsOf = (indices: readonly number[]): TrainingRow[] => indices.map((row) => rows[row]!);
  return {
    updatesPerEpoch: updatesPerEpoch(rows.length, batches),
    updates: (epoch) => epochUpdates(lengths, epoch, batches),
    evaluation: () => cheapestPasses([...rows.keys()], lengths, batches.tokensPerPass),
    targets: (pass, update) => ({
      targets: targetsOf(rowsOf(pass), options, totalWeight(rowsOf(update.flat()), options)),
    }),
    score: (logits) => {
      const answers = rows.map((_, row) =>
        answerOf(logits.subarray(row * options.labelCount, (row + 1) * options.labelCount), options.isMultiLabel),
      );
      const truths = rows.map(({ labels }) => labels);
      return { accuracy: accuracyOf(truths, answers), macroF1: macroF1Of(truths, answers) };
    },
  };
}

/** The labels that logits stand for: the highest one, or with several labels a row those that are likelier than not. */
function answerOf(logits: Float32Array, isMultiLabel: boolean): number[] {
  if (isMultiLabel) return [...logits.keys()].filter((label) => logits[label]! >= 0);
  return [logits.indexOf(logits.reduce((a, b) => Math.max(a, b)))];
}
