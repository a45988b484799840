import { BadRequestError, messageOf, type Protocol, textOfContent } from "./protocol.js";

interface MessagesBody {
  readonly model?: unknown;
  readonly max_tokens?: unknown;
  readonly system?: unknown;
  readonly messages?: unknown;
  readonly temperature?: number;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly name?: string; readonly input_schema?: unknown }[];
  readonly tool_choice?: { readonly type?: string; readonly name?: string };
  readonly output_config?: { readonly format?: { readonly type?: string; readonly schema?: unknown } };
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

/** Anthropic's messages, without streaming. The prompt cache is read only where the request marks something for it. */
export const anthropicProtocol: Protocol = {
  name: "anthropic",
  path: "/v1/messages",
  keyHeader: "x-api-key",
  read(body) {
    const given = (body ?? {}) as MessagesBody;
    if (typeof given.model !== "string") throw new BadRequestError("model: Field required");
    if (typeof given.max_tokens !== "number") throw new BadRequestError("max_tokens: Field required");
    if (!Array.isArray(given.messages) || given.messages.length === 0)
      throw new BadRequestError("messages: at least one message is required");
    if (given.stream === true) throw new BadRequestError("This server does not stream.");
    const tool = given.tools?.find(({ name }) => given.tool_choice?.type !== "tool" || name === given.tool_choice.name);
    const format = given.output_config?.format;
    return {
      model: given.model,
      messages: [
        ...(given.system === undefined ? [] : [{ role: "system" as const, content: textOfContent(given.system) }]),
        ...given.messages.map(messageOf),
      ],
      temperature: given.temperature,
      seed: undefined,
      maxTokens: given.max_tokens,
      topLogprobs: null,
      schema: tool?.input_schema ?? (format?.type === "json_schema" ? (format.schema ?? null) : null),
      isToolAnswer: tool !== undefined,
      usesPromptCache: JSON.stringify(body).includes('"cache_control"'),
    };
  },
  answer(request, { content, finish }, usage) {
    const isTool = request.isToolAnswer && finish === "stop" && content !== null;
    const part = isTool
      ? { type: "tool_use", id: "toolu_simulated", name: "json", input: JSON.parse(content) as unknown }
      : { type: "text", text: content };
    return {
      id: "msg_simulated",
      type: "message",
      role: "assistant",
      model: request.model,
      content: content === null ? [] : [part],
      stop_reason: isTool ? "tool_use" : { stop: "end_turn", length: "max_tokens", refusal: "refusal" }[finish],
      stop_sequence: null,
      usage: {
        // Unlike OpenAI's, without what was read from the cache.
        input_tokens: usage.inputTokens - usage.cachedInputTokens,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: usage.cachedInputTokens,
        output_tokens: usage.outputTokens,
      },
    };
  },
  error(general, message, code) {
    // An empty account is a bad request, and overload has a status of its own.
    const status = code === "insufficient_quota" ? 400 : general === 503 ? 529 : general;
    const said = code === "insufficient_quota" ? "Your credit balance is too low to access the Anthropic API." : message;
    return {
      status,
      body: { type: "error", error: { type: errorTypes[status] ?? "api_error", message: said }, request_id: "req_simulated" },
    };
  },
  limitHeaders: ({ limit, remaining, resetSeconds }) => ({
    "anthropic-ratelimit-requests-limit": String(limit),
    "anthropic-ratelimit-requests-remaining": String(remaining),
    "anthropic-ratelimit-requests-reset": new Date(Date.now() + resetSeconds * 1000).toISOString(),
  }),
};
