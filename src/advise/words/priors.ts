/** @file Priors in words: what published results and the person's own answers say before anything is measured. */
import { formatCount, formatPercent, formatPlural, formatUsd } from "../../lib/text/format.js";
import { type BreakEvenPrior, type PublishedBreakEven, varianceFactor } from "../priors/break-even.js";
import type { FirstRows } from "../priors/first-rows.js";
import type { DecisionFactor, Favors, PriorFinding, PriorVerdict } from "../priors/priors.js";
import type { People, Situation } from "../priors/situation.js";
import { type Source, sources } from "../priors/sources.js";
import { sequence } from "./lists.js";

const wayNames = { tune: "fine-tuning", prompt: "prompting" } as const;

/** `fine-tuning`, `prompting`, `either`. */
export function favorsText(favors: Favors): string {
  return favors === "open" ? "either" : wayNames[favors];
}

/** The verdict in one or two sentences. It never says more than "likelier". */
export function priorVerdictText(verdict: PriorVerdict): string {
  switch (verdict.kind) {
    case "likelier": {
      const way = verdict.way === "tune" ? "Fine-tuning" : "Prompting";
      return verdict.strength === "strong"
        ? `${way} is likelier to be more accurate: all published figures for such a task point that way at your number of labels.`
        : `${way} is somewhat likelier to be more accurate, but published figures disagree at your number of labels.`;
    }
    case "open":
      return `Either may be more accurate: your number of labels is near the published break-evens, or not clear of them by as much as luck of the draw adds on average.${othersText(verdict.others)}`;
    case "labels-not-told":
      return `Nothing can be said about accuracy without a number of labels (--labels).${othersText(verdict.others)}`;
    case "only-tune":
      return "Only fine-tuning is possible: texts must stay on the machine, and no LLM runs there. A local LLM would make it a question again.";
    case "neither":
      return "Neither is possible yet: there are no labels to learn from, texts must stay on the machine, and no LLM runs there. Label some rows, or run a local LLM.";
    case "not-classification":
      return "Nothing can be said: writing texts is not classification. Crossover measures tasks whose answer comes from a fixed list of labels.";
  }
}

function othersText(others: "tune" | "prompt" | null): string {
  return others === null ? "" : ` Your other answers speak for ${wayNames[others]}.`;
}

const peopleNames: Readonly<Record<People, string>> = {
  domain: "people who know the subject",
  programmer: "programmers",
  "machine-learning": "people who know machine learning",
};

const leanTexts = {
  "-2": "below every published break-even for such tasks",
  "-1": "below the middle of the published break-evens",
  "0": "near the published break-evens, or not yet clear of them once luck is counted",
  "1": "above the middle of the published break-evens, with luck counted",
  "2": "above every published break-even for such tasks",
} as const;

const leanText = (lean: -2 | -1 | 0 | 1 | 2): string => leanTexts[`${lean}`];

/** What one answer says, in a sentence or two. */
export function priorFindingText(finding: PriorFinding): string {
  switch (finding.kind) {
    case "labels":
      return `${formatPlural(finding.labels, "label")}: ${leanText(finding.lean)}.`;
    case "labels-possible":
      return `With ${formatPlural(finding.labels, "label")}: ${leanText(finding.lean)}.`;
    case "many-classes":
      return `${formatCount(finding.classes)} different labels: a prompt that is shown the examples most like each text did far better than one with random examples. A run asks both.`;
    case "services-excluded":
      return `Texts stay on the machine, so no service can be asked.${localText(finding.hasLocalLlm)}`;
    case "volume": {
      const { usdPerMachineMonth, usdPer1k, requests } = finding.example;
      return `${formatCount(finding.requestsPerMonth)} requests a month. An example by arithmetic, not your bill: a machine kept for a tuned model at ${formatUsd(usdPerMachineMonth)} a month costs as much as ${formatCount(requests.low)} requests to an LLM at ${formatUsd(usdPer1k.high)} per 1,000, or ${formatCount(requests.high)} at ${formatUsd(usdPer1k.low)}.`;
    }
    case "latency":
      return `At most ${formatCount(finding.maxLatencyMs)} ms an answer: a tuned model answers beside your program, a service adds the network and the time to write. How much was not measured; a run measures both.`;
    case "people":
      return finding.people === "domain"
        ? "People who know the subject can write a prompt themselves. Crossover needs no code to fine-tune, but someone must run the model afterwards."
        : `The work is done by ${peopleNames[finding.people]}, who can do either.`;
    case "stage":
      return finding.stage === "prototype"
        ? "A prototype: a prompt answers in minutes and costs nothing to throw away."
        : "In production: a tuned model answers the same text alike every time and doesn't change unless you change it.";
    case "changing":
      return finding.isChanging
        ? "Labels or tasks change often: a prompt is edited, a model needs new labels and training."
        : "Labels and tasks stay as they are, so a tuned model's narrowness costs nothing.";
    case "languages":
      return finding.needsOtherEncoder
        ? `Texts in ${languagesText(finding.languages)}: the encoder that comes along reads English. Name a multilingual one (--model); tune:tfidf reads any language.`
        : "Texts in English: the encoder that comes along reads it.";
  }
}

function localText(hasLocalLlm: boolean | null): string {
  if (hasLocalLlm === true) return " Your local LLM can.";
  return hasLocalLlm === false ? " No LLM runs here either." : " Whether an LLM can run here was not told (--local-llm).";
}

