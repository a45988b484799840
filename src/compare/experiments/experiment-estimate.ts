/** @file What experiments may cost, before anything is asked. */
import type { Approach } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import { isOfVerdict } from "../identity.js";
import { someRows } from "./experiment-rows.js";
import { heldOutLabel } from "./held-out-label.js";
import { perturbationKinds } from "./perturbation.js";
import { shiftedRows } from "./shifted-rows.js";

/** The most that services may be paid for the experiments of a comparison; `null` where a price is unknown. */
export async function experimentUsd(task: Task, approaches: readonly Approach[]): Promise<number | null> {
  const queries = task.test.examples.map(({ id, text }) => ({ id, text }));
  const some = someRows(task.test, 0).examples.length;
  const held = heldOutLabel(task);
  // By bisection, and once without the label.
  const newLabelFits = held === null ? 0 : Math.ceil(Math.log2(held.sizes.length + 1)) + 1;
  const shiftedTexts = (2 * (shiftedRows(task)?.test.examples.length ?? 0)) / Math.max(1, queries.length);
  let usd = 0;
  for (const approach of approaches.filter(({ arm, traits }) => isOfVerdict(arm) && traits?.isRecording !== true)) {
    const whole = await approach.estimate(task.train, queries);
    if (whole.usd === null) return null;
    // Both are the first rows of one order.
    const { rows: asked = queries.length } = whole;
    const rows = Math.min(some, asked) / Math.max(1, asked);
    const texts = rows * (perturbationKinds.length + (approach.reworded?.length ?? 0) + (approach.reordered?.length ?? 0));
    const learns = (approach.traits?.learnsFrom ?? "labels") === "labels";
    usd += whole.usd * (texts + (learns ? newLabelFits + shiftedTexts : 0));
  }
  return usd;
}
