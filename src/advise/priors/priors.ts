/**
 * @file What published results say of a task before anything is measured: answers in, typed findings out, no words. Everything here is a
 * prior. Only a run says what holds on someone's own rows.
 */
import { type BreakEvenPrior, breakEvenPrior, leanOfLabels, manyClasses } from "./break-even.js";
import { type FirstRows, firstRows } from "./first-rows.js";
import { isPromptingExcluded, type People, promptingPlaces, type Situation, type Stage, type TaskKind } from "./situation.js";
import { type VolumeExample, volumeExample } from "./volume.js";

/** Which way something speaks for; `open` where it is known and speaks for neither. */
export type Favors = "tune" | "prompt" | "open";

/** The six factors of the comparison. */
export const decisionFactors = ["customization", "time", "cost", "data", "flexibility", "skill"] as const;
/** One of the six factors. */
export type DecisionFactor = (typeof decisionFactors)[number];

/** What an answer of the interview says. */
export type PriorFinding = { readonly favors: Favors; readonly factor: DecisionFactor | "privacy" | "latency" | "language" } & (
  | { readonly kind: "labels"; readonly labels: number; readonly lean: -2 | -1 | 0 | 1 | 2 }
  | { readonly kind: "labels-possible"; readonly labels: number; readonly lean: -2 | -1 | 0 | 1 | 2 }
  | { readonly kind: "many-classes"; readonly classes: number }
  | { readonly kind: "services-excluded"; readonly hasLocalLlm: boolean | null }
  | { readonly kind: "volume"; readonly requestsPerMonth: number; readonly example: VolumeExample }
  | { readonly kind: "latency"; readonly maxLatencyMs: number }
  | { readonly kind: "people"; readonly people: People }
  | { readonly kind: "stage"; readonly stage: Stage }
  | { readonly kind: "changing"; readonly isChanging: boolean }
  | { readonly kind: "languages"; readonly languages: readonly string[]; readonly needsOtherEncoder: boolean }
);

/** Which way is likelier to be more accurate, or why that cannot be said. */
export type PriorVerdict =
  /** `tune` and `prompt` by the number of labels: `strong` where all published figures agree. */
  | { readonly kind: "likelier"; readonly way: "tune" | "prompt"; readonly strength: "strong" | "weak" }
  /** The number of labels lies where published figures disagree; `others` is what the remaining answers speak for, if all for one. */
  | { readonly kind: "open"; readonly others: "tune" | "prompt" | null }
  | { readonly kind: "only-tune" }
  | { readonly kind: "neither" }
  | { readonly kind: "not-classification"; readonly task: TaskKind }
  | { readonly kind: "labels-not-told"; readonly others: "tune" | "prompt" | null };

/** An option of `crossover run` that the answers imply, with its value; an empty one for a switch. */
export interface ImpliedOption {
  readonly name: "llm" | "model" | "budgetUsd" | "requestsPerMonth" | "maxLatencyMs" | "private";
  readonly value: string;
}

/** All that can be said without data. */
export interface Priors {
  readonly situation: Situation;
  readonly verdict: PriorVerdict;
  /** `null` for a task that is no classification. */
  readonly breakEven: BreakEvenPrior | null;
  readonly findings: readonly PriorFinding[];
  readonly firstRows: FirstRows | null;
  /** For the command that measures it; none for a task that is no classification. */
  readonly options: readonly ImpliedOption[];
  readonly notTold: readonly (keyof Situation)[];
}

/** Encoders that come along read English. */
const isEnglish = (language: string): boolean => /^en(-|$)/.test(language);

/** The priors of a situation. */
export function priorsOf(situation: Situation): Priors {
  const notTold = (Object.keys(situation) as (keyof Situation)[]).filter((name) => situation[name] === null);
  if (situation.task === "generation") {
    const verdict: PriorVerdict = { kind: "not-classification", task: situation.task };
    return { situation, verdict, breakEven: null, findings: [], firstRows: null, options: [], notTold };
  }
  const breakEven = breakEvenPrior(situation);
  const findings = findingsOf(situation, breakEven);
  const verdict = verdictOf(situation, findings);
  return { situation, verdict, breakEven, findings, firstRows: firstRows(situation), options: optionsOf(situation), notTold };
}

const favorsOf = (lean: number): Favors => (lean === 0 ? "open" : lean < 0 ? "prompt" : "tune");

