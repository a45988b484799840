import type { CurveOptions } from "../compare/curves/curve-schedule.js";
import type { RunOptions } from "./run-options.js";

/** The options of learning curves, as a comparison takes them; nothing where none are wanted. */
export function curveOptions({ curve, curveTime }: Pick<RunOptions, "curve" | "curveTime">): { readonly curve?: CurveOptions } {
  return curve === "off" ? {} : { curve: { level: curve, ...(curveTime !== undefined && { seconds: curveTime }) } };
}
