import type { TaskFacts } from "../types/data.js";
import type { Measurement } from "../types/measurement.js";

/**
 * The measurements that the comparison itself consists of: by these an arm's best is chosen, and approaches are scored and priced. Left out are
 * experiments, and smaller training sets. Test rows are answered after learning from all training rows; validation rows after learning from as many
 * as any approach had, since all have the same rows to learn from where one is chosen.
 */
export function mainMeasurements(
  measurements: readonly Measurement[],
  { trainRows }: Pick<TaskFacts, "trainRows">,
): readonly Measurement[] {
  const plain = measurements.filter(({ experiment }) => experiment === undefined);
  const most = plain.reduce((rows, { split, trainSize }) => (split === "validation" ? Math.max(rows, trainSize) : rows), 0);
  return plain.filter(({ split, trainSize }) => trainSize === (split === "test" ? trainRows : most));
}
