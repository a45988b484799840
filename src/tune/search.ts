/** @file A small search of training settings: some are tried on a part of the training rows, the best one is trained on all of them. */

import { join } from "node:path";
import { splitDataset } from "../data/split.js";
import { UserError } from "../lib/errors.js";
import { ownValue } from "../lib/json-value.js";
import { random } from "../lib/random.js";
import type { Approach, FitContext, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Prediction } from "../types/prediction.js";
import { macroF1Of, microF1Of } from "./training/objectives/label-scores.js";

/** One setting of each number, by the option's name; without a name its default. */
export type Configuration = Readonly<Record<string, number>>;

/** What is tried for each option. The defaults are always tried first. */
export type SearchSpace = Readonly<Record<string, readonly number[]>>;

export interface SearchOptions {
  /** Settings that are tried, the defaults among them. */
  readonly trials: number;
  readonly space: SearchSpace;
  /** The approach with these settings. */
  make(settings: Configuration): Approach;
}

/** Held out of the training rows to judge by. */
const heldOutShare = 0.2;
const maxHeldOutRows = 1000;
/** With fewer training rows a fifth of them decides nothing. */
const minRows = 20;

/**
 * The approach with the best of several settings: each is trained on four fifths of the training rows and judged on the rest by macro-F1 (where a row
 * may have several labels by micro-F1, which decides there; ties by log loss), and the winner is trained on all rows. Every trial is part of the cost of the fit. Equal seeds try the same settings.
 */
export function searched({ trials, space, make }: SearchOptions): Approach {
  const usual = make({});
  if (!Number.isInteger(trials) || trials < 1)
    throw new UserError(`The number of trials is ${trials}. Give a whole number above 0.`);
  if (trials === 1) return usual;
  return {
    ...usual,
    summary: `${usual.summary} Settings: the best of ${trials} by validation.`,
    async estimate(train, queries) {
      const whole = await usual.estimate(train, queries);
      const cut = cutOf(train, 0);
      if (cut === null) return whole;
      // Which settings are drawn differs by seed: all of them are taken to last as long as the defaults.
      const trial = await usual.estimate(cut.kept, cut.held.examples);
      const sum = (key: "calls" | "inputTokens" | "outputTokens" | "seconds"): number => whole[key] + trials * trial[key];
      return {
        calls: sum("calls"),
        inputTokens: sum("inputTokens"),
        outputTokens: sum("outputTokens"),
        usd: whole.usd,
        seconds: sum("seconds"),
      };
    },
    async fit(train, context) {
      const cut = cutOf(train, context.seed);
      if (cut === null) {
        context.log({
          kind: "note",
          text: `${train.name} has too few rows to search settings on a part of them: the defaults are used.`,
        });
        return usual.fit(train, context);
      }
      let best: Judged | undefined;
      for (const [i, settings] of drawSettings(space, trials, context.seed).entries()) {
        const judged = await judge(make(settings), cut, trialContext(context, i, trials));
        if (best === undefined || isBetter(judged, best)) best = { ...judged, settings };
      }
      const { settings, f1 } = best!;
      const predictor = await make(settings!).fit(train, context);
      const chosen = {
        ...predictor.facts.chosen,
        ...settings,
        search: `best of ${trials}, validation ${train.isMultiLabel ? "micro" : "macro"}-F1 ${f1.toFixed(3)}`,
      };
      return withChosen(predictor, chosen);
    },
  };
}

interface Judged {
  readonly f1: number;
  readonly logLoss: number;
  readonly settings?: Configuration;
}

const isBetter = (a: Judged, b: Judged): boolean => a.f1 > b.f1 || (a.f1 === b.f1 && a.logLoss < b.logLoss);

/** The defaults, and different other settings in random order: as many as there are, at most `trials`. */
export function drawSettings(space: SearchSpace, trials: number, seed: number): Configuration[] {
  const all = Object.entries(space).reduce<Configuration[]>(
    (some, [name, values]) => some.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
  return [{}, ...random(seed, "search").shuffle(all)].slice(0, trials);
}

interface Cut {
  readonly kept: Dataset;
  readonly held: Dataset;
}

/** The training rows in two, or `null` where they are too few or cannot be divided. */
function cutOf(train: Dataset, seed: number): Cut | null {
  if (train.examples.length < minRows) return null;
  try {
    return splitDataset(train, { share: heldOutShare, maxRows: maxHeldOutRows, seed });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** A trial learns from labels that the final fit is charged for, and keeps its checkpoints apart. */
function trialContext(context: FitContext, trial: number, trials: number): FitContext {
  const { checkpointFolder } = context;
  return {
    ...context,
    spend: (cost) => context.spend({ ...cost, labels: 0 }),
    log: (event) => context.log(event.kind === "progress" ? { ...event, trial: { number: trial + 1, of: trials } } : event),
    ...(checkpointFolder !== undefined && { checkpointFolder: join(checkpointFolder, `trial-${trial + 1}`) }),
  };
}

async function judge(approach: Approach, { kept, held }: Cut, context: FitContext): Promise<Judged> {
  await using predictor = await approach.fit(kept, context);
  const queries = held.examples.map(({ id, text }) => ({ id, text }));
  const predictions = await predictor.predict(queries, { ...context, useCache: true });
  const index = new Map(held.labels.map((label, k) => [label, k]));
  const indices = (labels: readonly string[]): number[] => labels.map((label) => index.get(label)!);
  const f1Of = held.isMultiLabel ? microF1Of : macroF1Of;
  return {
    f1: f1Of(
      held.examples.map(({ labels }) => indices(labels)),
      predictions.map(({ answer }) => indices(answer ?? [])),
    ),
    logLoss: logLossOf(held, predictions),
  };
}

/** Minus the log-probability of the truth, the mean over the rows. */
function logLossOf({ labels, isMultiLabel, examples }: Dataset, predictions: readonly Prediction[]): number {
  const total = examples.reduce((sum, example, i) => {
    const { scores = {} } = predictions[i]!;
    const ofTruth = (isMultiLabel ? labels : example.labels).map((label) => {
      const probability = ownValue(scores, label) ?? 0;
      return example.labels.includes(label) ? probability : 1 - probability;
    });
    return sum - ofTruth.reduce((logs, probability) => logs + Math.log(Math.max(probability, Number.EPSILON)), 0);
  }, 0);
  return total / examples.length;
}

/** The same predictor with other facts of what was chosen. */
export function withChosen(predictor: Predictor, chosen: Predictor["facts"]["chosen"]): Predictor {
  return { ...predictor, facts: { ...predictor.facts, chosen } };
}
