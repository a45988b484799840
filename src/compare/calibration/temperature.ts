import { goldenSection } from "../../lib/golden-section.js";
import type { Temperature } from "../../types/calibration.js";
import { reliability } from "../metrics/reliability.js";
import type { Claims } from "./claims.js";

/** Logarithms of the temperature that are searched, to both sides. */
const reach = 3;

/** Of the logarithm found, and of the ends of its interval: far finer than rows can tell. */
const precision = 1e-5;
const edgePrecision = 1e-3;

/** Half the 95 % quantile of χ² with one degree of freedom: how far the log-likelihood falls within the interval (Wilks 1938). */
const halfChiSquare = 1.9207294;

/** The temperature that makes claims on validation rows likeliest; `null` where too little of their scores is kept, or nothing sets it a limit. */
export function likeliestTemperature({ logLoss }: Pick<Claims, "logLoss">): number | null {
  if (logLoss === null) return null;
  const best = goldenSection((log) => logLoss(Math.exp(log)), -reach, reach, precision);
  return Math.abs(best) > reach - 1e-3 ? null : Math.exp(best);
}

/**
 * The temperature that makes the validation rows likeliest, and what it makes of the claims on the test rows. Of 1/T the loss is convex, so that
 * there is one minimum.
 *
 * @param validation `null`: there are no claims on validation rows
 */
export function fitTemperature(validation: Claims | null, test: Claims): Temperature {
  const refused = (reason: Extract<Temperature, { kind: "not-fitted" }>["reason"]) => ({ kind: "not-fitted" as const, reason });
  if (test.logLoss === null) return refused("scores-cut");
  if (validation === null || validation.kind !== test.kind) return refused("no-validation-rows");
  const { logLoss, rows } = validation;
  if (logLoss === null) return refused("scores-cut");
  const loss = (log: number): number => logLoss(Math.exp(log));
  const value = likeliestTemperature(validation);
  if (value === null) return refused("no-minimum");
  const best = Math.log(value);
  // The likelihood is of rows: where each label of a row is a question of its own, the mean over claims stands for that row's.
  const allowed = loss(best) + halfChiSquare / rows;
  return {
    kind: "fitted",
    value: { value, low: Math.exp(edge(loss, allowed, best, -reach)), high: Math.exp(edge(loss, allowed, best, reach)) },
    validationRows: rows,
    validationLogLoss: { before: loss(0), after: loss(best) },
    reliability: reliability(test.confidences(value), test.hits),
  };
}

/** Where the loss reaches `allowed` between its minimum and an end, which it may not. */
function edge(loss: (log: number) => number, allowed: number, minimum: number, end: number): number {
  if (loss(end) <= allowed) return end;
  let [inside, outside] = [minimum, end];
  while (Math.abs(outside - inside) > edgePrecision) {
    const middle = (inside + outside) / 2;
    if (loss(middle) <= allowed) inside = middle;
    else outside = middle;
  }
  return inside;
}
