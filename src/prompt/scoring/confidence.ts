import type { Confidence } from "../../types/prediction.js";

/** What is known of one answer of a language model, by its source, from 0 to 1; `null` or absent: unknown. */
export type KnownConfidences = Readonly<Partial<Record<"probability" | "logprob" | "votes" | "stated", number | null>>>;

/** Measured before counted, counted before claimed: what a model says of itself is the least reliable. */
const order = ["probability", "logprob", "votes", "stated"] as const;

/** How sure an answer is, by the best source there is: probabilities that it tells, log-probabilities, then votes, then the model's own word; `undefined` without any. */
export function confidenceOf(known: KnownConfidences): Confidence | undefined {
  const source = order.find((one) => typeof known[one] === "number" && known[one] >= 0 && known[one] <= 1);
  return source === undefined ? undefined : { value: known[source]!, source };
}
