import type { CompletionRequest, Llm, Message } from "../llm.js";

/** A request as far as the service takes it: without a message of the system, and with no more output than it gives. */
export function takenForm(
  request: CompletionRequest,
  { hasSystemRole = true, mostOutputTokens = null }: Pick<Llm, "hasSystemRole" | "mostOutputTokens">,
): CompletionRequest {
  const limit = Math.min(request.maxOutputTokens, mostOutputTokens ?? Number.POSITIVE_INFINITY);
  const limited = limit === request.maxOutputTokens ? request : { ...request, maxOutputTokens: limit };
  return hasSystemRole ? limited : { ...limited, messages: withoutSystemRole(limited.messages) };
}

/** What the system says, before what the user says first. */
function withoutSystemRole(messages: readonly Message[]): Message[] {
  const said = messages.flatMap(({ role, content }) => (role === "system" ? [content] : []));
  const others = messages.filter(({ role }) => role !== "system");
  const [first, ...rest] = others;
  if (said.length === 0) return [...messages];
  if (first?.role !== "user") return [{ role: "user", content: said.join("\n\n") }, ...others];
  return [{ role: "user", content: [...said, first.content].join("\n\n") }, ...rest];
}
