/** @file Bodies of answers as today's services send them, one row a form. For tests of live, batched and recorded answers. */

import type { SaidCompletion } from "../../src/prompt/http/response-body.js";

export interface AnswerBody {
  readonly name: string;
  readonly body: unknown;
  /** What it says. */
  readonly said: Partial<SaidCompletion>;
  /** A model that answers so. */
  readonly spec?: string;
}

const chatUsage = { prompt_tokens: 90, completion_tokens: 6, total_tokens: 96 };
const usage = { inputTokens: 90, cachedInputTokens: 0, outputTokens: 6, reasoningTokens: 0 };

function chat(message: object, finish: string | null = "stop"): object {
  return {
    id: "c",
    model: "m-1",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    usage: chatUsage,
  };
}

function responses(output: readonly object[], rest: object = {}): object {
  const details = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 4 } };
  return {
    object: "response",
    status: "completed",
    error: null,
    incomplete_details: null,
    model: "m-1",
    output,
    usage: { input_tokens: 90, output_tokens: 6, total_tokens: 96, ...details },
    ...rest,
  };
}

const outputText = (text: string): object => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});

function anthropic(content: readonly object[], reason: string): object {
  return {
    type: "message",
    id: "msg_1",
    role: "assistant",
    model: "claude-haiku-4-5-20251001",
    content,
    stop_reason: reason,
    stop_sequence: null,
    usage: { input_tokens: 90, output_tokens: 6 },
  };
}

function gemini(parts: readonly object[] | null, reason = "STOP"): object {
  return {
    candidates: [{ ...(parts === null ? {} : { content: { role: "model", parts } }), finishReason: reason, index: 0 }],
    usageMetadata: { promptTokenCount: 90, candidatesTokenCount: 6, totalTokenCount: 96 },
    modelVersion: "gemini-2.5-flash",
  };
}

const claude = { spec: "anthropic:claude-haiku-4-5" };
const google = { spec: "google:gemini-2.5-flash" };

