/**
 * @file What a server of decision models answers, in both shapes, as probabilities of labels. An answer that cannot be right (an option that was
 * not offered, probabilities that are none) is no answer: it must not count as what the model said.
 */

import { at, textAt } from "../../../lib/json-value.js";
import type { Usage } from "../../../types/prediction.js";
import type { SaidCompletion } from "../../http/response-body.js";
import { readUsage } from "../../http/usage.js";
import type { LabelQuestion } from "../../llm.js";
import { maxCompletionCharacters } from "../../llm.js";
import { choiceName, questionNames } from "./decision-request.js";

/** One answer, whatever its shape. */
export type DecisionAnswer =
  | { readonly kind: "choice"; readonly choice: string; readonly probabilities: ReadonlyMap<string, number> }
  | { readonly kind: "yes-no"; readonly probability: number }
  | { readonly kind: "refusal" };

/** Answers by the names of their questions. */
export type DecisionAnswers = ReadonlyMap<string, DecisionAnswer>;

/** What is wrong with an answer, for people. */
export interface AnswerFault {
  readonly fault: string;
}

/** Whether a parsed body is that of a server of decision models: answers by name, or a list of them. */
export function hasDecisions(body: unknown): boolean {
  const answers = at(body, "answers");
  return typeof answers === "object" && answers !== null;
}

/** The answers in a parsed body of either shape, each checked by itself. */
export function readDecisions(body: unknown): DecisionAnswers | AnswerFault {
  const answers = at(body, "answers");
  if (typeof answers !== "object" || answers === null) return { fault: "it has no answers" };
  const named = Array.isArray(answers)
    ? answers.map((answer): readonly [string, unknown] => [textAt(answer, "name") ?? "", answer])
    : Object.entries(answers);
  const read = new Map<string, DecisionAnswer>();
  for (const [name, answer] of named) {
    if (read.has(name)) return { fault: `it answers the question ${quoted(name)} twice` };
    const one = readDecision(answer);
    if ("fault" in one) return { fault: `${one.fault} (question ${quoted(name)})` };
    read.set(name, one);
  }
  return read;
}

/**
 * What a recorded body says, of which the question is not known: one choice, or a yes/no question for each label, named by it. The options are the
 * labels that have a probability.
 */
export function recordedDecision(body: unknown): SaidCompletion | AnswerFault {
  const answers = hasDecisions(body) ? readDecisions(body) : onlyAnswer(body);
  if ("fault" in answers) return answers;
  const told = [...answers.values()];
  const [first] = told;
  if (first === undefined) return { fault: "it has no answers" };
  if (told.some(({ kind }) => kind === "refusal")) return completionOf(body, { text: "", finish: "refused" });
  if (first.kind === "choice" && told.length === 1) return completionOf(body, chosen(first, [...first.probabilities.keys()]));
  const probabilities = told.flatMap((answer) => (answer.kind === "yes-no" ? [answer.probability] : []));
  if (probabilities.length === told.length) return completionOf(body, applying([...answers.keys()], probabilities));
  return { fault: "it answers several questions, and which of them asks for the label is not known" };
}

/** Of a line that is an answer itself. */
function onlyAnswer(line: unknown): DecisionAnswers | AnswerFault {
  const answer = readDecision(line);
  return "fault" in answer ? answer : new Map([[choiceName, answer]]);
}

function readDecision(answer: unknown): DecisionAnswer | AnswerFault {
  if (textAt(answer, "type") === "refusal") return { kind: "refusal" };
  const choice = textAt(answer, "choice");
  if (choice !== null) {
    const probabilities = readDistribution(at(answer, "probabilities"));
    if ("fault" in probabilities) return probabilities;
    const own = probabilities.get(choice);
    if (own === undefined) return { fault: `it chooses ${quoted(choice)} and gives no probability for it` };
    const likelier = [...probabilities].find(([, probability]) => probability > own);
    if (likelier === undefined) return { kind: "choice", choice, probabilities };
    return {
      fault: `it chooses ${quoted(choice)} with a probability of ${own}, and gives ${quoted(likelier[0])} ${likelier[1]}`,
    };
  }
  const said = at(answer, "noul") ?? at(answer, "probability");
  if (said === undefined) return { fault: "it has neither a choice nor a probability" };
  const probability = readProbability(said);
  return probability === null ? { fault: `it gives ${shown(said)} as a probability` } : { kind: "yes-no", probability };
}

