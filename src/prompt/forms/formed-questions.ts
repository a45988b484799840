import { type CodedQuestions, codedQuestions, whyUncoded } from "../asking/coded-questions.js";
import type { Question, Questions } from "../asking/question.js";
import type { AnswerLogprob, Completion } from "../llm.js";
import type { PromptProgram } from "../program.js";
import type { Vote } from "../reading/votes.js";
import { measured } from "./choose-form.js";
import { inOrder, weighted } from "./label-weights.js";
import type { AskedForm, LocalForm } from "./local-form.js";

/** Which letter is which label is drawn once for all prompts, so that a form that was chosen stays what it was. */
const letterSeed = 0;

/** Why a prompt's answers cannot be scored in a form. `null`: they can, by a model that scores answers. */
export function whyUnformed({ template, answer, samples }: PromptProgram): string | null {
  if (samples > 1) return "votes are counted";
  if (answer === "reasoned") return "thoughts come before the answer";
  if (template.isMultiLabel) return "a text may have several labels";
  return template.labels.length < 2 ? "there is one label" : null;
}

/** The questions of a prompt as a form has them. `null`: in letters, of which there are too few. */
export function formedQuestions(questions: Questions, program: PromptProgram, { answer }: AskedForm): CodedQuestions | null {
  if (answer !== "letter") return { questions, decode: (answered) => answered };
  return whyUncoded(program) === null ? codedQuestions(questions, program, letterSeed) : null;
}

/** How likely each label of a question is, by its name, however it was written. `null`: nothing is known of that. */
export function labelLogprobs(
  { answerLogprobs }: Pick<Completion, "answerLogprobs">,
  { template: { labels: written } }: Question,
  decode: CodedQuestions["decode"],
): ReadonlyMap<string, AnswerLogprob> | null {
  if (answerLogprobs?.length !== written.length) return null;
  const byLabel = (numberOf: (answer: AnswerLogprob) => number): Readonly<Record<string, number>> => {
    const scores = Object.fromEntries(written.map((label, i) => [label, numberOf(answerLogprobs[i]!)]));
    return decode<{ answer: null; scores: Record<string, number> }>({ answer: null, scores }).scores;
  };
  const tokens = byLabel((answer) => answer.tokens);
  const sums = Object.entries(byLabel((answer) => answer.logprob));
  return new Map(sums.map(([label, logprob]) => [label, { logprob, tokens: tokens[label]! }]));
}

/** The likeliest label, and how likely each is. */
export function formedVote(answers: ReadonlyMap<string, AnswerLogprob>, { measure, ...weights }: LocalForm): Vote {
  const labels = [...answers.keys()];
  const shares = weighted(
    Array.from(answers.values(), (answer) => measured(answer, measure)),
    inOrder(weights, labels),
  );
  const best = shares.indexOf(Math.max(...shares));
  return {
    answer: [labels[best]!],
    scores: Object.fromEntries(labels.map((label, i) => [label, shares[i]!])),
    confidence: { value: shares[best]!, source: "logprob" },
  };
}