const names = new Intl.DisplayNames("en", { type: "language" });
const languagesText = (languages: readonly string[]): string => sequence(languages.map((code) => names.of(code) ?? code));

const shown: Readonly<Record<PublishedBreakEven["against"], string>> = {
  "zero-shot-or-examples": "an LLM without or with a few examples",
  "zero-shot": "an LLM without examples",
  "random-examples": "up to 1,000 random examples in the prompt",
  "retrieved-examples": "the 10 most similar examples in the prompt",
};

/** One published figure with where it stands: `about 100 labels on average over tasks with two labels (10 to 5,000) …`. */
export function publishedText(figure: PublishedBreakEven): string {
  const { kind, source, rangeSource, labels, low, high, of, against, tried } = figure;
  const count = labels === null ? `not within ${formatCount(tried ?? low)} labels` : `about ${formatCount(labels)} labels`;
  const range = kind === "many-tasks" && high !== null ? ` (${formatCount(low)} to ${formatCount(high)})` : "";
  const where =
    kind === "many-tasks" ? `on average over ${of}` : kind === "curve" ? `on ${of}, read off its curve,` : `on a ${of} task`;
  const cited = [source, ...(rangeSource === undefined ? [] : [rangeSource])].map((name) => sources[name].reference);
  return `${count} ${where} against ${shown[against]}${range} [${cited.join("; ")}]`;
}

/** What the published figures say together. */
export function breakEvenPriorText({ labels, low, high }: BreakEvenPrior): string {
  const middle =
    labels === null ? "Half of them or more were never reached" : `The middle is about ${formatCount(labels)} labels`;
  const range = high === null ? `${formatCount(low)} to more than was tried` : `${formatCount(low)} to ${formatCount(high)}`;
  const sure =
    labels === null
      ? ""
      : ` With luck of the draw counted, published break-evens grew to ${varianceFactor.low} to ${varianceFactor.high} times as many on average [${sources.pecher.reference}]; of this middle that would be ${formatCount(labels * varianceFactor.low)} to ${formatCount(labels * varianceFactor.high)}, by arithmetic.`;
  return `${middle}, from ${range}.${sure}`;
}

/** How many rows to label first, and what they are enough for. */
export function firstRowsText({ rows, testRows, trainRows, difference, disagreement, missing }: FirstRows): string {
  const enough = `${formatCount(rows)} labeled rows are enough to begin: a quarter of them, ${formatCount(testRows)} at least, finds a difference of ${formatCount(100 * difference)} points with 80 % power if the two disagree on ${formatPercent(disagreement)} of the rows, and ${formatCount(trainRows)} or more are left to learn from.`;
  if (missing === null) return enough;
  return missing === 0
    ? `You have enough labels to begin. ${enough}`
    : `Label ${formatPlural(missing, "more row")} first. ${enough}`;
}

/** A row of the decision table: what speaks for each way. */
export interface DecisionRow {
  readonly name: string;
  readonly tune: string;
  readonly prompt: string;
}

/** The usual rules of when to use which, factor by factor: "When to Fine Tune vs Prompt Engineer: Key Differences and Use Cases", in our words. */
export const decisionTable: Readonly<Record<DecisionFactor, DecisionRow>> = {
  customization: {
    name: "Customization",
    tune: "High: training changes the model's weights to fit your data",
    prompt: "Low: only the text that the model is given changes",
  },
  time: {
    name: "Time",
    tune: "Hours to days for large models; a small encoder takes minutes here",
    prompt: "Seconds to minutes",
  },
  cost: {
    name: "Cost",
    tune: "Higher at first: computing, and labels",
    prompt: "Lower at first: nothing is trained; each request is paid for",
  },
  data: { name: "Data needed", tune: "Labeled examples are a must", prompt: "None beyond the prompt" },
  flexibility: {
    name: "Flexibility",
    tune: "Made for one task and its data",
    prompt: "The same model does other tasks with another prompt",
  },
  skill: {
    name: "Skill needed",
    tune: "Machine learning, unless a tool does that part",
    prompt: "Clear writing, and knowledge of the subject",
  },
};

/** When each way is usually the right one, by the same article. */
export const whenToUse: Readonly<Record<"tune" | "prompt", string>> = {
  tune: "Fine-tune for one specific task with enough labeled data, where accuracy or behavior of its own matters most, and for production that must answer consistently.",
  prompt:
    "Prompt where results are wanted quickly, data or means are scarce, or several tasks are tried with one model: prototypes, small projects, needs that change.",
};

/** `Pecher, Srba and Bielikova 2025: TITLE. EMNLP 2025, arXiv:2402.12819. URL`. */
export function sourceText({ authors, year, title, reference, url }: Source): string {
  return `${authors} ${year}: ${title}. ${reference}. ${url}`;
}

/** What the interview asks for, by name. */
export const situationNames: Readonly<Record<keyof Situation, string>> = {
  task: "kind of task",
  classes: "number of different labels",
  labels: "labeled rows",
  labelsPossible: "labeled rows there could be",
  requestsPerMonth: "requests a month",
  maxLatencyMs: "limit on latency",
  isPrivate: "whether texts may leave the machine",
  hasLocalLlm: "whether an LLM can run here",
  people: "who does the work",
  stage: "prototype or production",
  isChanging: "whether labels change often",
  languages: "languages",
};
