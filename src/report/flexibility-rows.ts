/** @file The section on flexibility in words and rows: the same on a page, in Markdown and in a terminal. */
import { changes, enoughLabelsText, shiftPartText } from "../advise/words/experiments.js";
import { range, signed } from "../advise/words/points.js";
import { perturbationKinds } from "../compare/experiments/perturbation.js";
import { formatCount, formatPercent, formatPlural, formatShareEstimate } from "../lib/text/format.js";
import type { Comparison } from "../types/comparison.js";
import type { NewLabel } from "../types/experiments.js";
import type { Arm } from "../types/identity.js";
import type { Estimate } from "../types/scores.js";
import { isNamed, type NewLabelPicture } from "./new-label-picture.js";

/** What the section is called. `picture`: of the new label, where one was held out. */
export function flexibilityTitle(picture: NewLabelPicture | null): string {
  return picture === null ? "What changed texts and unlike rows cost" : "How many labels until a new one is found?";
}

/** How the chart is to be read. In a terminal intervals are not drawn. */
export function howToReadNewLabel({ label, testRows, trainRows, lines }: NewLabelPicture, { isTerminal = false } = {}): string {
  return [
    `The share of ${formatPlural(testRows, "test row")} of “${label}” that is found, having learned from so many rows of it and all of the other labels${isTerminal ? "." : ", with 95% intervals."}`,
    `${isTerminal ? "Sparse dots" : "Dashed"}: with all ${formatCount(trainRows)}.`,
    `${isTerminal ? "On the axis" : "Ringed"}: from where on 95% of that is found.`,
    ...(lines.length > 0 ? ["Lines across: prompts that know the label by its name and description."] : []),
  ].join(" ");
}

/** A sentence an approach that is shown. */
export function newLabelSentences({ results, trainRows }: NewLabelPicture): string[] {
  return results.map((result) => {
    const { approach, fullRecall, enough } = result;
    const found = formatPercent(fullRecall.value);
    if (isNamed(result)) return `${approach} finds ${found} by its name and description, with 0 labels.`;
    if (enough === null) return `${approach} finds none, nor with all ${formatPlural(trainRows, "label")}.`;
    return `${approach} takes ${enoughLabelsText(enough)} to find 95% of what it finds with all (${found}).`;
  });
}

/** The chart in words, for those who don't see it. */
export function newLabelText(picture: NewLabelPicture): string {
  const grown = picture.results
    .filter((result) => !isNamed(result))
    .map(({ approach, points, fullRecall }) => {
      const steps = points.map(({ labels, recall }) => `${formatShareEstimate(recall)} with ${formatCount(labels)}`);
      return `${approach}: ${steps.join(", ")}, ${formatShareEstimate(fullRecall)} with all ${formatPlural(picture.trainRows, "label")}.`;
    });
  return [...newLabelSentences(picture), ...grown].join(" ");
}

/** The numbers of the chart: a row a number of labels, with what each approach that is shown finds. */
export function newLabelRows({
  results,
  trainRows,
}: NewLabelPicture): { readonly labels: string; readonly found: readonly string[] }[] {
  const sizes = [...new Set([0, ...results.flatMap(({ points }) => points.map(({ labels }) => labels)), trainRows])].sort(
    (a, b) => a - b,
  );
  const recallWith = (result: NewLabel, size: number): Estimate | undefined =>
    isNamed(result) || size === trainRows ? result.fullRecall : result.points.find(({ labels }) => labels === size)?.recall;
  return sizes.map((size) => ({
    labels: size === trainRows ? `all ${formatCount(size)}` : formatCount(size),
    found: results.map((result) => {
      const recall = recallWith(result, size);
      return recall === undefined ? "–" : formatShareEstimate(recall);
    }),
  }));
}

/** What an approach loses by a change, or on rows unlike those it learned from: the score afterwards minus that before. */
export interface LossRow {
  readonly approach: string;
  readonly arm: Arm;
  readonly by: string;
  /** Of what rows. */
  readonly rows: number;
  readonly change: Estimate;
  readonly text: string;
}

/** By approaches, the best first, and of each by kinds. */
export function lossRows({ summaries, experiments }: Comparison): LossRow[] {
  return summaries.flatMap(({ approach, arm }) => {
    const row = (by: string, rows: number, change: Estimate): LossRow => {
      return { approach, arm, by, rows, change, text: `${signed(change.value)} (${range(change)})` };
    };
    const perturbed = perturbationKinds.flatMap((how) => {
      const found = experiments?.perturbed.find((each) => each.approach === approach && each.how === how);
      return found === undefined ? [] : [row(changes[how], found.rows, found.difference)];
    });
    const shifts = (experiments?.shifts ?? []).flatMap((each) => {
      if (each.approach !== approach || each.loss === null) return [];
      const { value, low, high } = each.loss.difference;
      return [row("unlike rows", each.rows, { value: 0 - value, low: 0 - high, high: 0 - low })];
    });
    return [...perturbed, ...shifts];
  });
}

/** What the losses are of. */
export function lossNote({ experiments }: Comparison): string {
  const [shift] = experiments?.shifts ?? [];
  const unlike =
    shift === undefined
      ? ""
      : ` Unlike rows are ${shiftPartText(shift.part)}: what it costs to have learned from none of them, against as many training rows of all kinds.`;
  return `What the score changes by, in points, on the test rows whose texts are changed.${unlike}`;
}
