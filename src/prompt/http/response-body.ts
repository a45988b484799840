/**
 * @file What the body of a response says, in the formats of today's services: OpenAI's chat completions and responses, Anthropic's messages, Google's
 * candidates, Ollama's and Cohere's messages. Live answers, answers of batches and recorded ones are read by this one code.
 */

import { at, textAt } from "../../lib/json-value.js";
import { type Completion, maxCompletionCharacters } from "../llm.js";
import { readLogprobs } from "../reading/read-logprobs.js";
import { readUsage } from "./usage.js";

/** An answer, but for the time it took. */
export type SaidCompletion = Omit<Completion, "latencySeconds">;

/** What a service sent in place of an answer, though its status was that of one. */
export interface ResponseFault {
  readonly fault: string;
  /** Of the error within, where it has one: from 400 on. */
  readonly status: number | null;
}

/** Before it is brought into one form. */
interface Said {
  readonly text: string;
  /** Thoughts that the service keeps apart from the answer. */
  readonly thoughts: string;
  /** Of the model; `""` where it did not refuse. */
  readonly refusal: string;
  /** Why it stopped, in the service's words. */
  readonly reason: string | null;
  readonly usage: unknown;
  readonly model: string | null;
  readonly logprobs?: Completion["logprobs"];
}

/** One row a format: what a body of it says, or `undefined` where it is of another. */
const formats: readonly ((body: unknown) => Said | ResponseFault | undefined)[] = [
  chatCompletion,
  response,
  anthropicMessage,
  candidates,
  message,
];

/** What a parsed body says; `null` where it is in no format that is known here. */
export function readResponseBody(body: unknown): SaidCompletion | ResponseFault | null {
  const fault = faultAt(at(body, "error"));
  if (fault !== null) return fault;
  for (const read of formats) {
    const said = read(body);
    if (said !== undefined) return "fault" in said ? said : completionOf(said);
  }
  return null;
}

/** Why a model stopped, by the words of all services; of those that are missing nothing follows. */
const finishes: Readonly<Record<string, Completion["finish"]>> = {
  stop: "stop",
  stop_sequence: "stop",
  end_turn: "stop",
  eos: "stop",
  eos_token: "stop",
  complete: "stop",
  completed: "stop",
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  model_length: "length",
  model_context_window_exceeded: "length",
  refusal: "refused",
  content_filter: "filtered",
  content_filtered: "filtered",
  guardrail_intervened: "filtered",
  error_toxic: "filtered",
  sensitive: "filtered",
  safety: "filtered",
  recitation: "filtered",
  blocklist: "filtered",
  prohibited_content: "filtered",
  spii: "filtered",
  image_safety: "filtered",
  model_armor: "filtered",
};

function completionOf({ text, thoughts, refusal, reason, usage, model, logprobs }: Said): SaidCompletion {
  const stopped = finishes[(reason ?? "").toLowerCase()] ?? "other";
  // Thoughts without an answer behind them were cut off, whatever is said of it.
  const isCut = text.trim() === "" && thoughts.trim() !== "" && (stopped === "stop" || stopped === "other");
  return {
    text: (refusal === "" ? text : refusal).slice(0, maxCompletionCharacters),
    finish: refusal !== "" ? "refused" : isCut ? "length" : stopped,
    usage: readUsage(usage),
    servedBy: model,
    ...(logprobs === undefined || refusal !== "" ? {} : { logprobs }),
  };
}