/** Of an object with a property an option, or of a list of `{value, probability}`. */
function readDistribution(told: unknown): ReadonlyMap<string, number> | AnswerFault {
  if (typeof told !== "object" || told === null) return { fault: "it has no probabilities" };
  const entries = Array.isArray(told)
    ? told.map((each): readonly [unknown, unknown] => [at(each, "value"), at(each, "probability")])
    : Object.entries(told);
  const read = new Map<string, number>();
  for (const [option, value] of entries) {
    // A boolean is another option than the text of its name.
    if (typeof option !== "string") return { fault: `it gives a probability to ${shown(option)}, which is no text` };
    if (read.has(option)) return { fault: `it gives ${quoted(option)} two probabilities` };
    const probability = readProbability(value);
    if (probability === null) return { fault: `it gives ${quoted(option)} ${shown(value)} as a probability` };
    read.set(option, probability);
  }
  const sum = [...read.values()].reduce((total, probability) => total + probability, 0);
  if (Math.abs(sum - 1) > sumTolerance([...read.values()]))
    return { fault: `its probabilities sum to ${Number(sum.toFixed(6))}, not to 1` };
  return read;
}

/** Arithmetic in single precision may end a little above certainty. */
const roundingAtOne = 1e-6;

function readProbability(value: unknown): number | null {
  if (typeof value !== "number" || !(value >= 0 && value <= 1 + roundingAtOne)) return null;
  return Math.min(1, value);
}

/** Decimals of the coarsest and of the finest rounding that is allowed for. */
const [fewestDecimals, mostDecimals] = [2, 4];

/**
 * How far from 1 a sum of probabilities may be: servers round each of them (TypeSafe to two decimals, Ollama to four), so each may be off by half a
 * unit of its last place. What has more decimals than four is taken as if it had four: that is room for arithmetic in single precision and less.
 */
export function sumTolerance(probabilities: readonly number[]): number {
  const decimals = Math.max(0, ...probabilities.map(decimalsOf));
  const unit = 10 ** -Math.min(mostDecimals, Math.max(fewestDecimals, decimals));
  // The last term is for this machine's own addition.
  return (probabilities.length * unit) / 2 + probabilities.length * Number.EPSILON;
}

function decimalsOf(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** What a body says of a question: a completion, or what is wrong with it. */
export function decisionCompletion(body: unknown, question: LabelQuestion): SaidCompletion | AnswerFault {
  const answers = readDecisions(body);
  if ("fault" in answers) return answers;
  const { labels, isMultiLabel } = question.task;
  const asked = questionNames(question.task);
  const missing = asked.find((name) => !answers.has(name));
  if (missing !== undefined) return { fault: `it has no answer to the question ${quoted(missing)}` };
  const unasked = [...answers.keys()].find((name) => !asked.includes(name));
  if (unasked !== undefined) return { fault: `it answers the question ${quoted(unasked)}, which was not asked` };
  const told = asked.map((name) => answers.get(name)!);
  // One label of which nothing is known leaves the set of them unknown.
  if (told.some(({ kind }) => kind === "refusal")) return completionOf(body, { text: "", finish: "refused" });
  const [first] = told;
  if (!isMultiLabel && first?.kind === "choice") {
    const stranger = [...first.probabilities.keys()].find((option) => !labels.includes(option));
    if (stranger !== undefined) return { fault: `it gives a probability to ${quoted(stranger)}, which was not offered` };
    return completionOf(body, chosen(first, labels));
  }
  const probabilities = told.flatMap((answer) => (answer.kind === "yes-no" ? [answer.probability] : []));
  if (!isMultiLabel || probabilities.length < told.length)
    return { fault: "it has an answer of another kind than was asked for" };
  return completionOf(body, applying(labels, probabilities));
}

/** An answer, as if its label had been written. */
type Decided = Pick<SaidCompletion, "text" | "finish" | "probabilities">;

/** One label, with the probability of each. Options without one have what the others leave, which is nothing: they sum to 1. */
export function chosen(
  { choice, probabilities }: Extract<DecisionAnswer, { kind: "choice" }>,
  labels: readonly string[],
): Decided {
  const text = JSON.stringify({ label: choice });
  return {
    text,
    finish: "stop",
    probabilities: Object.fromEntries(labels.map((label) => [label, probabilities.get(label) ?? 0])),
  };
}

/** The labels that are likelier to apply than not. */
export function applying(labels: readonly string[], probabilities: readonly number[]): Decided {
  const text = JSON.stringify({ labels: labels.filter((_, i) => probabilities[i]! >= 0.5) });
  return {
    text: text.slice(0, maxCompletionCharacters),
    finish: "stop",
    probabilities: Object.fromEntries(labels.map((label, i) => [label, probabilities[i]!])),
  };
}

/** With what the body says of its model and of the tokens. */
export function completionOf(body: unknown, decided: Decided): SaidCompletion {
  return { ...decided, usage: decisionUsage(body), servedBy: textAt(body, "model") };
}

/** The tokens of an answer. Nothing is written: output that is not told is none. */
export function decisionUsage(body: unknown): Usage | null {
  const told = at(body, "usage");
  return typeof told === "object" && told !== null ? readUsage({ output_tokens: 0, completion_tokens: 0, ...told }) : null;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : quoted(typeof value === "string" ? value : JSON.stringify(value));
}
