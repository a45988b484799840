import type { Measurement } from "../../types/measurement.js";
import { secondsTaken } from "../seconds-taken.js";
import { isNewLabel, isShift } from "./experiment-kinds.js";

/**
 * What fitting an approach on so many rows, and answering, is expected to take: in proportion to the fit that is nearest by its rows, or to the comparison's own
 * where that makes less. Both tell too much: a small fit what every fit takes, the comparison's own that its texts were new.
 *
 * @param own of the comparison
 * @param others points of curves, and experiments, of whatever approach
 */
export function refitSeconds(own: Measurement, others: readonly Measurement[], rows: number): number {
  const scaled = (fit: Measurement): number => (secondsTaken(fit) * rows) / Math.max(1, fit.trainSize);
  const apart = ({ trainSize }: Measurement): number => Math.abs(Math.log(Math.max(1, trainSize) / rows));
  const fits = others.filter(({ approach, elapsedSeconds, experiment }) => {
    return (
      approach === own.approach &&
      elapsedSeconds !== undefined &&
      (experiment === undefined || isNewLabel(experiment) || isShift(experiment))
    );
  });
  const nearest = fits.reduce((best, each) => (apart(each) <= apart(best) ? each : best), fits[0] ?? own);
  return Math.min(scaled(own), scaled(nearest));
}