function chatCompletion(body: unknown): Said | ResponseFault | undefined {
  const choice = firstChoice(at(body, "choices"));
  const said = at(choice, "message");
  const legacy = textAt(choice, "text");
  const reason = textAt(choice, "finish_reason");
  const fault = faultAt(at(choice, "error")) ?? (reason === "error" ? { fault: "finish_reason is error", status: null } : null);
  if (fault !== null) return fault;
  if (said === undefined && legacy === null) return undefined;
  const parts = partsOf(at(said, "content"));
  const logprobs = readLogprobs(choice);
  return {
    text: parts.text || legacy || argumentsOf(at(said, "tool_calls")),
    thoughts:
      parts.thoughts || (textAt(said, "reasoning_content") ?? textAt(said, "reasoning") ?? textAt(said, "thinking") ?? ""),
    refusal: textAt(said, "refusal") || parts.refusal,
    reason: reason === null || reason === "tool_calls" || reason === "function_call" ? "stop" : reason,
    usage: at(body, "usage"),
    model: textAt(body, "model"),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

/** The one with the index 0, wherever it stands; one alone may have any. */
function firstChoice(choices: unknown): unknown {
  const first = Array.isArray(choices) ? choices.find((choice) => at(choice, "index") === 0) : undefined;
  return first ?? at(choices, 0);
}

function response(body: unknown): Said | ResponseFault | undefined {
  const items = at(body, "output");
  if (!Array.isArray(items)) return undefined;
  const status = textAt(body, "status");
  if (status === "failed" || status === "cancelled" || status === "queued" || status === "in_progress")
    return { fault: `the response is ${status}`, status: null };
  const of = (type: string): unknown[] => items.filter((item) => textAt(item, "type") === type);
  const parts = of("message").map((item) => partsOf(at(item, "content")));
  return {
    text: parts.map(({ text }) => text).join("") || of("function_call").map((item) => textAt(item, "arguments") ?? "")[0] || "",
    thoughts: of("reasoning").length > 0 && status === "incomplete" ? "(kept back)" : "",
    refusal: parts.map(({ refusal }) => refusal).join(""),
    reason: textAt(at(body, "incomplete_details"), "reason") ?? status,
    usage: at(body, "usage"),
    model: textAt(body, "model"),
  };
}

function anthropicMessage(body: unknown): Said | undefined {
  const content = at(body, "content");
  if (!Array.isArray(content) && typeof content !== "string") return undefined;
  if (textAt(body, "type") !== "message" && textAt(body, "role") !== "assistant") return undefined;
  const parts = partsOf(content);
  const reason = textAt(body, "stop_reason");
  return {
    ...parts,
    // Some are asked for JSON as the input of a tool.
    text: parts.text || parts.input,
    reason: reason === "tool_use" ? "stop" : reason,
    usage: at(body, "usage"),
    model: textAt(body, "model"),
  };
}

function candidates(body: unknown): Said | undefined {
  const all = at(body, "candidates");
  const blocked = textAt(at(body, "promptFeedback"), "blockReason");
  const first = firstChoice(all);
  if (first === undefined && blocked === null) return undefined;
  const parts = partsOf(at(at(first, "content"), "parts"));
  return {
    ...parts,
    text: parts.text || parts.input,
    reason: first === undefined ? "safety" : textAt(first, "finishReason"),
    usage: at(body, "usageMetadata"),
    model: textAt(body, "modelVersion"),
  };
}

function message(body: unknown): Said | undefined {
  const said = at(body, "message") ?? at(at(body, "output"), "message");
  const content = at(said, "content");
  if (!Array.isArray(content) && typeof content !== "string") return undefined;
  const parts = partsOf(content);
  const [input, output] = [at(body, "prompt_eval_count"), at(body, "eval_count")];
  return {
    ...parts,
    thoughts: parts.thoughts || (textAt(said, "thinking") ?? ""),
    reason: textAt(body, "done_reason") ?? textAt(body, "finish_reason") ?? textAt(body, "stopReason"),
    usage: input === undefined ? at(body, "usage") : { prompt_tokens: input, completion_tokens: output },
    model: textAt(body, "model"),
  };
}

/** What the content of a message says, a text or a list of parts. */
interface Parts {
  readonly text: string;
  readonly thoughts: string;
  readonly refusal: string;
  /** Of the first call of a tool, as JSON. */
  readonly input: string;
}

function partsOf(content: unknown): Parts {
  if (!Array.isArray(content)) return { text: typeof content === "string" ? content : "", thoughts: "", refusal: "", input: "" };
  const parts = { text: "", thoughts: "", refusal: "", input: "" };
  for (const part of content) {
    const type = textAt(part, "type");
    const call = at(part, "input") ?? at(at(part, "functionCall"), "args");
    if (at(part, "thought") === true || /think|reason/.test(type ?? "")) parts.thoughts += thoughtsOf(part);
    else if (type === "refusal") parts.refusal += textAt(part, "refusal") ?? "";
    else if (call !== undefined && parts.input === "") parts.input = JSON.stringify(call);
    else parts.text += typeof part === "string" ? part : (textAt(part, "text") ?? textAt(at(part, "text"), "value") ?? "");
  }
  return parts;
}

/** Thoughts may be a list of parts themselves, or kept back. */
function thoughtsOf(part: unknown): string {
  const { text } = partsOf(at(part, "thinking"));
  return text || textAt(part, "text") || "(kept back)";
}

function argumentsOf(calls: unknown): string {
  return textAt(at(at(calls, 0), "function"), "arguments") ?? "";
}

function faultAt(error: unknown): ResponseFault | null {
  const isThere = typeof error === "string" ? error !== "" : typeof error === "object" && Object.keys(error ?? {}).length > 0;
  if (!isThere) return null;
  const code = Number(at(error, "code") ?? at(error, "status"));
  const said = typeof error === "string" ? error : (textAt(error, "message") ?? textAt(error, "code") ?? JSON.stringify(error));
  return { fault: said, status: code >= 400 && code < 600 ? code : null };
}
