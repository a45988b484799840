/** @file Publishes a run: writes its reports to its folder and to the files that were asked for. */
import { join } from "node:path";
import { type Advice, advise } from "../advise/advise.js";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { writePrivateFile } from "../lib/private-file.js";
import { formatOf, type RenderOptions, render } from "../report/report.js";
import type { UseIt } from "../report/use-it.js";
import type { Run } from "../store/run.js";
import type { Comparison } from "../types/comparison.js";
import type { Dataset, Task } from "../types/data.js";
import type { Spending } from "../types/prediction.js";
import { checkGates, type Gate, type GateResult } from "./gates.js";
import type { OpenRun } from "./open-run.js";
import { completeCommand } from "./options/run-command.js";
import { runFacts } from "./run-facts.js";
import { readTrainingCurves } from "./training-curves.js";
import { useIt } from "./use-it.js";

/** The result of a run, ready to be shown. */
export interface RunReport {
  /** The comparison, with the run's spending. */
  readonly comparison: Comparison;
  readonly advice: Advice;
  readonly gates: readonly GateResult[];
  /** How to use the advised approach. Absent if there is nothing to use. */
  readonly use?: UseIt;
  readonly spending: Spending;
  /** Path of the run's own report, which exists once the run is published. */
  readonly path: string;
  /** Renders the report in the format of a file's extension. */
  render(path: string): string;
}

export interface ReportInput {
  /** The data, where it is at hand: its texts are shown beside the answers that differ. */
  readonly task: Task | null;
  readonly gates: readonly Gate[];
  readonly spending: Spending;
}

/** Says what follows from a run's measurements. Writes nothing. */
export async function reportOf(run: Run, measured: Comparison, { task, gates, spending }: ReportInput): Promise<RunReport> {
  const { paidUsd, uncertainUsd, uncertainRequests } = spending;
  const hasSpent = paidUsd + uncertainUsd > 0;
  const { llmOffer } = run.manifest;
  const comparison: Comparison = {
    ...measured,
    ...(hasSpent && { spending: { paidUsd, uncertainUsd, uncertainRequests } }),
    ...(llmOffer !== undefined && { llmOffer }),
  };
  const advice = naming(advise(comparison), run);
  const shipped = advice.choice ?? comparison.best.tune?.approach ?? comparison.summaries[0]?.approach ?? "none";
  const results = checkGates(gates, comparison.summaries, shipped);
  const use = await useIt(run, comparison, advice);
  const options: RenderOptions = {
    texts: textsOf(task?.test),
    trainTexts: textsOf(task?.train, task?.validation),
    facts: runFacts(run),
    gates: results,
    trainings: await readTrainingCurves(
      run.folder,
      comparison.summaries.map(({ approach }) => approach),
    ),
    ...(use === null ? {} : { useIt: use }),
  };
  return {
    comparison,
    advice,
    gates: results,
    ...(use === null ? {} : { use }),
    spending,
    path: join(run.folder, "report.html"),
    render: (path) => render(formatOf(path), comparison, advice, options),
  };
}

/** Writes the reports of a measured run to its folder and to the files that were asked for. */
export async function publishRun({ run, task, bill, plan }: OpenRun, measured: Comparison): Promise<RunReport> {
  const { gates, manner } = plan.inputs;
  const report = await reportOf(run, measured, { task, gates, spending: bill });
  for (const file of ["report.html", "report.md", "results.json"]) {
    const path = join(run.folder, file);
    await writePrivateFile(path, report.render(path));
  }
  await writeReports(report, manner.output);
  return report;
}

/** Writes a report to files of the user's, who says who may read them. */
export async function writeReports(report: RunReport, paths: readonly string[]): Promise<void> {
  for (const path of paths) await writeFileAtomic(path, report.render(path));
}

/** Texts by id. */
function textsOf(...parts: readonly (Dataset | undefined)[]): ReadonlyMap<string, string> {
  return new Map(parts.flatMap((part) => part?.examples ?? []).map(({ id, text }) => [id, text]));
}

/** Puts the run's own options, its data and its folder into the commands of the advice, which knows none of them. */
function naming(advice: Advice, { folder, manifest }: Run): Advice {
  const nextSteps = advice.nextSteps.map((step) =>
    step.command === undefined ? step : { ...step, command: completeCommand(step.command, folder, manifest.options) },
  );
  return { ...advice, nextSteps };
}
