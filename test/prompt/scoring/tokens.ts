import type { TokenLogprob } from "../../../src/prompt/llm.js";

/** A token with its probability, and those of its alternatives. */
export function token(said: string, probability: number, others: Readonly<Record<string, number>> = {}): TokenLogprob {
  const top = Object.entries({ [said]: probability, ...others })
    .sort((a, b) => b[1] - a[1])
    .map(([text, p]) => ({ token: text, logprob: Math.log(p) }));
  return { token: said, logprob: Math.log(probability), top };
}

/** An answer made of tokens. */
export function said(...logprobs: readonly TokenLogprob[]): {
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[];
} {
  return { text: logprobs.map((one) => one.token).join(""), logprobs };
}
