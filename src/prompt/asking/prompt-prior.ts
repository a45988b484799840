import type { PredictContext } from "../../types/approach.js";
import type { Answered, LlmClient } from "../client/llm-client.js";
import { type CompletionRequest, type Llm, LlmError } from "../llm.js";
import type { PromptProgram } from "../program.js";
import { contentFreeInputs, contentFreePrior } from "../scoring/contextual-calibration.js";
import type { Question, Questions } from "./question.js";

/** What asking needs to know what a prompt leans to. */
export interface PriorParts {
  readonly client: LlmClient;
  readonly questions: Questions;
  /** The request about a text, as it is sent. */
  readonly request: (question: Question, text: string, asked: Llm) => CompletionRequest;
}

/** Why a prompt's answers cannot be calibrated: its prior has to be that of the very prompt each text is asked with. `null`: they can. */
export function whyUncalibrated({ template, demos, samples, shortlist }: PromptProgram): string | null {
  if (samples > 1) return "votes say how sure it is";
  if (template.isMultiLabel) return "a text may have several labels";
  return demos.kind === "retrieved" || shortlist !== null ? "each text has a prompt of its own" : null;
}

/**
 * What a prompt leans to before it has seen a text, for contextual calibration: asked about once for each text without content, through the
 * client. `null`, with a note, where the answers have no log-probabilities of labels.
 */
export async function promptPrior(
  { client, questions, request }: PriorParts,
  template: PromptProgram["template"],
  context: PredictContext,
): Promise<Readonly<Record<string, number>> | null> {
  const questionOf = await questions.about(contentFreeInputs, context);
  const { signal } = context;
  const ask = (text: string): Promise<Answered> =>
    client.ask((asked) => request(questionOf(contentFreeInputs.indexOf(text)), text, asked), { wait: signal, request: signal });
  const uncalibrated = (why: string): null => {
    context.log({ kind: "note", text: `Answers are not calibrated: ${why}.` });
    return null;
  };
  try {
    const { prior, requests } = await contentFreePrior(ask, template);
    for (const { completion, costUsd } of requests) {
      const { inputTokens = 0, outputTokens = 0 } = completion.usage ?? {};
      context.spend({ usd: costUsd ?? 0, inputTokens, outputTokens });
    }
    return prior ?? uncalibrated("the service gives no log-probabilities of the labels");
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    return uncalibrated(error.message.replace(/\.$/, ""));
  }
}
