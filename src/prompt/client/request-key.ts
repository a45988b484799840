import { sha256 } from "../../lib/hash.js";
import { schemaText } from "../asking/schema-text.js";
import type { CompletionRequest, Llm } from "../llm.js";

/**
 * The key under which an answer is stored: SHA-256 of everything that matters for it. Model, address, messages, parameters and
 * schema, where the same is asked repeatedly, which time it is, and where log-probabilities are wanted and to be had, that they are;
 * no key and no header.
 */
export function requestKey(
  llm: Pick<Llm, "provider" | "model" | "baseUrl" | "parameters" | "hasLogprobs">,
  request: CompletionRequest,
): string {
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
    request.schema === undefined ? "null" : schemaText(request.schema),
    ...request.messages.flatMap((message) => [message.role, message.content]),
    // A message's role is none of these: no conversation has the key of a repetition.
    ...(request.repeat ? ["repeat", String(request.repeat)] : []),
    // Only where they are there to be had: a service without them gives the same answer, which is then not paid for twice.
    ...(request.wantsLogprobs === true && llm.hasLogprobs ? ["logprobs"] : []),
    // Behind the messages, and so a part of what was asked.
    ...(request.scored === undefined ? [] : ["scored", request.scored.layout, ...request.scored.answers]),
  );
}
