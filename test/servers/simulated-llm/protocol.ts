/** @file What the two protocols have in common. */

import type { Message } from "../../../src/prompt/llm.js";
import type { Usage } from "../../../src/types/prediction.js";
import type { SimulatedAnswer } from "./model.js";
import type { LimitState } from "./rate-limit.js";

/** A request, whatever protocol it came in. */
export interface ProtocolRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature: number | undefined;
  readonly seed: number | undefined;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  readonly topLogprobs: number | null;
  /** A JSON schema for the answer, or `null`. */
  readonly schema: unknown;
  /** Whether the answer to a schema is wanted as the input of a tool. */
  readonly isToolAnswer: boolean;
  /** Whether a repeated beginning may be read from the prompt cache. */
  readonly usesPromptCache: boolean;
}

/** Forms of a protocol. */
export interface Protocol {
  readonly name: "openai" | "anthropic";
  /** Path below the server's address. */
  readonly path: string;
  /** Header in which the key is sent. */
  readonly keyHeader: string;
  /** Throws `BadRequestError` where a request is none. */
  read(body: unknown): ProtocolRequest;
  /** The body of an answer; without any content where `content` is `null`. */
  answer(
    request: ProtocolRequest,
    answer: Omit<SimulatedAnswer, "content"> & { readonly content: string | null },
    usage: Usage,
  ): object;
  /** The body of an error, and its status, which differs from the general one in places. */
  error(status: number, message: string, code: string): { readonly status: number; readonly body: object };
  limitHeaders(limit: LimitState): Record<string, string>;
}

/** A request that cannot be answered as it stands: a 400. */
export class BadRequestError extends Error {
  override readonly name = "BadRequestError";
}

/** The text of a content, which may be a string or a list of parts. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw new BadRequestError("Invalid value for 'content': expected a string or an array.");
  return content
    .map((part: { type?: unknown; text?: unknown }) => {
      if (part.type !== "text" || typeof part.text !== "string")
        throw new BadRequestError("Only content of type 'text' is supported.");
      return part.text;
    })
    .join("");
}

/** A turn of a conversation. */
export function messageOf(message: unknown): Message {
  const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
  if (role === "developer" || role === "system") return { role: "system", content: textOfContent(content) };
  if (role === "user" || role === "assistant") return { role, content: textOfContent(content) };
  throw new BadRequestError(`Invalid value for 'role': ${JSON.stringify(role)}.`);
}
