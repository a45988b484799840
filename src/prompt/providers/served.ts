/** @file A model behind an HTTP service, asked through a provider of the Vercel AI SDK: one attempt, without the SDK's own retries. */

import type { LanguageModelV3 } from "@ai-sdk/provider";
import { keyHeader } from "../batch/batch-transport.js";
import {
  type CompletionRequest,
  type Llm,
  LlmError,
  type ModelCard,
  maxCompletionCharacters,
  type Reply,
  type UnderWay,
} from "../llm.js";
import type { Pace } from "../pace.js";
import { requestKey } from "../request-key.js";
import { readResponseBody, type SaidCompletion } from "../response-body.js";
import { readUsage } from "../usage.js";
import { type Caller, isCallError, limitsTold, toLlmError, unsupportedParameter } from "./failure.js";

/** The SDK's interface to one model, in its present version. */
export type SdkModel = LanguageModelV3;
type SdkResult = Awaited<ReturnType<SdkModel["doGenerate"]>>;
type SdkPrompt = Parameters<SdkModel["doGenerate"]>[0]["prompt"];

/** What a service is taken to accept until it says otherwise. */
export interface Features {
  readonly temperature: boolean;
  readonly seed: boolean;
  readonly structure: boolean;
  readonly logprobs: boolean;
}

/** The most alternatives a token that OpenAI tells. */
const mostAlternatives = 20;
/** How log-probabilities are asked for. Each provider of the SDK reads its own entry, and those of Anthropic and Google have no such thing. */
const logprobOptions = {
  openai: { logprobs: mostAlternatives },
  compatible: { logprobs: true, top_logprobs: mostAlternatives },
};

/**
 * A model that can be asked. Where a request is refused for a parameter, the parameter is left out from then on. `underWay` where `model` answers
 * in batches.
 */
export function servedLlm(
  card: ModelCard,
  model: Pick<SdkModel, "doGenerate">,
  features: Features,
  pace: Pace,
  caller: Caller,
  underWay?: UnderWay,
): Llm {
  const accepted = { ...features };
  let parameters = parametersOf(accepted);
  return {
    ...card,
    pace,
    ...(underWay === undefined ? {} : { underWay }),
    get parameters() {
      return parameters;
    },
    get isStructured() {
      return accepted.structure;
    },
    get hasLogprobs() {
      return accepted.logprobs;
    },
    async complete(request, signal) {
      const sent = {
        ...accepted,
        structure: request.schema !== undefined,
        logprobs: request.wantsLogprobs === true && accepted.logprobs,
      };
      const startedAt = performance.now();
      const seconds = (): number | null => (underWay === undefined ? (performance.now() - startedAt) / 1000 : null);
      let result: SdkResult;
      try {
        result = await model.doGenerate({
          prompt: toSdkPrompt(request),
          maxOutputTokens: request.maxOutputTokens,
          abortSignal: signal,
          ...(underWay === undefined ? {} : { headers: { [keyHeader]: requestKey(this, request) } }),
          ...(accepted.temperature ? { temperature: request.temperature ?? 0 } : {}),
          ...(accepted.seed ? { seed: request.repeat ?? 0 } : {}),
          ...(sent.logprobs ? { providerOptions: logprobOptions } : {}),
          ...(request.schema === undefined ? {} : { responseFormat: { type: "json", schema: request.schema, name: "answer" } }),
        });
      } catch (error) {
        signal.throwIfAborted();
        const answer = answerIn(error);
        if (answer !== null) return { completion: { ...answer, latencySeconds: seconds() }, pauseSeconds: 0 };
        const failed = toLlmError(error, caller);
        if (!(failed instanceof LlmError) || failed.kind !== "unsupported") throw failed;
        const parameter = unsupportedParameter(failed.message) ?? (sent.structure ? "structure" : null);
        // Complaints about what was not sent are about the request itself.
        if (parameter === null || !sent[parameter]) throw new LlmError("request", failed.message);
        accepted[parameter] = false;
        parameters = parametersOf(accepted);
        throw failed;
      }
      return toReply(result, seconds());
    },
  };
}

/** One fixed seed, but for repetitions: an equal prompt is then an equal request, and its answer can be stored. */
function parametersOf({ temperature, seed }: Features): Llm["parameters"] {
  return { ...(temperature ? { temperature: 0 } : {}), ...(seed ? { seed: 0 } : {}) };
}

function toSdkPrompt(request: CompletionRequest): SdkPrompt {
  return request.messages.map((message) =>
    message.role === "system"
      ? { role: "system", content: message.content }
      : { role: message.role, content: [{ type: "text", text: message.content }] },
  );
}

/** What came back, as the body says it; the SDK reads less. Of a body that is in no known format, what the SDK makes of it. */
function toReply(result: SdkResult, latencySeconds: number | null): Reply {
  const said = readResponseBody(result.response?.body);
  const completion = said === null || "fault" in said ? sdkCompletion(result) : said;
  return { completion: { ...completion, latencySeconds }, ...limitsTold(result.response?.headers) };
}

function sdkCompletion({ content, finishReason: { unified }, usage, response }: SdkResult): SaidCompletion {
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return {
    text: text.slice(0, maxCompletionCharacters),
    finish: unified === "stop" || unified === "length" ? unified : unified === "content-filter" ? "filtered" : "other",
    usage: readUsage(usage.raw),
    servedBy: response?.modelId ?? null,
  };
}

/** An answer that the SDK takes for none: a prompt that was blocked has no candidates, content may be a list. */
function answerIn(error: unknown): SaidCompletion | null {
  if (!isCallError(error) || error.statusCode === undefined || error.statusCode >= 300) return null;
  try {
    const said = readResponseBody(JSON.parse(error.responseBody ?? ""));
    return said === null || "fault" in said ? null : said;
  } catch {
    return null;
  }
}
