/** @file From a dataset to what training is fed: tokens and label indices. */
import { UserError } from "../../lib/errors.js";
import { formatCount } from "../../lib/text/format.js";
import type { Context } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Pretrained } from "../pretrained/pretrained.js";
import { tokenizeTexts } from "../pretrained/token-batch.js";
import { softTargets } from "./soft-labels.js";
import type { TrainingRow } from "./train.js";

/** The indices of each example's labels. Refuses what has nothing to tell apart. */
export function labelIndices({ name, labels, isMultiLabel, examples }: Dataset): number[][] {
  if (examples.length === 0) throw new UserError(`${name} has no training rows. Give at least two labeled rows.`);
  const index = new Map(labels.map((label, k) => [label, k]));
  const indices = examples.map((example) => example.labels.map((label) => index.get(label)!));
  const distinct = new Set(indices.flat());
  if (!isMultiLabel && distinct.size < 2) {
    const [only] = examples[0]!.labels;
    throw new UserError(
      `All ${examples.length} training rows of ${name} have the label "${only}": there is nothing to tell apart. ` +
        "Add rows with another label, or take more rows.",
    );
  }
  return indices;
}

/** The examples as tokens, with their labels. Notes how many texts were cut. */
export async function readRows(
  { examples, labels: names, isMultiLabel }: Dataset,
  labels: readonly (readonly number[])[],
  pretrained: Pretrained,
  { signal, log }: Context,
): Promise<TrainingRow[]> {
  const { maxTokens } = pretrained;
  const ids = await tokenizeTexts(
    examples.map(({ text }) => text),
    pretrained,
    signal,
  );
  const full = ids.filter(({ length }) => length === maxTokens).length;
  if (full > 0)
    log({
      kind: "note",
      text: `${formatCount(full)} of ${formatCount(ids.length)} training texts fill the model's ${formatCount(maxTokens)} tokens; what is beyond was cut.`,
    });
  return ids.map((own, i) => {
    const { softLabels } = examples[i]!;
    return {
      ids: own,
      labels: labels[i]!,
      ...(softLabels !== undefined && { softLabels: softTargets(softLabels, names, isMultiLabel) }),
    };
  });
}
