import { sha256 } from "../lib/hash.js";
import type { CompletionRequest, Llm } from "./llm.js";

/**
 * The key under which an answer is stored: SHA-256 of everything that matters for it. Model, address, messages, parameters and
 * schema, and where the same is asked repeatedly, which time it is; no key and no header.
 */
export function requestKey(llm: Pick<Llm, "provider" | "model" | "baseUrl" | "parameters">, request: CompletionRequest): string {
  const { temperature, maxOutputTokens } = request;
  // Where the model takes no temperature, none is sent, and what differs in nothing else is the same request.
  const drawing = temperature !== undefined && "temperature" in llm.parameters ? { temperature } : {};
  const parameters = Object.entries({ ...llm.parameters, ...drawing, maxOutputTokens }).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(
    "response-1",
    llm.provider,
    llm.model,
    llm.baseUrl,
    JSON.stringify(parameters),
    JSON.stringify(request.schema ?? null),
    ...request.messages.flatMap((message) => [message.role, message.content]),
    // A message's role is none of these: no conversation has the key of a repetition.
    ...(request.repeat ? ["repeat", String(request.repeat)] : []),
  );
}
