/** @file A model behind an HTTP service, asked through a provider of the Vercel AI SDK: one attempt, without the SDK's own retries. */

import type { LanguageModelV3 } from "@ai-sdk/provider";
import { textWithoutSecrets, withoutSecrets } from "../../lib/http/without-secrets.js";
import { at, textAt } from "../../lib/json-value.js";
import { whenAborted } from "../../lib/when-aborted.js";
import { takenForm } from "../asking/taken-form.js";
import { keyHeader, secondsHeader } from "../batch/batch-transport.js";
import type { Pace } from "../client/rate-limiter.js";
import { requestKey } from "../client/request-key.js";
import { type Caller, isCallError, limitsTold, toLlmError } from "../http/failure.js";
import { parsedBody } from "../http/json-body.js";
import { readResponseBody, type SaidCompletion } from "../http/response-body.js";
import { readUsage } from "../http/usage.js";
import {
  type CompletionRequest,
  type Llm,
  LlmError,
  type ModelCard,
  maxCompletionCharacters,
  type Reply,
  type RequestPart,
  type UnderWay,
} from "../llm.js";
import { readJson } from "../reading/json-answer.js";
import { createFormState, type FormState, type RequestForm, type UsedParts } from "./request-form.js";

/** The SDK's interface to one model, in its present version. */
export type SdkModel = LanguageModelV3;
type SdkResult = Awaited<ReturnType<SdkModel["doGenerate"]>>;
type SdkPrompt = Parameters<SdkModel["doGenerate"]>[0]["prompt"];

/** What of the SDK's interface is used. */
export interface ChatModel extends Pick<SdkModel, "doGenerate"> {
  /** Whether it takes `ChatNames`. */
  readonly canRename?: boolean;
}

/** OpenAI's other names for two parts of a request, among a call's `providerOptions` as `chat`: models and proxies take one each. */
export interface ChatNames {
  readonly role: "usual" | "other";
  readonly limit: "usual" | "other";
}

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

/** The form in which requests are taken to be accepted by a model, at first. */
export function firstForm(features: Features): RequestForm {
  return { ...features, role: "usual", limit: "usual", mostOutputTokens: null };
}

/**
 * A model that can be asked. Where a request is refused for a part that is not needed, that part is left out or put otherwise from then on.
 * `underWay` where `model` answers in batches.
 *
 * @param form what is known of the form in which it takes requests; nothing but its features unless given
 */
export function servedLlm(
  card: ModelCard,
  model: ChatModel,
  features: Features,
  pace: Pace,
  caller: Caller,
  underWay?: UnderWay,
  form: FormState = createFormState(firstForm(features), model.canRename === true, underWay === undefined),
): Llm {
  let parameters: Llm["parameters"] = {};
  let parametersOfForm: RequestForm | undefined;
  /** Requests whose answer was no JSON, says the service. */
  const misgenerated = new WeakSet<CompletionRequest>();
  return {
    ...card,
    pace,
    ...(underWay === undefined ? {} : { underWay }),
    get parameters() {
      if (parametersOfForm !== form.current) {
        parametersOfForm = form.current;
        parameters = parametersOf(form.current);
      }
      return parameters;
    },
    get isStructured() {
      return form.current.structure;
    },
    get hasLogprobs() {
      return form.current.logprobs;
    },
    get hasSystemRole() {
      return form.current.role !== "merged";
    },
    get mostOutputTokens() {
      return form.current.mostOutputTokens;
    },
    takeNotes: () => form.takeNotes().map((note) => `${card.spec} ${note}`),
    async complete(request, signal) {
      const formed = form.current;
      const key = underWay === undefined ? undefined : requestKey(this, request);
      while (form.trial !== null) await whileWaiting(form.trial, signal);
      // It was formed before the last one was refused.
      if (form.current !== formed) throw outdated(card);
      const used = usedParts(request, formed);
      const startedAt = performance.now();
      const seconds = (): number | null => (underWay === undefined ? (performance.now() - startedAt) / 1000 : null);
      try {
        const result = await generated(model, request, formed, signal, key);
        form.answered(formed);
        return toReply(result, seconds(), caller);
      } catch (error) {
        signal.throwIfAborted();
        const answer = answerIn(error, caller) ?? (misgenerated.has(request) ? failedGeneration(error, caller) : null);
        if (answer !== null) {
          form.answered(formed);
          return { completion: { ...answer, latencySeconds: seconds() }, pauseSeconds: 0 };
        }
        if (failedGeneration(error, caller) !== null) misgenerated.add(request);
        const failed = toLlmError(error, caller);
        if (!(failed instanceof LlmError) || failed.refusedParts === null) throw failed;
        const refusal = { parts: failed.refusedParts, message: error instanceof Error ? error.message : "" };
        // What an answer on trial took is paid, though it is asked for once more in the form that was found.
        let usage: LlmError["usage"] = null;
        const isMended = await form.refused(formed, used, refusal, async (other) => {
          const answered = await triedOut(model, request, other, signal, caller);
          usage = answered?.usage ?? null;
          return answered !== null;
        });
        throw new LlmError(isMended ? "unsupported" : "request", failed.message, null, usage);
      }
    },
  };
}

function outdated({ spec }: ModelCard): LlmError {
  return new LlmError("unsupported", `${spec} takes requests in another form by now.`);
}

