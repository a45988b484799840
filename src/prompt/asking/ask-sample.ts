import type { Answered, LlmClient, Signals } from "../client/llm-client.js";
import { type Completion, type CompletionRequest, type Llm, LlmError } from "../llm.js";
import { readCompletion } from "../reading/read-completion.js";
import type { Vote } from "../reading/votes.js";
import { scored } from "../scoring/scored.js";
import { type AnswerStyle, type PromptTemplate, renderCorrection } from "../template.js";

/** One answer to a question. */
export interface Sample {
  readonly vote: Vote;
  /** What was asked for it, one after the other; empty where not even the first request was answered. */
  readonly requests: readonly Answered[];
  /** Why there is no answer, where asking failed for good. */
  readonly error?: string;
}

/** How an answer is read. */
export interface SampleTask {
  readonly template: PromptTemplate;
  readonly style: AnswerStyle;
  /** What the prompt leans to, for calibration; `null`: scores are as they are. */
  readonly prior: Readonly<Record<string, number>> | null;
  /** What is said by a model that was not to write. `null`: it wrote all the same. @default read from its text */
  readonly vote?: (completion: Completion) => Vote | null;
}

/** Asks once; where the answer cannot be read, a second and last time. Throws what `LlmClient.ask` throws, but for the failure of a single request. */
export async function askSample(
  client: LlmClient,
  request: (llm: Llm) => CompletionRequest,
  task: SampleTask,
  signals: Signals,
): Promise<Sample> {
  const { template, style } = task;
  const requests: Answered[] = [];
  try {
    const first = await client.ask(request, signals);
    requests.push(first);
    const vote = voteOf(first.completion, task);
    if (vote.failure !== "unparseable") return { vote, requests };
    const second = await client.ask((asked) => renderCorrection(request(asked), first.completion.text, template, style), signals);
    requests.push(second);
    return { vote: voteOf(second.completion, task), requests };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    if (error.kind === "filtered")
      return { vote: { answer: null, failure: "refused", refusedBy: "host", rawAnswer: error.message.slice(0, 500) }, requests };
    return { vote: { answer: null, failure: "error" }, requests, error: error.message };
  }
}

/** What was said, and how sure it was where the completion tells. */
function voteOf(completion: Completion, { template, style, prior, vote }: SampleTask): Vote {
  return vote?.(completion) ?? scored(completion, readCompletion(completion, template, style), template, prior);
}