export const answerBodies: readonly AnswerBody[] = [
  { name: "chat, a text", body: chat({ content: "ham" }), said: { text: "ham", finish: "stop", usage, servedBy: "m-1" } },
  {
    name: "chat, parts of text",
    body: chat({
      content: [
        { type: "text", text: "ha" },
        { type: "text", text: "m" },
      ],
    }),
    said: { text: "ham", finish: "stop" },
  },
  {
    name: "chat, Mistral's thoughts as parts",
    body: chat({
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "spam?" }] },
        { type: "text", text: "ham" },
      ],
    }),
    said: { text: "ham", finish: "stop" },
  },
  {
    name: "chat, thoughts as a part without an answer",
    body: chat({ content: [{ type: "thinking", thinking: "spam?" }] }),
    said: { text: "", finish: "length" },
  },
  {
    name: "chat, thoughts beside the answer",
    body: chat({ content: "ham", reasoning_content: "spam?" }),
    said: { text: "ham", finish: "stop" },
  },
  {
    name: "chat, thoughts in place of the answer",
    body: chat({ content: null, reasoning_content: "It is ham." }),
    said: { text: "", finish: "length" },
  },
  {
    name: "chat, vLLM's thoughts in place of the answer",
    body: chat({ content: "", reasoning: "It is ham." }),
    said: { text: "", finish: "length" },
  },
  { name: "chat, nothing", body: chat({ content: null }), said: { text: "", finish: "stop" } },
  { name: "chat, a refusal", body: chat({ content: null, refusal: "I can't." }), said: { text: "I can't.", finish: "refused" } },
  {
    name: "chat, a refusal as a part",
    body: chat({ content: [{ type: "refusal", refusal: "I can't." }] }),
    said: { finish: "refused" },
  },
  { name: "chat, filtered", body: chat({ content: "" }, "content_filter"), said: { finish: "filtered" } },
  { name: "chat, cut off", body: chat({ content: "ha" }, "length"), said: { finish: "length" } },
  { name: "chat, without a reason", body: chat({ content: "ham" }, null), said: { text: "ham", finish: "stop" } },
  {
    name: "chat, a call of a tool",
    body: chat(
      { content: null, tool_calls: [{ type: "function", function: { name: "answer", arguments: '{"label":"ham"}' } }] },
      "tool_calls",
    ),
    said: { text: '{"label":"ham"}', finish: "stop" },
  },
  {
    name: "a completion of old",
    body: { model: "m-1", choices: [{ text: "ham", finish_reason: "stop" }], usage: chatUsage },
    said: { text: "ham", usage },
  },
  {
    name: "responses",
    body: responses([{ type: "reasoning", summary: [] }, outputText("ham")]),
    said: { text: "ham", finish: "stop", servedBy: "m-1", usage: { ...usage, reasoningTokens: 4 } },
  },
  {
    name: "responses, cut off",
    body: responses([{ type: "reasoning", summary: [] }], {
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    }),
    said: { text: "", finish: "length" },
  },
  {
    name: "responses, filtered",
    body: responses([], { status: "incomplete", incomplete_details: { reason: "content_filter" } }),
    said: { finish: "filtered" },
  },
  {
    name: "responses, a refusal",
    body: responses([{ type: "message", content: [{ type: "refusal", refusal: "I can't." }] }]),
    said: { text: "I can't.", finish: "refused" },
  },
  {
    name: "messages",
    body: anthropic([{ type: "text", text: "ham" }], "end_turn"),
    said: { text: "ham", finish: "stop", usage },
    ...claude,
  },
  {
    name: "messages, thoughts first",
    body: anthropic(
      [
        { type: "thinking", thinking: "spam?", signature: "s" },
        { type: "text", text: "ham" },
      ],
      "end_turn",
    ),
    said: { text: "ham", finish: "stop" },
    ...claude,
  },
  {
    name: "messages, JSON as the input of a tool",
    body: anthropic([{ type: "tool_use", id: "t", name: "json", input: { label: "ham" } }], "tool_use"),
    said: { text: '{"label":"ham"}', finish: "stop" },
    ...claude,
  },
  { name: "messages, a refusal", body: anthropic([], "refusal"), said: { finish: "refused" }, ...claude },
  {
    name: "messages, cut off",
    body: anthropic([{ type: "text", text: "ha" }], "max_tokens"),
    said: { finish: "length" },
    ...claude,
  },
  {
    name: "candidates",
    body: gemini([{ text: "ham" }]),
    said: { text: "ham", finish: "stop", usage, servedBy: "gemini-2.5-flash" },
    ...google,
  },
  {
    name: "candidates, thoughts first",
    body: gemini([{ text: "spam?", thought: true }, { text: "ham" }]),
    said: { text: "ham", finish: "stop" },
    ...google,
  },
  {
    name: "candidates, thoughts alone",
    body: gemini([{ text: "spam?", thought: true }]),
    said: { text: "", finish: "length" },
    ...google,
  },
  { name: "candidates, filtered", body: gemini(null, "SAFETY"), said: { finish: "filtered" }, ...google },
  { name: "candidates, prohibited", body: gemini([], "PROHIBITED_CONTENT"), said: { finish: "filtered" }, ...google },
  { name: "candidates, cut off", body: gemini([{ text: "ha" }], "MAX_TOKENS"), said: { finish: "length" }, ...google },
  {
    name: "a blocked prompt without candidates",
    body: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 90, totalTokenCount: 90 } },
    said: { text: "", finish: "filtered" },
    ...google,
  },
  {
    name: "a blocked prompt with no candidate",
    body: {
      candidates: [],
      promptFeedback: { blockReason: "SAFETY" },
      usageMetadata: { promptTokenCount: 90, totalTokenCount: 90 },
    },
    said: { text: "", finish: "filtered" },
    ...google,
  },
  {
    name: "Ollama's own",
    body: {
      model: "m-1",
      message: { role: "assistant", content: "ham", thinking: "spam?" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 90,
      eval_count: 6,
    },
    said: { text: "ham", finish: "stop", usage },
  },
  {
    name: "Cohere's own",
    body: {
      id: "c",
      message: {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "spam?" },
          { type: "text", text: "ham" },
        ],
      },
      finish_reason: "COMPLETE",
    },
    said: { text: "ham", finish: "stop" },
  },
];

export const faultyBodies: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly kind: string;
  readonly words: string;
}[] = [
  {
    name: "a choice with an error",
    body: {
      choices: [{ finish_reason: "error", message: { content: "" }, error: { code: 502, message: "Upstream idle timeout" } }],
    },
    kind: "server",
    words: "Upstream idle timeout",
  },
  {
    name: "a choice that ends in an error",
    body: chat({ content: "ha" }, "error"),
    kind: "malformed",
    words: "finish_reason is error",
  },
  { name: "an error with a status", body: { error: { code: 429, message: "Too many" } }, kind: "limit", words: "Too many" },
  { name: "an error in words", body: { error: "the model is loading" }, kind: "malformed", words: "loading" },
  {
    name: "a response that failed",
    body: responses([], { status: "failed", error: { code: "server_error", message: "The model broke down" } }),
    kind: "malformed",
    words: "broke down",
  },
];
