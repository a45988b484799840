import { type PlannedMeasurement, planMeasurements } from "../../compare/plan.js";
import { sampledValidationCount } from "../../compare/sample/sampled-approach.js";
import { formatCount, formatPlural } from "../../lib/text/format.js";
import { recordedFile } from "../../prompt/providers/spec.js";
import type { Approach } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import type { RunOptions } from "../run-options.js";

/** That language models are asked about a random sample, and of how many rows; `null` where they are asked about all. */
export function sampleNote(
  { llm, llmRows }: Pick<RunOptions, "llm" | "llmRows">,
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
): string | null {
  const all = task.test.examples.length;
  const isAsked = ({ approach }: PlannedMeasurement): boolean =>
    llm.some((spec) => approach.model === spec && recordedFile(spec) === undefined);
  const planned = planMeasurements(task, approaches, seeds).filter(isAsked);
  if (llmRows === undefined || llmRows >= all || planned.length === 0) return null;
  const held = planned.find(({ split }) => split === "validation")?.test.examples.length;
  const share = { rows: llmRows, of: all };
  const validation =
    held === undefined
      ? ""
      : `, and ${formatCount(sampledValidationCount(held, share))} of ${formatPlural(held, "validation row")}`;
  const who =
    new Set(planned.map(({ approach }) => approach.model)).size === 1 ? "The language model is" : "Each language model is";
  return `${who} asked about a random sample: ${formatCount(llmRows)} of ${formatPlural(all, "test row")}${validation} (--llm-rows ${llmRows}). It is compared on these.`;
}
