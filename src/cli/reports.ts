/** @file What a comparison leaves behind: the files of the run's folder, those that `-o` names, and the result on the screen. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Advice, advise } from "../advise/advise.js";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { formatNumber } from "../lib/format.js";
import { writePrivateFile } from "../lib/private-file.js";
import { spendingText } from "../lib/spending.js";
import { formatOf, render, renderText } from "../report/report.js";
import { visibleText } from "../report/visible-text.js";
import type { Run } from "../store/run.js";
import type { Comparison, Spending, Task } from "../types.js";
import type { CommandContext } from "./command-context.js";
import { exitCode } from "./exit-code.js";
import { checkGates, type Gate } from "./gates.js";
import type { RunManner } from "./run-options.js";
import { shellWord } from "./shell-word.js";
import { readTrainingCurves } from "./training-curves.js";
import { useIt } from "./use-it.js";

/** Refuses files whose extension names no report, before anything is measured. */
export function checkOutputs(paths: readonly string[]): void {
  for (const path of paths) formatOf(path);
}

export interface Publication {
  /** The data, where it is at hand: its texts are shown beside the answers that differ. */
  readonly task: Task | null;
  readonly gates: readonly Gate[];
  readonly manner: Pick<RunManner, "output" | "json">;
  readonly context: CommandContext;
  readonly spending: Spending;
  /** Whether the run's folder gets its reports; one that is looked at may lie on a disk that is read-only or full. */
  readonly isNew: boolean;
}

/** Writes the run's reports, where it is new, and those asked for, prints the result, and says where to look. A failed gate sets the exit code. */
export async function publish(run: Run, measured: Comparison, publication: Publication): Promise<void> {
  const { task, manner, context, spending, isNew } = publication;
  const { terminal } = context;
  const hasSpent = spending.paidUsd + spending.uncertainUsd > 0;
  const { paidUsd, uncertainUsd, uncertainRequests } = spending;
  const comparison = hasSpent ? { ...measured, spending: { paidUsd, uncertainUsd, uncertainRequests } } : measured;
  const advice = naming(advise(comparison), run);
  const shipped = advice.choice ?? comparison.best.tune?.approach ?? comparison.summaries[0]?.approach ?? "none";
  const gates = checkGates(publication.gates, comparison.summaries, shipped);
  const texts = new Map((task?.test.examples ?? []).map(({ id, text }) => [id, text]));
  const trainings = await readTrainingCurves(
    run.folder,
    comparison.summaries.map(({ approach }) => approach),
  );
  const use = (await useIt(run, comparison, advice)) ?? undefined;
  const shown = use === undefined ? {} : { useIt: use };
  const standard = ["report.html", "report.md", "results.json"].map((file) => join(run.folder, file));
  const rendered = (path: string): string => render(formatOf(path), comparison, advice, { texts, gates, trainings, ...shown });
  if (isNew) for (const path of standard) await writePrivateFile(path, rendered(path));
  // Of these, who may read them is the user's to say.
  for (const path of manner.output) await writeFileAtomic(path, rendered(path));
  if (manner.json) terminal.out(render("json", comparison, advice, { texts, gates }));
  else terminal.out(renderText(comparison, advice, { width: terminal.width, hasColor: terminal.hasColor, ...shown }));
  for (const { gate, approach, value, isPassed } of gates) {
    const found = value === null ? "not measured" : formatNumber(value);
    terminal.err(`${visibleText(`${isPassed ? "passed" : "FAILED"}  ${gate}  (${approach}: ${found})`)}\n`);
  }
  if (hasSpent) terminal.err(`Paid for answers: ${spendingText(spending)}.\n`);
  if (existsSync(standard[0]!)) terminal.err(`Report: ${visibleText(standard[0]!)}\n`);
  if (gates.some((gate) => !gate.isPassed)) context.setExitCode(exitCode.gate);
}

/** Puts the data's path where the advice, which does not know it, says FILE, and the run's folder where it says RUN. */
function naming(advice: Advice, { folder, manifest }: Run): Advice {
  const path = String(manifest.options["path"]);
  const words: Readonly<Record<string, string>> = { FILE: shellWord(path), RUN: shellWord(folder) };
  const nextSteps = advice.nextSteps.map((step) =>
    step.command === undefined ? step : { ...step, command: step.command.replace(/\b(FILE|RUN)\b/g, (word) => words[word]!) },
  );
  return { ...advice, nextSteps };
}
