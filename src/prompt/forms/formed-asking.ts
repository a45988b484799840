/** @file Asking in a form: what a predictor asks instead of its usual question, and how it reads what is told. */

import type { FittedRequest } from "../asking/fitted-request.js";
import type { Question, Questions } from "../asking/question.js";
import type { Completion, Llm } from "../llm.js";
import type { PromptProgram } from "../program.js";
import type { Vote } from "../reading/votes.js";
import { formRequest } from "./form-request.js";
import { formedQuestions, formedVote, labelLogprobs, whyUnformed } from "./formed-questions.js";
import { formText, type LocalForm } from "./local-form.js";

type FormedProgram = PromptProgram & { readonly form: LocalForm };

/** Whether a prompt is asked in its form: it has one, and the model can be asked so. */
export function isFormed(program: PromptProgram, llm: Pick<Llm, "scoresAnswers">): program is FormedProgram {
  return program.form !== undefined && llm.scoresAnswers === true && whyUnformed(program) === null;
}

/** Whether a form is wanted: where a user chose another way to be told how sure answers are, that one is asked. */
export const takesForm = (confidence: string | undefined): boolean => confidence === undefined || confidence === "logprob";

/** What is asked, and how it is read. */
export interface FormedAsking {
  readonly questions: Questions;
  request(question: Question, text: string): FittedRequest;
  voteOn(question: Question): (completion: Completion) => Vote | null;
  readonly facts: Readonly<Record<string, string>>;
}

/** A program asked in its form; `null` where its labels can't be letters and are to be. */
export function formedAsking(program: FormedProgram, plain: Questions): FormedAsking | null {
  const { form, template } = program;
  const formed = formedQuestions(plain, program, form);
  if (formed === null) return null;
  return {
    questions: formed.questions,
    request: (question, text) => ({
      request: formRequest(question, text, form),
      cutBy: text.length > template.maxTextCharacters ? "limit" : null,
      droppedDemos: 0,
    }),
    voteOn: (question) => (completion) => {
      const answers = labelLogprobs(completion, question, formed.decode);
      return answers === null ? null : formedVote(answers, form);
    },
    facts: { form: formText(form) },
  };
}
