import type { TokenLogprob } from "../../../src/prompt/llm.js";
import { BadRequestError, messageOf, type Protocol } from "./protocol.js";

interface ChatBody {
  readonly model?: unknown;
  readonly messages?: unknown;
  readonly temperature?: number;
  readonly seed?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly stream?: boolean;
  readonly n?: number;
  readonly response_format?: { readonly type?: string; readonly json_schema?: { readonly schema?: unknown } };
}

const errorTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  429: "requests",
  500: "server_error",
  503: "server_error",
};

/** OpenAI's chat completions, without streaming. */
export const openaiProtocol: Protocol = {
  name: "openai",
  path: "/v1/chat/completions",
  keyHeader: "authorization",
  read(body) {
    const chat = (body ?? {}) as ChatBody;
    if (typeof chat.model !== "string") throw new BadRequestError("you must provide a model parameter");
    if (!Array.isArray(chat.messages) || chat.messages.length === 0)
      throw new BadRequestError("Missing required parameter: 'messages'.");
    if (chat.stream === true || (chat.n ?? 1) !== 1)
      throw new BadRequestError("This server neither streams nor answers more than once.");
    if (chat.top_logprobs !== undefined && !(chat.top_logprobs >= 0 && chat.top_logprobs <= 20))
      throw new BadRequestError("Invalid value for 'top_logprobs': must be between 0 and 20.");
    const { response_format: format } = chat;
    return {
      model: chat.model,
      messages: chat.messages.map(messageOf),
      temperature: chat.temperature,
      seed: chat.seed,
      maxTokens: chat.max_completion_tokens ?? chat.max_tokens ?? Number.POSITIVE_INFINITY,
      topLogprobs: chat.logprobs === true ? (chat.top_logprobs ?? 0) : null,
      schema: format?.type === "json_schema" ? (format.json_schema?.schema ?? null) : null,
      isToolAnswer: false,
      usesPromptCache: true,
    };
  },
  answer(request, { content, finish, logprobs }, usage) {
    const isRefused = finish === "refusal";
    const choice = {
      index: 0,
      message: { role: "assistant", content: isRefused ? null : content, refusal: isRefused ? content : null },
      logprobs: logprobs === undefined ? null : { content: logprobs.map(tokenOf), refusal: null },
      finish_reason: isRefused ? "stop" : finish,
    };
    return {
      id: "chatcmpl-simulated",
      object: "chat.completion",
      created: 1,
      model: request.model,
      choices: content === null && !isRefused ? [] : [choice],
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
        prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
        completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      },
    };
  },
  error: (status, message, code) => ({
    status,
    body: { error: { message, type: errorTypes[status] ?? "invalid_request_error", param: null, code } },
  }),
  limitHeaders: ({ limit, remaining, resetSeconds }) => ({
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": `${Math.ceil(resetSeconds * 1000)}ms`,
  }),
};

function tokenOf({ token, logprob, top }: TokenLogprob) {
  const form = (text: string, value: number) => ({ token: text, logprob: value, bytes: [...Buffer.from(text, "utf8")] });
  return { ...form(token, logprob), top_logprobs: top.map((other) => form(other.token, other.logprob)) };
}
