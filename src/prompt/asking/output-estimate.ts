/**
 * @file How long answers will be. What a model thinks before it answers can't be known before it is asked: it is taken from answers that it
 * gave already, or else from those that were recorded elsewhere, and comes with a range.
 */
import { formatCount } from "../../lib/text/format.js";
import type { Usage } from "../../types/prediction.js";
import type { ModelCard } from "../llm.js";
import { listPrices } from "../prices/price-table.js";

/** Output tokens of one answer in the mean, reasoning included, and in what range that mean is taken to lie. */
export interface OutputEstimate {
  readonly tokens: number;
  readonly low: number;
  readonly high: number;
  /** What it rests on, for people. */
  readonly basis: string;
}

/**
 * Reasoning tokens of one answer, recorded at the default effort on 5,160 SMS messages with two labels: the mean, and the means of the
 * tenth of the messages that took least and of the tenth that took most, since an easier or harder task may take as little or as much. Recorded were
 * the first of each row; the others are of the same size and line.
 */
const recorded: readonly {
  readonly models: readonly string[];
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}[] = [
  { models: ["gpt-5-nano", "gpt-5.4-nano"], mean: 102, low: 42, high: 280 },
  { models: ["gpt-5-mini", "gpt-5.4-mini"], mean: 29, low: 0, high: 83 },
  { models: ["gpt-5", "gpt-5.1", "gpt-5.2", "gpt-5.4", "gpt-5.5"], mean: 40, low: 0, high: 133 },
];
/** Of a model without a recording: from the least to the most of those above. */
const unrecorded = { mean: 100, low: 0, high: 280 };
/** Beside the thoughts: an answer of one token ("ham") was billed as 10 by each of them. */
const reasoningOverheadTokens = 9;

/** The name that a model's price is listed under: that of one with a date is the one without. */
const listedName = (model: string): string => listPrices.aliases?.[model] ?? model;

/** Before anything was asked: the answer itself (`answerTokens`), and what was recorded elsewhere of thinking. */
export function assumedOutput(
  { model, isReasoning }: Pick<ModelCard, "model" | "isReasoning">,
  answerTokens: number,
): OutputEstimate {
  if (!isReasoning)
    return {
      tokens: answerTokens,
      low: answerTokens,
      high: answerTokens * 2,
      basis: "answers are assumed to be a label and nothing else",
    };
  const name = listedName(model);
  const found = recorded.find(({ models }) => models.includes(name));
  const { mean, low, high } = found ?? unrecorded;
  const spoken = answerTokens + reasoningOverheadTokens;
  return {
    tokens: spoken + mean,
    low: spoken + low,
    high: spoken + high,
    basis:
      `answers are assumed to take ${mean} reasoning tokens (${low} to ${high}), ` +
      `${found === undefined ? "a guess from other models" : "measured"} on SMS messages with two labels at the default effort`,
  };
}

/** Fewer answers than this say too little. */
export const leastPilotAnswers = 5;

/** Answers that a model gave to a prompt, as sums: what their mean and its interval are computed from. */
export interface Pilot {
  readonly answers: number;
  readonly outputTokens: number;
  readonly outputTokensSquared: number;
}

/** A pilot from the bills of answers. */
export function pilotOf(usages: readonly Usage[]): Pilot {
  return {
    answers: usages.length,
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    outputTokensSquared: usages.reduce((sum, { outputTokens }) => sum + outputTokens ** 2, 0),
  };
}

/**
 * From answers to the same prompt: their mean, and the 95 % interval of the mean over `rows` new ones (Student's t, variance
 * s²·(1/n + 1/rows)). `null` where there are too few.
 */
export function pilotOutput({ answers: n, outputTokens, outputTokensSquared }: Pilot, rows: number): OutputEstimate | null {
  if (n < leastPilotAnswers) return null;
  const mean = outputTokens / n;
  const variance = Math.max(0, outputTokensSquared - n * mean ** 2) / (n - 1);
  const half = Math.max(
    studentT975(n - 1) * Math.sqrt(variance * (1 / n + 1 / Math.max(1, rows))),
    // Answers that were all of one length have not shown the rare long one.
    leastHalfWidth * mean,
  );
  return {
    tokens: mean,
    low: Math.max(0, mean - half),
    high: mean + half,
    basis: `answers are assumed to be as long as ${formatCount(n)} earlier ones to the same prompt`,
  };
}

const leastHalfWidth = 0.02;

/** The 97.5 % quantile of Student's t, by the expansion of Cornish and Fisher; within 0.5 % from 4 degrees of freedom on. */
function studentT975(degrees: number): number {
  const z = 1.959964;
  const d = degrees;
  return (
    z +
    (z ** 3 + z) / (4 * d) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * d ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * d ** 3)
  );
}
