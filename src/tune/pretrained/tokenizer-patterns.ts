/** @file The regular expressions of a `tokenizer.json`: foreign code in effect, which on some texts would run for ever. */
import { runInNewContext } from "node:vm";

/** The longest pattern of a known tokenizer has some two thousand characters. */
const mostLength = 20_000;
/** Long enough for a pattern that takes time with the square of a text to pass, and for one that takes more to be seen. */
const probeLength = 1500;
const mostMilliseconds = 1000;

/** Characters of every kind that patterns tell apart. */
const kinds = ["a", "A", "0", " ", "\n", ".", "'", "_", "-", "\u00e9", "\u0301", "\u4e2d", "\u00a0"];

/** Why the first unusable pattern of a tokenizer cannot be used; `null` where all can be. */
export function faultOfPatterns(tokenizer: object): string | null {
  for (const pattern of new Set(patternsIn(tokenizer, 0))) {
    const shown = JSON.stringify(pattern.slice(0, 60));
    if (pattern.length > mostLength)
      return `a pattern of its has ${pattern.length} characters, more than ${mostLength}: ${shown}…`;
    if (isSlow(pattern)) return `its pattern ${shown} takes time without measure on some texts`;
  }
  return null;
}

const deepest = 100;

function patternsIn(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null || depth > deepest) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    // A vocabulary has a million entries, and no patterns.
    if (key === "model" || key === "added_tokens") return [];
    return key === "Regex" && typeof inner === "string" ? [inner] : patternsIn(inner, depth + 1);
  });
}

/**
 * Tries a pattern on texts of one repeated character, with an end that it may not match: where time explodes, it does so on one of these for
 * the characters that the pattern names. V8 can be stopped within a match only from outside, by the clock of `vm`.
 */
function isSlow(pattern: string): boolean {
  const own = [...pattern].filter((sign) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(sign));
  const signs = [...new Set([...kinds, ...own])].slice(0, 200);
  const texts = signs.flatMap((sign) => ["\u0001", "a!"].map((end) => sign.repeat(probeLength) + end));
  try {
    runInNewContext(
      "let match; try { match = new RegExp(pattern, 'gu') } catch { match = null } if (match) for (const text of texts) text.replace(match, '')",
      { pattern, texts },
      { timeout: mostMilliseconds },
    );
    return false;
  } catch (error) {
    // The error may be one of another context, and no `Error` of this one.
    return typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
  }
}
