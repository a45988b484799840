/** @file Measures what a run lacks; each measurement is on disk before the next one starts. */
import { advise } from "../advise/advise.js";
import { compare } from "../compare/compare.js";
import { planMeasurements } from "../compare/plan.js";
import { Interrupted, isAbort, UserError } from "../lib/errors.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import { keyOf } from "../lib/text/measurement-key.js";
import { spendingText } from "../lib/text/spending.js";
import { forPeople } from "../report/for-people.js";
import type { Bill } from "../store/bill.js";
import type { Approach } from "../types/approach.js";
import type { Comparison } from "../types/comparison.js";
import type { Task } from "../types/data.js";
import type { RunEvent } from "../types/events.js";
import { writeArtifacts } from "./artifacts.js";
import { curveOptions } from "./curve-options.js";
import { endJobs, settleJobs } from "./engine/running-jobs.js";
import { sampleNote } from "./estimate/sample-note.js";
import type { RunHooks } from "./hooks.js";
import type { OpenRun } from "./open-run.js";
import { resumeCommand } from "./options/run-command.js";

/**
 * Measures what the run lacks. Approaches that cannot be measured are reported, and listed in the comparison's `failed`. Where the signal is aborted
 * while learning curves are measured, the comparison is returned with what there is of them.
 *
 * @throws Interrupted if the signal is aborted before the learning curves, saying how to resume
 * @throws UserError if nothing can be measured or the budget is reached, saying how to resume
 */
export async function measureRun(open: OpenRun, hooks: RunHooks): Promise<Comparison> {
  const { signal, onEvent: tell } = hooks;
  const { run, task, approaches, bill, plan } = open;
  const { seeds, options } = plan;
  const tellSpending = spendingTeller(bill, options.budgetUsd, tell);
  const onEvent = (event: RunEvent): void => {
    open.events.add(event);
    tellSpending();
    tell(event);
  };
  const notes = [choiceNote(task, approaches, seeds), sampleNote(options, task, approaches, seeds)];
  for (const text of notes) if (text !== null) onEvent({ kind: "note", text });
  try {
    const comparison = await compare(task, approaches, {
      seeds,
      assumptions: run.manifest.assumptions,
      signal,
      log: onEvent,
      finished: run.measurements,
      checkpointFolder: run.checkpointFolder,
      sharedFolder: run.sharedFolder,
      async onMeasurement(measurement) {
        await run.append(measurement);
        const { fitCost, predictCost } = measurement;
        onEvent({ kind: "measured", measurement: keyOf(measurement), fitCost, predictCost });
      },
      onPredictor: (measurement, predictor) => writeArtifacts(run, measurement, predictor, seeds, task.test),
      ...curveOptions(options),
      experiments: options.curve !== "off",
      onFirstAnswer: (first) => onEvent({ kind: "first-answer", text: forPeople(first, advise(first)).advice.headline }),
      onFailure: (approach, error) => onEvent({ kind: "failed", approach, reason: error.message }),
    });
    const { failed } = comparison;
    const jobs = signal.aborted ? await settleJobs(plan.engine, hooks) : await endJobs(plan.engine);
    if (jobs !== "") tell({ kind: "note", text: jobs });
    // Stopped while curves were measured, it answers, and can be resumed for the rest of them.
    const isWhole = failed.length === 0 && !signal.aborted;
    await run.update({ failed, ...(isWhole ? { finishedAt: new Date().toISOString() } : {}) });
    return comparison;
  } catch (error) {
    if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
    const jobs = await settleJobs(plan.engine, hooks);
    const paid = bill.totalUsd > 0 ? `, and every answer paid for (${spendingText(bill)})` : "";
    const kept = `What was measured is kept${paid}.${jobs === "" ? "" : ` ${jobs}`} Go on with: ${resumeCommand(run.folder, plan.inputs.manner)}`;
    if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
    throw new Interrupted(`Stopped. ${kept}`);
  }
}

/** Tells what was paid, where that has changed. What it adds up to stands in the bill: `events.jsonl` need not have it. */
function spendingTeller(bill: Bill, budgetUsd: number | undefined, tell: RunHooks["onEvent"]): () => void {
  let told: string | undefined;
  return () => {
    const { paidUsd, uncertainUsd } = bill;
    const now = `${paidUsd} ${uncertainUsd}`;
    if (now === told || (told === undefined && paidUsd + uncertainUsd === 0 && budgetUsd === undefined)) return;
    told = now;
    tell({ kind: "spending", paidUsd, uncertainUsd, ...(budgetUsd !== undefined && { budgetUsd }) });
  };
}

/** Why a training is seen twice; `null` where none is. */
function choiceNote(task: Task, approaches: readonly Approach[], seeds: readonly number[]): string | null {
  const choice = planMeasurements(task, approaches, seeds).find(
    ({ approach, split }) => split === "validation" && approach.arm === "tune",
  );
  if (choice === undefined || task.validation !== undefined) return null;
  const [kept, all] = [choice.train, task.train].map(({ examples }) => formatCount(examples.length));
  return `The best of each arm is chosen on ${formatPlural(choice.test.examples.length, "row")} held back from the training rows: what is trained is trained on the other ${kept} for the choice, and then on all ${all}.`;
}
