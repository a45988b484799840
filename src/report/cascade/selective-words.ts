/** @file What is said of one model that answers where it is sure. Texts are not yet made harmless. */
import { formatCount, formatPercent, formatPlural, formatShareEstimate } from "../../lib/text/format.js";
import type { Selective } from "../../types/cascade.js";
import { confidenceText, type TextTable } from "./cascade-words.js";

/** One word for it. */
export function selectiveBadge({ maxError, found }: Selective): string {
  if (maxError === null) return "NO ERROR RATE ASKED FOR";
  return found === null ? "NOT SHOWN" : "SHOWN";
}

/** What it may answer. */
export function selectiveHeadline({ approach, maxError, found, rows, leastRows, errorRate }: Selective): string {
  const all = `All ${formatCount(rows)} rows answered, ${formatShareEstimate(errorRate)} of the answers of ${approach} are wrong.`;
  if (maxError === null) return `${all} A threshold is chosen for the error rate that --max-error states.`;
  if (found !== null) {
    return `${approach} answers where it is at least ${confidenceText(found.threshold)} sure, ${formatPercent(found.answered.value)} of the rows; a person answers the others. At most ${formatPercent(maxError)} of its answers are wrong, with 95% confidence.`;
  }
  const needed =
    leastRows !== undefined && leastRows > rows
      ? ` That takes ${formatPlural(leastRows, "row")} without any error at least.`
      : "";
  return `No threshold is shown to keep the errors of ${approach} within ${formatPercent(maxError)}.${needed} ${all}`;
}

/** What it rests on. */
export function selectiveBasis({ rows, of, found, calibration }: Selective): string {
  const which =
    rows === of
      ? `${formatCount(of)} test rows`
      : `${formatCount(rows)} of ${formatCount(of)} test rows, those that it has an outcome of`;
  const scale =
    calibration === null
      ? "confidence as it is told"
      : `confidence calibrated on ${formatPlural(calibration.rows, "validation row")}`;
  if (found === null) return `${which}; ${scale}.`;
  const seen = `Of the ${formatPlural(found.rows, "row")} above the threshold ${formatCount(found.errors)} are answered wrong, which shows at most ${formatPercent(found.bound)} (exact binomial bound)`;
  const { heldOut } = found;
  const other =
    heldOut === null
      ? "; a tenth fewer rows would show nothing"
      : `; each tenth of the rows answered by the threshold that the others choose, it is ${formatShareEstimate(heldOut.error)} of ${formatPercent(heldOut.answered)} of the rows`;
  return `${which}; ${scale}. ${seen}${other}.`;
}

/** Rows of the table. */
const shares = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];

/** Errors by share answered. */
export function riskTable({ curve }: Selective): TextTable {
  const nearest = shares.map((share) =>
    curve.reduce((best, point) => (Math.abs(point.share - share) < Math.abs(best.share - share) ? point : best)),
  );
  return {
    title: "Errors by share answered, the surest first",
    columns: ["answered", "from", "wrong answers"],
    rows: [...new Set(nearest)].map(({ share, threshold, error }) => [
      formatPercent(share),
      threshold === 0 ? "any" : confidenceText(threshold),
      formatShareEstimate(error),
    ]),
  };
}

/** What the intervals of the table are. */
export const selectiveNote =
  "The table's exact 95% intervals hold for a share that was fixed beforehand; the threshold's bound holds although it was chosen.";
