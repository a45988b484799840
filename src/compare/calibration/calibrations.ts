import type { ApproachCalibration } from "../../types/calibration.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { mainMeasurements } from "../main-measurements.js";
import { reliability } from "../metrics/reliability.js";
import { isMissing } from "../missing.js";
import { answeredShare } from "./answered-share.js";
import { claimsOf } from "./claims.js";
import { isotonicValue } from "./isotonic.js";
import { fitScoreCalibration } from "./score-calibration.js";
import { fitTemperature } from "./temperature.js";

/**
 * How far the claims of each approach can be believed, of those that claim something of every answer, the majority baseline aside: it claims the
 * same of all. By their first seed.
 *
 * @param approaches in the order in which they are wanted
 */
export function calibrations(
  approaches: readonly string[],
  measurements: readonly Measurement[],
  task: TaskFacts,
): ApproachCalibration[] {
  const main = mainMeasurements(measurements, task).toSorted((a, b) => a.seed - b.seed);
  return approaches.flatMap((approach) => {
    const first = (split: Measurement["split"]) => main.find((each) => each.approach === approach && each.split === split);
    const test = first("test");
    if (test === undefined || test.traits.isMajority) return [];
    const claims = claimsOf(present(test), task);
    if (claims === null) return [];
    const validation = first("validation");
    const validated = validation === undefined ? null : claimsOf(present(validation), task);
    const fitted = validation === undefined ? null : fitScoreCalibration(present(validation), task);
    const isCurve = fitted?.kind === "isotonic" && fitted.claims === claims.kind;
    return [
      {
        approach,
        arm: test.arm,
        claims: claims.kind,
        reliability: reliability(claims.confidences(1), claims.hits),
        temperature: fitTemperature(validated, claims),
        ...(isCurve && {
          isotonic: {
            validationRows: fitted.rows,
            reliability: reliability(
              Float64Array.from(claims.confidences(1), (claim) => isotonicValue(fitted, claim)),
              claims.hits,
            ),
          },
        }),
        answered: answeredShare(present(test)),
      },
    ];
  });
}

function present({ outcomes }: Measurement): Outcome[] {
  return outcomes.filter((outcome) => !isMissing(outcome));
}
