/** @file How many rows of a new label an approach needs, and what the other labels lose by it. */
import { random } from "../../lib/random.js";
import type { TaskFacts } from "../../types/data.js";
import type { NewLabel } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { type CodedRows, codeOutcomes } from "../metrics/label-indices.js";
import { differenceInterval, type Series, scoreInterval } from "../metrics/scores.js";
import type { ApproachRuns } from "../summary.js";
import { isNewLabel, type NewLabelExperiment } from "./experiment-kinds.js";
import { onSharedRows } from "./shared-rows.js";
import { enoughShare } from "./target.js";

type NewLabelMeasurement = Measurement & { readonly experiment: NewLabelExperiment };

/**
 * One an approach that was fitted with few rows of the label. An approach that learns from no labels knows a new one by its name and description: of it the
 * comparison's own answers are what it finds.
 *
 * @param seed fixes the resampling
 */
export function newLabelResults(
  measurements: readonly Measurement[],
  runs: ReadonlyMap<string, ApproachRuns>,
  task: TaskFacts,
  { metric, seed }: { readonly metric: Metric; readonly seed: number },
): NewLabel[] {
  const all = measurements.filter((each): each is NewLabelMeasurement => isNewLabel(each.experiment));
  const [first] = all;
  if (first === undefined) return [];
  const { label, of: trainRows } = first.experiment;
  const place = task.labels.indexOf(label);
  if (place < 0) return [];
  const wholeRows = first.trainSize - first.experiment.labels + trainRows;
  const input = { label, place, trainRows, wholeRows, task, metric, seed };
  // A run that was resumed with other options may have held out another one, or other rows of it.
  const isSameTrial = ({ label: other, of }: NewLabelExperiment): boolean => other === label && of === trainRows;
  return [...runs].flatMap(([approach, own]) => {
    const fitted = all.filter((each) => each.approach === approach && isSameTrial(each.experiment));
    const { arm, traits } = own.measurements[0]!;
    const isTold = fitted.length === 0 && arm !== "baseline" && traits.learnsFrom === "nothing";
    if (fitted.length === 0 && !isTold) return [];
    const found = newLabelResult({ approach, own, fitted, among: isTold ? [first] : [] }, input);
    return found === null ? [] : [found];
  });
}

interface Fitted {
  readonly approach: string;
  readonly own: ApproachRuns;
  /** Fits with few rows of the label. */
  readonly fitted: readonly NewLabelMeasurement[];
  /** Of others, whose rows are meant. */
  readonly among: readonly Measurement[];
}

interface NewLabelInput {
  readonly label: string;
  /** Of the label among the task's. */
  readonly place: number;
  readonly trainRows: number;
  /** Of all labels. */
  readonly wholeRows: number;
  readonly task: TaskFacts;
  readonly metric: Metric;
  readonly seed: number;
}

function newLabelResult({ approach, own, fitted, among }: Fitted, input: NewLabelInput): NewLabel | null {
  const { label, place, trainRows, wholeRows, task, metric, seed } = input;
  const isPart = fitted.length > 0 && wholeRows < task.trainRows;
  const full = isPart ? fitted.filter(({ experiment }) => experiment.labels === trainRows) : own.measurements;
  if (full.length === 0) return null;
  const asked = new Set([...fitted, ...among][0]!.outcomes.map(({ id }) => id));
  const shared = onSharedRows([...full, ...fitted], asked);
  const rowsOf = (measured: readonly Measurement[]): CodedRows[] =>
    measured.map((each) => codeOutcomes(shared.outcomesOf(each), task));
  const own0 = rowsOf(full)[0]!;
  const ofLabel = own0.truths.flatMap((truth, row) => (truth.includes(place) ? [row] : []));
  if (ofLabel.length === 0) return null;
  const recall = (measured: readonly Measurement[], name: string): Estimate => {
    const series = {
      seeds: rowsOf(measured).map((coded) => foundIn(coded, ofLabel, place)),
      groups: ofLabel.map((row) => shared.groups[row]),
    };
    return scoreInterval(series, "accuracy", random(seed, `recall of ${label} by ${approach}, ${name}`));
  };
  const fullRecall = recall(full, "all rows");
  const fitSeconds = (measured: readonly Measurement[]): number =>
    measured.reduce((sum, { fitCost }) => sum + fitCost.seconds, 0) / measured.length;
  const counts = fitted.map(({ experiment }) => experiment.labels).filter((labels) => labels < trainRows);
  const sizes = [...new Set(counts)].sort((a, b) => a - b);
  const points = sizes.map((labels) => {
    const measured = fitted.filter(({ experiment }) => experiment.labels === labels);
    return { labels, seeds: measured.length, recall: recall(measured, `${labels} rows`), fitSeconds: fitSeconds(measured) };
  });
  const told = { labels: 0, seeds: full.length, recall: fullRecall, fitSeconds: fitSeconds(full) };
  const known = fitted.length === 0 ? [told] : points;
  const without = fitted.filter(({ experiment }) => experiment.labels === 0);
  return {
    ...{ approach, label, trainRows, wholeRows: isPart ? wholeRows : task.trainRows, testRows: ofLabel.length },
    ...{ fullRecall, points: known },
    enough: enoughOf(known, { labels: trainRows, recall: fullRecall, fitSeconds: fitSeconds(full) }, full[0]!.arm === "tune"),
    ...(without.length > 0 && {
      otherLabels: otherLabels(rowsOf(full), rowsOf(without), { ...input, metric, groups: shared.groups }),
    }),
  };
}

/** @param isTuned it can't give a label that it has no row of: none are too few, measured or not */
function enoughOf(
  points: NewLabel["points"],
  full: Pick<NewLabel["points"][number], "labels" | "recall" | "fitSeconds">,
  isTuned: boolean,
): NewLabel["enough"] {
  if (full.recall.value === 0) return null;
  const target = enoughShare * full.recall.value;
  const tooFew = points.findLast(({ recall }) => recall.value < target);
  const { labels, fitSeconds } = points.find(({ labels: rows }) => rows > (tooFew?.labels ?? (isTuned ? 0 : -1))) ?? full;
  return { labels, above: tooFew?.labels ?? (isTuned ? 0 : null), fitSeconds };
}

/** What of these rows is answered with the label, as rows of one label: right where it is. */
function foundIn({ answers, ...coded }: CodedRows, rows: readonly number[], place: number): CodedRows {
  return {
    ...coded,
    truths: rows.map(() => [place]),
    answers: rows.map((row) => (answers[row]?.includes(place) ? [place] : [])),
  };
}

/** Rows of the other labels; where a row may have several, all rows without the label in truth and answer. */
function otherLabels(
  full: readonly CodedRows[],
  without: readonly CodedRows[],
  { place, task, metric, groups }: NewLabelInput & { readonly groups: readonly (string | undefined)[] },
): NonNullable<NewLabel["otherLabels"]> {
  const rows = full[0]!.truths.flatMap((truth, row) => (task.isMultiLabel || !truth.includes(place) ? [row] : []));
  const others = (labels: readonly number[]): readonly number[] => labels.filter((label) => label !== place);
  const seriesOf = (seeds: readonly CodedRows[]): Series => ({
    groups: rows.map((row) => groups[row]),
    seeds: seeds.map(({ truths, answers, ...coded }) => ({
      ...coded,
      truths: rows.map((row) => others(truths[row]!)),
      answers: rows.map((row) => {
        const answer = answers[row]!;
        return task.isMultiLabel && answer !== null ? others(answer) : answer;
      }),
    })),
  });
  return { metric, rows: rows.length, difference: differenceInterval(seriesOf(full), seriesOf(without), metric) };
}
