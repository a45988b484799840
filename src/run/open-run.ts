/** @file Opens a run: locks its folder, opens its stores, and agrees on its spending. */
import { join } from "node:path";
import process from "node:process";
import { taskFacts } from "../compare/task-facts.js";
import { owning } from "../lib/disposables.js";
import { UserError } from "../lib/errors.js";
import { formatUsd } from "../lib/text/format.js";
import { packageVersion } from "../lib/version.js";
import { shutdownNotes } from "../prompt/providers/shutdown-date.js";
import { recordedFile } from "../prompt/providers/spec.js";
import { type Bill, openBill } from "../store/bill.js";
import { type EventLog, openEventLog } from "../store/event-log.js";
import { openResponseCache } from "../store/response-cache.js";
import { checkNoRun, createRun, type Run, type RunManifest, runFormat } from "../store/run.js";
import { lockRun } from "../store/run-lock.js";
import type { Approach } from "../types/approach.js";
import type { Task } from "../types/data.js";
import { assumptionsOf } from "./assumptions.js";
import { confirmUsd } from "./confirm-usd.js";
import { curveOptions, estimateCurvesOfRun } from "./curve-options.js";
import { dataNotes } from "./data-notes.js";
import { confirmEngine } from "./engine/run-engine.js";
import { estimateRun, totalUsd } from "./estimate/estimate.js";
import { keyAtHand, llmOffer } from "./estimate/llm-offer.js";
import { checkGateNames } from "./gates.js";
import type { RunHooks } from "./hooks.js";
import { thisMachine } from "./machine.js";
import { idleOptions } from "./options/idle-options.js";
import { plannedApproaches, type RunPlan } from "./plan-run.js";
import { defaultRunOptions, type RunOptions } from "./run-options.js";

/** An open run. It holds the lock and the stores: dispose of it. Its plan must outlive it. */
export interface OpenRun extends AsyncDisposable {
  readonly plan: RunPlan;
  readonly run: Run;
  /** The data; its warnings include the findings of the quick checks. */
  readonly task: Task;
  readonly approaches: readonly Approach[];
  readonly bill: Bill;
  /** The log of the run's events. */
  readonly events: EventLog;
}

/**
 * Locks the run's folder, opens its stores, and agrees on its spending. The caller of a resumed run holds the lock already, since before it read
 * the run.
 *
 * @throws UserError if the folder is locked or taken, or the data changed since the run began
 * @throws Interrupted if the money may not be spent
 */
export function openRun(plan: RunPlan, hooks: RunHooks): Promise<OpenRun> {
  return owning(async (held) => {
    const { inputs, options, pinnedModel, encoder, seeds } = plan;
    const { folder, runs, resumed, env, manner } = inputs;
    const { signal, onEvent } = hooks;
    if (resumed) checkSameData(resumed, inputs.task);
    else {
      // Held before anything of the folder is read: the bill, and batches, which reading tidies up.
      held.use(await lockRun(folder));
      await checkNoRun(folder);
    }
    const bill = openBill(join(folder, "bill.jsonl"));
    // Without the cache answers are asked for anew, yet kept: an interrupted run must not pay twice.
    const responsesPath = options.cache ? join(runs, ".cache", "responses.db") : join(folder, "responses.db");
    const responses = held.use(await openResponseCache(responsesPath));
    const approaches = await plannedApproaches(plan, hooks, {
      responses,
      bill,
      warn: (text) => onEvent({ kind: "warning", text }),
    });
    const names = approaches.map(({ name }) => name);
    checkGateNames(inputs.gates, names);
    if (!resumed) for (const text of idleOptions(inputs.options, approaches)) onEvent({ kind: "warning", text });
    // Before the first request that is paid for: texts with personal data would be on their way then.
    const found = await dataNotes(inputs.task, encoder, {
      judgesLabels: approaches.some(({ arm }) => arm === "tune"),
      seed: options.seed,
      context: { signal, spend: () => {}, log: onEvent },
    });
    const noted = [...found, ...enginePriceNote(plan)];
    for (const text of noted) onEvent({ kind: "warning", text, isReported: true });
    const task = { ...inputs.task, warnings: [...inputs.task.warnings, ...noted] };
    const asked = options.llm.filter((spec) => approaches.some(({ model }) => model === spec));
    for (const text of await shutdownNotes(asked, { env, signal })) onEvent({ kind: "warning", text });
    if (!resumed) {
      if (plan.engine !== undefined && !manner.yes)
        await confirmEngine(plan.engine, { subject: "This run", confirm: hooks.confirm });
      hintAtLlm(options, env, onEvent);
      const isBilled = options.llm.some((spec) => recordedFile(spec) === undefined);
      if (isBilled && !manner.yes && options.budgetUsd === undefined) {
        const { curve } = curveOptions(options);
        const main = totalUsd(await estimateRun(task, approaches, seeds));
        const curves =
          curve === undefined ? 0 : ((await estimateCurvesOfRun(task, approaches, curve, { seconds: 0, seeds })).usd ?? 0);
        await confirmUsd({ usd: main + curves, subject: "This run" }, hooks.confirm);
      }
    }
    const offer = resumed ? null : await llmOffer(options, { task, encoder, env });
    const manifest = { ...newManifest(folder, { ...options, model: pinnedModel }, task), ...(offer && { llmOffer: offer }) };
    const run = resumed ?? (await createRun(folder, manifest));
    await resumed?.reopen();
    return { plan, run, task, approaches, bill, events: openEventLog(join(folder, "events.jsonl")) };
  });
}

function newManifest(folder: string, options: RunOptions, task: Task): RunManifest {
  return {
    format: runFormat,
    name: folder.split(/[\\/]/).at(-1)!,
    createdAt: new Date().toISOString(),
    version: packageVersion(),
    machine: thisMachine(),
    workingFolder: process.cwd(),
    options: { ...options },
    task: taskFacts(task),
    assumptions: assumptionsOf(options),
    failed: [],
  };
}

function checkSameData(run: Run, task: Task): void {
  for (const [part, before, now] of [
    ["training", run.manifest.task.trainHash, task.trainHash],
    ["test", run.manifest.task.testHash, task.testHash],
    ["validation", run.manifest.task.validationHash, task.validationHash],
  ] as const) {
    if (before !== now) {
      throw new UserError(
        `The ${part} rows are not those that ${run.folder} began with: the data has changed since. Start a new run.`,
      );
    }
  }
}

/** Costs are computed from one price of an hour: that of this machine, unless the user says that of the engine's. */
function enginePriceNote({ engine, options }: RunPlan): readonly string[] {
  const { usdPerMachineHour: usd } = options;
  if (engine === undefined || usd !== defaultRunOptions.usdPerMachineHour) return [];
  return [
    `What ${engine.engine.spec} does is priced like this machine, at ${formatUsd(usd)} an hour. If its machines cost more or less, say what: --usd-per-machine-hour.`,
  ];
}

/** A key that is set is never used unasked: it costs money. */
function hintAtLlm({ llm, isUsualLlm }: RunOptions, env: RunHooks["env"], onEvent: RunHooks["onEvent"]): void {
  if (llm.length > 0 && isUsualLlm !== true) return;
  const found = keyAtHand(env);
  if (found === undefined) return;
  onEvent({ kind: "note", text: `${found.variable} is set: add --llm ${found.spec}, with --dry-run first to see the price.` });
}
