import type { TokenLogprob } from "../../../src/prompt/llm.js";

/** Pieces as vocabularies have them: words with the space before them, long ones in several pieces, digits, marks. */
export function tokensOf(text: string): string[] {
  return text.match(/ ?\p{L}{1,6}|\p{N}{1,3}|\s+(?!\p{L})|[^\p{L}\p{N}\s]|\s/gu) ?? [];
}

/** Not certainty, but as near to it as services report. */
const sure = -1e-6;

/**
 * The tokens of an answer with their log-probabilities. Those of the label are exact: where the label's tokens so far could become several
 * labels, the next one has the share of those that it leads to. Everything around the label is certain.
 */
export function labelTokens(
  content: string,
  label: string,
  names: readonly string[],
  probabilities: readonly number[],
  top: number,
): TokenLogprob[] {
  const certain = (text: string): TokenLogprob[] =>
    tokensOf(text).map((token) => ({ token, logprob: sure, top: top > 0 ? [{ token, logprob: sure }] : [] }));
  const quoted = content.lastIndexOf(JSON.stringify(label));
  const start = quoted < 0 ? content.lastIndexOf(label) : quoted + 1;
  if (start < 0) return certain(content);
  const spelled = names.map(tokensOf);
  // What comes after a label is its end, as a token like any other: "card" and "card arrival" part there.
  const end = tokensOf(content.slice(start + label.length))[0] ?? "";
  const said = [...tokensOf(label), ...(end === "" ? [] : [end])];
  const tokens = said.map((token, i): TokenLogprob => {
    const shares = new Map<string, number>();
    for (const [k, pieces] of spelled.entries()) {
      if (!said.slice(0, i).every((piece, j) => [...pieces, end][j] === piece)) continue;
      const next = [...pieces, end][i] ?? "";
      shares.set(next, (shares.get(next) ?? 0) + probabilities[k]!);
    }
    const total = [...shares.values()].reduce((a, b) => a + b, 0);
    const likely = [...shares].map(([text, share]) => ({ token: text, logprob: Math.min(sure, Math.log(share / total)) }));
    likely.sort((a, b) => b.logprob - a.logprob);
    return { token, logprob: likely.find((other) => other.token === token)!.logprob, top: likely.slice(0, top) };
  });
  return [...certain(content.slice(0, start)), ...tokens, ...certain(content.slice(start + label.length + end.length))];
}
