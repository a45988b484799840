import type { Metric } from "../../types/scores.js";

/** Whether a metric is a share of right rows, and so a mean over rows. F1 is none. */
export function isShareOfRows(metric: Metric): boolean {
  return metric === "accuracy" || metric === "exactMatch";
}