function findingsOf(situation: Situation, breakEven: BreakEvenPrior): PriorFinding[] {
  const { classes, labels, labelsPossible, requestsPerMonth, maxLatencyMs, people, stage, isChanging, languages } = situation;
  const found: PriorFinding[] = [];
  for (const [kind, count] of [
    ["labels", labels],
    ["labels-possible", labelsPossible],
  ] as const) {
    if (count === null) continue;
    const lean = leanOfLabels(count, breakEven);
    found.push({ kind, factor: "data", labels: count, lean, favors: favorsOf(lean) });
  }
  if (classes !== null && classes >= manyClasses) found.push({ kind: "many-classes", factor: "data", classes, favors: "open" });
  const places = promptingPlaces(situation);
  if (places.service === false)
    found.push({
      kind: "services-excluded",
      factor: "privacy",
      hasLocalLlm: places.local,
      favors: places.local === true ? "open" : "tune",
    });
  if (requestsPerMonth !== null) {
    const { low, high } = volumeExample.requests;
    const favors = requestsPerMonth < low ? "prompt" : requestsPerMonth > high ? "tune" : "open";
    found.push({ kind: "volume", factor: "cost", requestsPerMonth, example: volumeExample, favors });
  }
  if (maxLatencyMs !== null) found.push({ kind: "latency", factor: "latency", maxLatencyMs, favors: "tune" });
  if (people !== null) found.push({ kind: "people", factor: "skill", people, favors: people === "domain" ? "prompt" : "open" });
  if (stage !== null) found.push({ kind: "stage", factor: "time", stage, favors: stage === "prototype" ? "prompt" : "tune" });
  if (isChanging !== null)
    found.push({ kind: "changing", factor: "flexibility", isChanging, favors: isChanging ? "prompt" : "open" });
  if (languages !== null && languages.length > 0) {
    const needsOtherEncoder = !languages.every(isEnglish);
    found.push({ kind: "languages", factor: "language", languages, needsOtherEncoder, favors: "open" });
  }
  return found;
}

/** Labels decide what is likelier to be right more often; the other answers are about price, time and the rest, and never outvote them. */
function verdictOf(situation: Situation, findings: readonly PriorFinding[]): PriorVerdict {
  const { labels, labelsPossible } = situation;
  if (isPromptingExcluded(situation)) {
    const hasNone = labels === 0 && labelsPossible === 0;
    return hasNone ? { kind: "neither" } : { kind: "only-tune" };
  }
  const byLabels = findings.find((finding) => finding.kind === "labels");
  const voices = new Set(
    findings.filter(({ factor, favors }) => factor !== "data" && favors !== "open").map(({ favors }) => favors),
  );
  const [only] = voices;
  const others = voices.size === 1 && only !== undefined && only !== "open" ? only : null;
  if (byLabels?.kind !== "labels") return { kind: "labels-not-told", others };
  const { lean } = byLabels;
  if (lean === 0) return { kind: "open", others };
  return { kind: "likelier", way: lean < 0 ? "prompt" : "tune", strength: Math.abs(lean) === 2 ? "strong" : "weak" };
}

/** Models in the commands that can be copied: examples, of which any other may take the place. */
const exampleLlm = { service: "openai:gpt-6-luna", local: "ollama:qwen3:8b" } as const;
const multilingualEncoder = "distilbert-base-multilingual-cased";

function optionsOf(situation: Situation): ImpliedOption[] {
  const { isPrivate, hasLocalLlm, languages, requestsPerMonth, maxLatencyMs } = situation;
  const mayAskService = isPrivate !== true;
  const options: ImpliedOption[] = [];
  const hasLlm = mayAskService || hasLocalLlm !== false;
  if (hasLlm) options.push({ name: "llm", value: mayAskService && hasLocalLlm !== true ? exampleLlm.service : exampleLlm.local });
  if (languages !== null && !languages.every(isEnglish)) options.push({ name: "model", value: multilingualEncoder });
  if (hasLlm && mayAskService && hasLocalLlm !== true) options.push({ name: "budgetUsd", value: "2" });
  if (requestsPerMonth !== null && requestsPerMonth > 0)
    options.push({ name: "requestsPerMonth", value: String(requestsPerMonth) });
  if (maxLatencyMs !== null) options.push({ name: "maxLatencyMs", value: String(maxLatencyMs) });
  if (isPrivate === true) options.push({ name: "private", value: "" });
  return options;
}
