import { at, textAt } from "../../lib/json-value.js";
import type { TokenLogprob } from "../llm.js";

/**
 * An answer's label stands at its end or is all of it. Before its last so many tokens, alternatives are not kept: after long thoughts
 * they would take a thousand times the room of the answer.
 */
const tokensWithAlternatives = 64;

/**
 * The log-probabilities of a choice of OpenAI's chat completions (`logprobs.content`), of a service or of a recording; `undefined` where
 * there are none. Tokens that are parts of one character are joined, so that the tokens one after the other are the text.
 */
export function readLogprobs(choice: unknown): readonly TokenLogprob[] | undefined {
  const content = at(at(choice, "logprobs"), "content");
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const read = content.map(readToken);
  const tokens = read.filter((token) => token !== null);
  if (tokens.length < read.length) return undefined;
  const whole = wholeCharacters(tokens);
  const keptFrom = whole.length - tokensWithAlternatives;
  return whole.map((token, i) => (i < keptFrom ? { ...token, top: [] } : token));
}

interface TokenBytes extends TokenLogprob {
  /** `null` where the service told none: then the token is text. */
  readonly bytes: Uint8Array | null;
}

function readToken(value: unknown): TokenBytes | null {
  const head = readHead(value);
  if (head === null) return null;
  const bytes = at(value, "bytes");
  const top = at(value, "top_logprobs");
  return {
    ...head,
    top: Array.isArray(top) ? top.map(readHead).filter((other) => other !== null) : [],
    bytes: Array.isArray(bytes) ? Uint8Array.from(bytes) : null,
  };
}

function readHead(value: unknown): { readonly token: string; readonly logprob: number } | null {
  const token = textAt(value, "token");
  const logprob = at(value, "logprob");
  // Rounding lets some servers report a little more than certainty.
  return token === null || typeof logprob !== "number" ? null : { token, logprob: Math.min(0, logprob) };
}

function wholeCharacters(tokens: readonly TokenBytes[]): TokenLogprob[] {
  const whole: TokenLogprob[] = [];
  let parts: TokenBytes[] = [];
  for (const token of tokens) {
    parts.push(token);
    const text = textOf(parts);
    if (text === null && token !== tokens.at(-1)) continue;
    whole.push({
      token: text ?? parts.map((part) => part.token).join(""),
      logprob: parts.reduce((sum, part) => sum + part.logprob, 0),
      // Of a character in parts, what else could have stood there is not told whole.
      top: parts.length === 1 ? token.top : [],
    });
    parts = [];
  }
  return whole;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of tokens; `null` where their bytes end, or begin, within a character. */
function textOf(parts: readonly TokenBytes[]): string | null {
  if (parts.every(({ bytes }) => bytes === null)) return parts.map(({ token }) => token).join("");
  try {
    return decoder.decode(Buffer.concat(parts.map(({ token, bytes }) => bytes ?? Buffer.from(token, "utf8"))));
  } catch {
    return null;
  }
}
