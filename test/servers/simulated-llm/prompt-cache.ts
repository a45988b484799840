import { sha256 } from "../../../src/lib/hash.js";
import type { Message } from "../../../src/prompt/llm.js";

/**
 * A service's prompt cache: how many tokens at the beginning of a conversation were sent before, in whole messages. As OpenAI counts it:
 * nothing below `minTokens` (1,024 there), and in steps of 128. The returned function also remembers the conversation.
 */
export function promptCache(
  minTokens: number,
  countTokens: (text: string) => number,
): (messages: readonly Message[], model: string) => number {
  const seen = new Set<string>();
  return (messages, model) => {
    let prefix = model;
    let tokens = 0;
    let cached = 0;
    for (const { role, content } of messages) {
      prefix = sha256(prefix, role, content);
      tokens += countTokens(content);
      if (seen.has(prefix)) cached = tokens;
      else seen.add(prefix);
    }
    return cached < minTokens ? 0 : Math.floor(cached / 128) * 128;
  };
}
