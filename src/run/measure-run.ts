/** @file Measures what a run lacks; each measurement is on disk before the next one starts. */
import { advise } from "../advise/advise.js";
import { compare } from "../compare/compare.js";
import { Interrupted, isAbort, UserError } from "../lib/errors.js";
import { keyOf } from "../lib/text/measurement-key.js";
import { shellWord } from "../lib/text/shell-word.js";
import { spendingText } from "../lib/text/spending.js";
import type { Comparison } from "../types/comparison.js";
import type { RunEvent } from "../types/events.js";
import { writeArtifacts } from "./artifacts.js";
import { curveOptions } from "./curve-options.js";
import type { RunHooks } from "./hooks.js";
import type { OpenRun } from "./open-run.js";

/**
 * Measures what the run lacks. Approaches that cannot be measured are reported, and listed in the comparison's `failed`. Where the signal is aborted
 * while learning curves are measured, the comparison is returned with what there is of them.
 *
 * @throws Interrupted if the signal is aborted before the learning curves, saying how to resume
 * @throws UserError if nothing can be measured or the budget is reached, saying how to resume
 */
export async function measureRun(open: OpenRun, { signal, onEvent: tell }: RunHooks): Promise<Comparison> {
  const { run, task, approaches, bill, plan } = open;
  const { seeds, options } = plan;
  const onEvent = (event: RunEvent): void => {
    open.events.add(event);
    tell(event);
  };
  try {
    const comparison = await compare(task, approaches, {
      seeds,
      assumptions: run.manifest.assumptions,
      signal,
      log: onEvent,
      finished: run.measurements,
      checkpointFolder: run.checkpointFolder,
      async onMeasurement(measurement) {
        await run.append(measurement);
        const { fitCost, predictCost } = measurement;
        onEvent({ kind: "measured", measurement: keyOf(measurement), fitCost, predictCost });
      },
      onPredictor: (measurement, predictor) => writeArtifacts(run, measurement, predictor, seeds, task.test),
      ...curveOptions(options),
      experiments: options.curve !== "off",
      onFirstAnswer: (first) => onEvent({ kind: "first-answer", text: advise(first).headline }),
      onFailure: (approach, error) => onEvent({ kind: "failed", approach, reason: error.message }),
    });
    const { failed } = comparison;
    // Stopped while curves were measured, it answers, and can be resumed for the rest of them.
    const isWhole = failed.length === 0 && !signal.aborted;
    await run.update({ failed, ...(isWhole ? { finishedAt: new Date().toISOString() } : {}) });
    return comparison;
  } catch (error) {
    if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
    const paid = bill.totalUsd > 0 ? `, and every answer paid for (${spendingText(bill)})` : "";
    const kept = `What was measured is kept${paid}. Go on with: crossover resume ${shellWord(run.folder)}`;
    if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
    throw new Interrupted(`Stopped. ${kept}`);
  }
}