/** Waits until the other request is done, however it ends. Throws the signal's reason. */
async function whileWaiting(trial: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const forget = whenAborted(signal, () => reject(signal.reason));
    trial
      .catch(() => {})
      .finally(() => {
        forget();
        resolve();
      });
  });
}

/** One request in a form. */
async function generated(
  model: ChatModel,
  request: CompletionRequest,
  form: RequestForm,
  signal: AbortSignal,
  key: string | undefined,
): Promise<SdkResult> {
  const isScored = request.wantsLogprobs === true && form.logprobs;
  return model.doGenerate({
    prompt: toSdkPrompt(request),
    maxOutputTokens: request.maxOutputTokens,
    abortSignal: signal,
    ...(key === undefined ? {} : { headers: { [keyHeader]: key } }),
    ...(form.temperature ? { temperature: request.temperature ?? 0 } : {}),
    ...(form.seed ? { seed: request.repeat ?? 0 } : {}),
    providerOptions: {
      ...(isScored ? logprobOptions : {}),
      ...(model.canRename === true ? { chat: chatNames(form) } : {}),
    },
    ...(request.schema === undefined ? {} : { responseFormat: { type: "json", schema: request.schema, name: "answer" } }),
  });
}

/** What a request is answered in another form; `null` where it is refused in that one too. Throws what else goes wrong. */
async function triedOut(
  model: ChatModel,
  request: CompletionRequest,
  form: RequestForm,
  signal: AbortSignal,
  caller: Caller,
): Promise<SaidCompletion | null> {
  const { schema, ...plain } = takenForm(request, { ...form, hasSystemRole: form.role !== "merged" });
  const asked = form.structure && schema !== undefined ? { ...plain, schema } : plain;
  try {
    return toReply(await generated(model, asked, form, signal, undefined), null, caller).completion;
  } catch (error) {
    signal.throwIfAborted();
    const failed = toLlmError(error, caller);
    if (failed instanceof LlmError && failed.refusedParts !== null) return null;
    throw failed;
  }
}

/** The parts that a request makes use of. */
function usedParts(request: CompletionRequest, form: RequestForm): UsedParts {
  return new Set<RequestPart>([
    "limit",
    ...(request.schema === undefined ? [] : (["structure"] as const)),
    ...(request.wantsLogprobs === true && form.logprobs ? (["logprobs"] as const) : []),
    ...(form.seed ? (["seed"] as const) : []),
    ...(form.temperature ? (["temperature"] as const) : []),
    ...(request.messages.some(({ role }) => role === "system") ? (["role"] as const) : []),
  ]);
}

function chatNames({ role, limit }: RequestForm): Readonly<Record<keyof ChatNames, string>> {
  return { role: role === "other" ? "other" : "usual", limit };
}

/**
 * What a model wrote that its service would not take for the JSON that was asked for: Groq sends it with the error. Where it is the beginning of JSON,
 * it counts as cut off. `null` where an error has none.
 */
function failedGeneration(error: unknown, { secrets }: Caller): SaidCompletion | null {
  if (!isCallError(error)) return null;
  const body = withoutSecrets(parsedBody(error.responseBody), secrets);
  const text = textAt(at(body, "error"), "failed_generation")?.trim() ?? "";
  if (text === "") return null;
  const isCut = /^[{[]/.test(text) && readJson(text) === undefined;
  return { text: text.slice(0, maxCompletionCharacters), finish: isCut ? "length" : "other", usage: null, servedBy: null };
}

/** One fixed seed, but for repetitions: an equal prompt is then an equal request, and its answer can be stored. */
function parametersOf({ temperature, seed }: RequestForm): Llm["parameters"] {
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
function toReply(result: SdkResult, latencySeconds: number | null, caller: Caller): Reply {
  const said = readResponseBody(withoutSecrets(result.response?.body, caller.secrets));
  const told = result.response?.headers?.[secondsHeader];
  const completion = keepable(said === null || "fault" in said ? sdkCompletion(result, caller) : said, caller);
  const seconds = latencySeconds ?? (told === undefined ? null : Number(told));
  return { completion: { ...completion, latencySeconds: seconds }, ...limitsTold(result.response?.headers) };
}

/** An answer as it may be kept: a key may stand in it in pieces that were put together only now. */
function keepable(said: SaidCompletion, { secrets }: Caller): SaidCompletion {
  const text = textWithoutSecrets(said.text, secrets);
  if (text === said.text) return said;
  const { logprobs: _, ...rest } = said;
  return { ...rest, text };
}

function sdkCompletion({ content, finishReason: { unified }, usage, response }: SdkResult, { secrets }: Caller): SaidCompletion {
  const said = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const text = textWithoutSecrets(said, secrets);
  return {
    text: text.slice(0, maxCompletionCharacters),
    finish: unified === "stop" || unified === "length" ? unified : unified === "content-filter" ? "filtered" : "other",
    usage: readUsage(usage.raw),
    servedBy: response?.modelId === undefined ? null : textWithoutSecrets(response.modelId, secrets),
  };
}

/** An answer that the SDK takes for none: a prompt that was blocked has no candidates, content may be a list. */
function answerIn(error: unknown, caller: Caller): SaidCompletion | null {
  if (!isCallError(error) || error.statusCode === undefined || error.statusCode >= 300) return null;
  const said = readResponseBody(withoutSecrets(parsedBody(error.responseBody), caller.secrets));
  return said === null || "fault" in said ? null : keepable(said, caller);
}
