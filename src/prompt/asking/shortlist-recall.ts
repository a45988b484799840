import { evenlySpaced } from "../../lib/evenly-spaced.js";
import { formatCount, formatPercent } from "../../lib/text/format.js";
import type { Context } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Questions } from "./question.js";

/** Training rows that a shortlist is tried on: enough for a standard error of about a point. */
const triedRows = 400;

/**
 * How often all labels of a training row are on its shortlist. Each row is judged without itself: examples that are nearly the text are
 * passed over in every shortlist.
 */
export async function shortlistRecall(
  questions: Questions,
  train: Dataset,
  context: Context,
): Promise<{ readonly share: number; readonly rows: number }> {
  const rows = evenlySpaced(train.examples, triedRows);
  const questionOf = await questions.about(
    rows.map(({ text }) => text),
    { ...context, useCache: true },
  );
  const held = rows.filter(({ labels }, place) => {
    const offered = new Set(questionOf(place).template.labels);
    return labels.every((label) => offered.has(label));
  });
  return { share: held.length / rows.length, rows: rows.length };
}

/** The same for people: a shortlist without the right label cannot be answered rightly. */
export async function shortlistNote(questions: Questions, size: number, train: Dataset, context: Context): Promise<string> {
  const asked = `Of ${formatCount(train.labels.length)} labels only the ${size} that the encoder finds nearest to a text are asked about`;
  if (train.examples.length === 0) return `${asked}.`;
  const { share, rows } = await shortlistRecall(questions, train, context);
  return `${asked}. They held the right one for ${formatPercent(share)} of ${formatCount(rows)} training rows, each judged without itself: the accuracy can hardly be higher.`;
}
