/** @file From how many labels on fine-tuning did better than prompting in published studies, and what that says of a number of labels. */
import { labelsToReach, type PublishedCurve, publishedCurves } from "./published-curves.js";
import type { Situation, TaskKind } from "./situation.js";
import type { SourceName } from "./sources.js";

/** One published number of labels from which on fine-tuning did as well as a prompt or better. */
export interface PublishedBreakEven {
  readonly kind: "many-tasks" | "one-task" | "curve";
  readonly source: SourceName;
  /** Where the range stands, if elsewhere. */
  readonly rangeSource?: SourceName;
  /** `null`: not with all the labels that were tried. */
  readonly labels: number | null;
  readonly low: number;
  /** `null`: no number that was tried was enough. */
  readonly high: number | null;
  /** The task, or the data set of a curve. */
  readonly of: string;
  /** What the prompt was shown. */
  readonly against: "zero-shot-or-examples" | "zero-shot" | "random-examples" | "retrieved-examples";
  /** The most labels that were tried, where `labels` or `high` is `null`. */
  readonly tried?: number;
}

/** The prior of a situation: which published figures bear on it, and what they say together. */
export interface BreakEvenPrior {
  readonly published: readonly PublishedBreakEven[];
  /**
   * The median of the figures; `null` where half of them or more were never reached. Where the number of classes was not told, it is the
   * average over many tasks: data sets of few and of many labels have no common middle.
   */
  readonly labels: number | null;
  /** The fewest and the most of all figures and their ranges: no confidence interval. */
  readonly low: number;
  readonly high: number | null;
}

/** "When performance variance is taken into consideration, the number of required labels increases on average by 100 - 200%" (Pecher et al. 2025). */
export const varianceFactor = { low: 2, high: 3 } as const;

/**
 * From this many labels on a task counts as one with many: between the 6 of TREC and the 77 of BANKING77 no figure of ours lies. It is their
 * geometric mean, 21.
 */
export const manyClasses: number = Math.round(Math.sqrt(curveOf("TREC").classes * curveOf("BANKING77").classes));

function curveOf(dataset: PublishedCurve["dataset"]): PublishedCurve {
  return publishedCurves.find((curve) => curve.dataset === dataset)!;
}

/** Averages over 8 tasks, with the range that the preprint's abstract gives for tasks with two labels and with more. */
function manyTasks({ classes }: Situation): PublishedBreakEven {
  const isBinary = classes === null || classes === 2;
  return {
    kind: "many-tasks",
    source: "pecher",
    rangeSource: "pecherPreprint",
    labels: 100,
    low: 10,
    high: isBinary ? 5000 : 100,
    of: classes === null ? "8 tasks" : isBinary ? "tasks with two labels" : "tasks with more labels",
    against: "zero-shot-or-examples",
  };
}

const singleTasks: readonly (PublishedBreakEven & { readonly task: TaskKind })[] = [
  { task: "stance", kind: "one-task", source: "bucher", labels: 70, low: 70, high: 70, of: "stance", against: "zero-shot" },
  {
    task: "sentiment",
    kind: "one-task",
    source: "bucher",
    labels: 400,
    low: 400,
    high: 400,
    of: "sentiment",
    against: "zero-shot",
  },
];

/** Where the fine-tuned curve of a data set meets a prompt that is shown examples. */
function ofCurve({ dataset, tuned, randomShots, retrieved }: PublishedCurve): PublishedBreakEven[] {
  const tried = tuned.at(-1)!.labels;
  const figure = (labels: number | null, against: PublishedBreakEven["against"]): PublishedBreakEven => {
    return { kind: "curve", source: "bertsch", labels, low: labels ?? tried, high: labels, of: dataset, against, tried };
  };
  const best = Math.max(...randomShots.map(({ accuracy }) => accuracy));
  const found = [figure(labelsToReach(tuned, best), "random-examples")];
  return retrieved === null ? found : [...found, figure(labelsToReach(tuned, retrieved.accuracy), "retrieved-examples")];
}

const isMany = (classes: number): boolean => classes >= manyClasses;

/** The published figures that bear on a situation, and their median. What was not told lets more of them in. */
export function breakEvenPrior(situation: Situation): BreakEvenPrior {
  const { classes, task } = situation;
  const published = [
    manyTasks(situation),
    ...singleTasks.filter((one) => task === one.task).map(({ task: _, ...figure }): PublishedBreakEven => figure),
    ...publishedCurves
      .filter((curve) => classes === null || (classes > 2 && isMany(classes) === isMany(curve.classes)))
      .flatMap(ofCurve),
  ];
  const counted = classes === null ? published.filter(({ kind }) => kind !== "curve") : published;
  const reached = counted.map(({ labels }) => labels ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const middle = (reached[Math.floor((reached.length - 1) / 2)]! + reached[Math.ceil((reached.length - 1) / 2)]!) / 2;
  const highs = published.map(({ high }) => high ?? Number.POSITIVE_INFINITY);
  return {
    published,
    labels: Number.isFinite(middle) ? Math.round(middle) : null,
    low: Math.min(...published.map(({ low }) => low)),
    high: Number.isFinite(Math.max(...highs)) ? Math.max(...highs) : null,
  };
}

/**
 * Which way a number of labels speaks for, from −2 (prompting, by all published figures) over 0 (open) to 2 (fine-tuning, by all of them).
 * More labels never speak more for prompting.
 */
export function leanOfLabels(labels: number, { labels: middle, low, high }: BreakEvenPrior): -2 | -1 | 0 | 1 | 2 {
  if (labels < low) return -2;
  if (middle === null || labels < middle) return -1;
  if (labels < middle * varianceFactor.high) return 0;
  return high === null || labels < high ? 1 : 2;
}
