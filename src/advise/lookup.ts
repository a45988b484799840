/** @file Questions that several rules ask of a comparison. */
import { isPromptedLlm } from "../compare/language-model.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast, Reading } from "../types/contrast.js";
import type { Metric, Summary } from "../types/scores.js";
import type { Gain, Guesser } from "./findings/parts.js";

/** The summary of an approach by its name, if it ran. */
export function summaryOf(comparison: Comparison, approach: string | null | undefined): Summary | undefined {
  return comparison.summaries.find((summary) => summary.approach === approach);
}

/** The first planned contrast of two approaches, turned so that `a` comes first; `undefined` where none was planned. */
export function contrastBetween(comparison: Comparison, a: string, b: string): Contrast | undefined {
  const found = comparison.contrasts.find((contrast) => {
    return (contrast.a === a && contrast.b === b) || (contrast.a === b && contrast.b === a);
  });
  return found === undefined || found.a === a ? found : reversed(found);
}

/** The same contrast seen from the other side. */
export function reversed(contrast: Contrast): Contrast {
  const { missing, offered, readable, undisputed } = contrast;
  return {
    ...contrast,
    a: contrast.b,
    b: contrast.a,
    ...reversedReading(contrast),
    discordant: [contrast.discordant[1], contrast.discordant[0]],
    ...(offered !== undefined && { offered: { ...offered, ...reversedReading(offered) } }),
    ...(readable !== undefined && { readable: { ...readable, ...reversedReading(readable) } }),
    ...(undisputed !== undefined && { undisputed: { ...undisputed, ...reversedReading(undisputed) } }),
    ...(missing !== undefined && {
      missing: { ...missing, asWrong: { ...missing.asWrong, ...reversedReading(missing.asWrong) } },
    }),
  };
}

function reversedReading({
  difference,
  verdict,
}: Pick<Reading, "difference" | "verdict">): Pick<Reading, "difference" | "verdict"> {
  const { value, low, high } = difference;
  const verdicts = {
    "a-better": "b-better",
    "b-better": "a-better",
    equivalent: "equivalent",
    undecided: "undecided",
  } as const satisfies Record<Contrast["verdict"], Contrast["verdict"]>;
  return { difference: { value: -value, low: -high, high: -low }, verdict: verdicts[verdict] };
}

/** On how many test rows the two are compared: those that both have an outcome of. */
export function comparedRows({ askedRows, missing }: Contrast, { task }: Pick<Comparison, "task">): number {
  return (askedRows ?? task.testRows) - (missing?.rows ?? 0);
}

/** Test rows that there are, and that not both of the two were asked about; 0 where it is not their number, but that of groups, that counts. */
export function unaskedRows({ askedRows, moreRows }: Contrast, { task }: Pick<Comparison, "task">): number {
  return moreRows?.unit === "groups" ? 0 : task.testRows - (askedRows ?? task.testRows);
}

/** Over how many test rows the scores of an approach are: those that it has an outcome of. */
export function scoredRows({ testRows, missing }: Pick<Summary, "testRows" | "missing">): number {
  return testRows - (missing?.rows ?? 0);
}

/** The contrast that answers the question: the best tuned approach minus the best prompted one. `undefined` where an arm is missing. */
export function primaryContrast(comparison: Comparison): Contrast | undefined {
  const { tune, prompt } = comparison.best;
  return tune && prompt ? contrastBetween(comparison, tune.approach, prompt.approach) : undefined;
}

/** All that may be the best of an arm: the one chosen first, then those that validation rows could not rank against it. */
export function contendersOf(comparison: Comparison, arm: "tune" | "prompt"): Summary[] {
  const best = summaryOf(comparison, comparison.best[arm]?.approach);
  if (best === undefined) return [];
  const rivals = (comparison.rivals ?? []).flatMap((rival) => summaryOf(comparison, rival) ?? []);
  return [best, ...rivals.filter((rival) => rival.arm === arm)];
}

/** Whether an approach replays answers that were given before; also of one that has no summary. */
export function isRecording({ measurements }: Comparison, approach: string): boolean {
  return measurements.some((measurement) => measurement.approach === approach && measurement.traits.isRecording);
}

/** Whether a language model was prompted, or answers of one replayed. */
export function hasPromptedLlm({ summaries }: Comparison): boolean {
  return summaries.some(isPromptedLlm);
}

/** The baseline that always gives the most frequent label. */
export function majorityBaseline(comparison: Comparison): Summary | undefined {
  return comparison.summaries.find(({ traits }) => traits.isMajority);
}

