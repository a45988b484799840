import type { Summary } from "../../types/scores.js";

/** A label, and another one that was answered in its place. */
export interface ConfusedPair {
  readonly truth: string;
  /** `null`: no answer. */
  readonly answer: string | null;
  readonly rows: number;
  /** Rows with this true label. */
  readonly of: number;
}

/** What an approach mistakes for what, the commonest first (first seed). */
export function confusedPairs({ confusion }: Summary, labels: readonly string[]): ConfusedPair[] {
  const pairs = confusion.flatMap((counts, truth) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.flatMap((rows, answer) => {
      if (rows === 0 || answer === truth) return [];
      return [{ truth: labels[truth]!, answer: labels[answer] ?? null, rows, of: total }];
    });
  });
  return pairs.sort((a, b) => b.rows - a.rows || a.of - b.of);
}
