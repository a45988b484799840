import type { Prediction } from "../../types/prediction.js";
import type { PromptProgram } from "../program.js";
import { codedExamples, codedPrompt, decoded, mostCodes } from "../scoring/codes.js";
import type { Question, Questions } from "./question.js";

/** A prompt's questions with letters in place of labels. */
export interface CodedQuestions {
  readonly questions: Questions;
  /** What was answered, in labels. */
  decode<Coded extends Pick<Prediction, "answer" | "scores">>(answered: Coded): Coded;
}

/** Why a prompt cannot ask for letters in place of labels. `null`: it can. */
export function whyUncoded({ template, answer, samples, shortlist }: PromptProgram): string | null {
  if (samples > 1) return "votes say how sure it is";
  if (answer === "reasoned") return "thoughts come before the answer";
  if (template.isMultiLabel) return "a text may have several labels";
  if (shortlist !== null || template.labels.length > mostCodes) return `there are more than ${mostCodes} labels`;
  return null;
}

/** The questions of a prompt for which `whyUncoded` is null; which letter is which label is drawn by the seed. */
export function codedQuestions(questions: Questions, { template }: PromptProgram, seed: number): CodedQuestions {
  const coded = codedPrompt(template, seed);
  const inCodes = ({ demos }: Question): Question => ({ template: coded.template, demos: codedExamples(demos, coded) });
  return {
    questions: {
      needs: questions.needs,
      typical: questions.typical.map(inCodes),
      async about(texts, context) {
        const questionOf = await questions.about(texts, context);
        return (place) => inCodes(questionOf(place));
      },
    },
    decode: (answered) => decoded(answered, coded, template.labels),
  };
}
