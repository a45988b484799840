import { summarize } from "../../compare/summarize.js";
import type { Run } from "../../store/run.js";
import type { LabelGain } from "../../types/curves.js";

/** What so many further labels are expected to bring. */
export type ExpectedGain =
  /** Of rows drawn at random, by the run's learning curve; `more` is the nearest number that it tells of, at most as many as asked for. */
  | { readonly kind: "measured"; readonly metric: string; readonly gain: LabelGain }
  /** So few labels bring less than the curve can tell; from `from` on it tells. */
  | { readonly kind: "too-few"; readonly from: number }
  /** The run has no curve of the approach that could be followed further. */
  | { readonly kind: "not-measured" };

/** The gain of `count` labels drawn at random. Choosing them may bring more: no curve tells that. */
export function expectedGain({ manifest, measurements }: Run, approach: string, count: number): ExpectedGain {
  const { task, assumptions, failed } = manifest;
  const { curves = [] } = summarize({ task, assumptions, measurements, failed });
  const curve = curves.find((each) => each.approach === approach);
  const gains = curve?.fit.kind === "fitted" ? (curve.fit.gains ?? []) : [];
  const [first] = gains;
  if (curve === undefined || first === undefined) return { kind: "not-measured" };
  const gain = gains.filter(({ more }) => more <= count).at(-1);
  return gain === undefined ? { kind: "too-few", from: first.more } : { kind: "measured", metric: curve.metric, gain };
}