/**
 * A metric other than the one that decides in which the baseline is ahead by more than chance explains: its score lies above the whole interval of the
 * approach's. `null` where there is none.
 */
export function leadingBaseline({ metrics }: Comparison, approach: Summary, baseline: Summary): Metric | null {
  return metrics.others.find((metric) => scoreOf(baseline, metric).value > scoreOf(approach, metric).high) ?? null;
}

/** How far `approach` lies above `baseline`, from the planned contrast where there is one. */
export function gainOver(comparison: Comparison, approach: Summary, baseline: Summary): Gain {
  const contrast = contrastBetween(comparison, approach.approach, baseline.approach);
  const { ranking } = comparison.metrics;
  if (contrast === undefined)
    return { metric: ranking, value: scoreOf(approach, ranking).value - scoreOf(baseline, ranking).value };
  const { value, low, high } = contrast.difference;
  return { metric: contrast.metric, value, interval: { low, high } };
}

/** From this p-value on, a test does not speak against chance. */
export const significance = 0.05;

/**
 * Whether the first approach of a contrast is shown to be ahead at all: the whole interval lies above 0, and the test excludes chance. Where
 * the question had to be asked of several candidates, the test is the one that is corrected for it.
 */
export function leadIsShown({ rivals = [] }: Comparison, contrast: Contrast): boolean {
  const p = rivals.length > 0 ? contrast.adjustedPValue : contrast.pValue;
  return contrast.difference.low > 0 && p < significance;
}

/**
 * Whether a verdict "better" holds for the test alone, but not for the one that is corrected for the number of contrasts. It is then not called
 * shown: the caution that chance is not excluded and the word of the verdict read the same test.
 */
export function isPerhapsChance({ verdict, adjustedPValue }: Contrast): boolean {
  return (verdict === "a-better" || verdict === "b-better") && adjustedPValue >= significance;
}

/**
 * What is certain of how far `approach` lies above `baseline`: the lower end of the interval, but no more than 0 where the corrected test does
 * not exclude chance; the plain difference where the two were not contrasted.
 */
export function certainGainOver(comparison: Comparison, approach: Summary, baseline: Summary): number {
  const contrast = contrastBetween(comparison, approach.approach, baseline.approach);
  const certain = certainGain(gainOver(comparison, approach, baseline));
  return contrast !== undefined && contrast.adjustedPValue >= significance ? Math.min(0, certain) : certain;
}

/** From this share of what could be known of the texts on, an approach may know too much to be called a guess. */
const halfKnown = 0.5;

/** Up to here agreement is "slight" (of Cohen's kappa: Landis & Koch 1977). */
const slight = 0.2;

/**
 * Whether an approach of either arm is shown to beat neither the most frequent label nor its own answers shuffled among the rows: it then
 * knows nothing of the texts, as far as can be seen. Where there are so few rows that it may as well know half, nothing is said.
 *
 * An LLM's answers that are surely but slightly better than that count too where another approach shows that the texts tell more: neighboring rows are
 * alike, so that answers which were given to other rows are right a little more often than by chance, and one such recording in 40 looks better by luck.
 */
export function isGuessing(comparison: Comparison, summary: Summary): boolean {
  const { arm, aboveGuessing } = summary;
  if (arm === "baseline" || aboveGuessing === undefined) return false;
  const isSlight = aboveGuessing.high <= slight && isPromptedLlm(summary);
  if (isSlight && comparison.summaries.some((other) => (other.aboveGuessing?.low ?? 0) > slight)) return true;
  if (aboveGuessing.low > 0 || aboveGuessing.high >= halfKnown) return false;
  const majority = majorityBaseline(comparison);
  return majority === undefined || certainGainOver(comparison, summary, majority) <= 0;
}

/** What kind of thing an approach is; see `Guesser`. */
export function guesserKind(summary: Summary): Guesser {
  if (summary.arm !== "prompt") return "tuned";
  return summary.traits.isRecording ? "recording" : "llm";
}

/** The surest thing that can be said of a gain: the lower end of its interval, or the plain difference where there is none. */
export function certainGain(gain: Gain): number {
  return gain.interval?.low ?? gain.value;
}

/** Whether most answers of an approach could not be had: its scores and costs are compared with nobody's. */
export function isUnanswered({ unanswered = [] }: Comparison, approach: string): boolean {
  return unanswered.some((other) => other.approach === approach);
}
