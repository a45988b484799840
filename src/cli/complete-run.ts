/** @file A run on the command line, new or resumed: taken through its steps and shown. */
import { existsSync } from "node:fs";
import { decide } from "../advise/decision.js";
import { failedText } from "../advise/words/unanswered.js";
import { formatNumber } from "../lib/text/format.js";
import { shellWord } from "../lib/text/shell-word.js";
import { spendingText } from "../lib/text/spending.js";
import { visibleText } from "../lib/text/visible-text.js";
import { renderBrief, renderText } from "../report/report.js";
import { measureRun } from "../run/measure-run.js";
import { openRun } from "../run/open-run.js";
import { planRun } from "../run/plan-run.js";
import { publishRun, type RunReport } from "../run/publish-run.js";
import type { RunInputs } from "../run/run-inputs.js";
import type { CommandContext } from "./command-context.js";
import { exitCode } from "./exit-code.js";
import { noteLines } from "./notes.js";
import type { CommandManner } from "./run-options.js";
import type { RunScreen } from "./run-screen.js";

/** Measures, publishes and prints. A result that answers nothing, or not all that was asked for, sets the exit code. */
export async function completeRun(
  inputs: RunInputs,
  manner: Pick<CommandManner, "json" | "full" | "envFile">,
  screen: RunScreen,
  context: CommandContext,
): Promise<void> {
  const { hooks } = screen;
  await using plan = await planRun(inputs, hooks);
  context.holdWork();
  await using open = await openRun(plan, hooks);
  const report = await publishRun(open, await measureRun(open, hooks));
  screen.clear();
  showReport(report, manner, context);
  showFailures(report, open.run.folder, manner, context);
  if (hooks.signal.aborted) showStopped(open.run.folder, context);
  // What was measured is kept and reported, but it answers nothing.
  if (decide(report.comparison).ground === "unanswered") context.setExitCode(exitCode.user);
}

/** Prints a result, and says where to look. A failed gate sets the exit code. */
export function showReport(
  report: RunReport,
  { json, full }: Pick<CommandManner, "json" | "full">,
  { terminal, setExitCode }: CommandContext,
): void {
  const { comparison, advice, gates, use, spending, path } = report;
  const { width, hasColor } = terminal;
  if (json) terminal.out(report.render("results.json"));
  else {
    // A file or a program that reads it has no last line to look at: it gets everything.
    const draw = full || !terminal.isOutScreen ? renderText : renderBrief;
    terminal.out(draw(comparison, advice, { width, hasColor, ...(use === undefined ? {} : { useIt: use }) }));
  }
  for (const { gate, approach, value, isPassed } of gates) {
    const found = value === null ? "not measured" : formatNumber(value);
    terminal.err(`${visibleText(`${isPassed ? "passed" : "FAILED"}  ${gate}  (${approach}: ${found})`)}\n`);
  }
  if (comparison.spending !== undefined) terminal.err(`Paid for answers: ${spendingText(spending)}.\n`);
  if (existsSync(path)) terminal.err(`Report: ${visibleText(path)}\n`);
  if (gates.some((gate) => !gate.isPassed)) setExitCode(exitCode.gate);
}

/** The comparison is whole, its learning curves are not. */
function showStopped(folder: string, { terminal, setExitCode }: CommandContext): void {
  terminal.err(
    noteLines(
      `Stopped while learning curves were measured. For the rest of them: crossover resume ${shellWord(folder)}`,
      terminal,
    ),
  );
  setExitCode(exitCode.interrupted);
}

/** Approaches that could not be measured: the rest is kept and reported, but what was asked for was not done, and the exit code says so. */
function showFailures(
  { comparison: { failed } }: RunReport,
  folder: string,
  { envFile }: Pick<CommandManner, "envFile">,
  { terminal, setExitCode }: CommandContext,
): void {
  if (failed.length === 0) return;
  const reasons = [...new Set(failed.map(({ reason }) => failedText(reason)))].map((reason) => {
    const approaches = failed.filter((each) => failedText(each.reason) === reason).map(({ approach }) => approach);
    return `Not measured: ${approaches.join(", ")}: ${reason}`;
  });
  const command = ["crossover resume", shellWord(folder), ...(envFile === undefined ? [] : ["--env-file", shellWord(envFile)])];
  const text = [
    ...reasons,
    `What was measured is kept and reported. Fix it and resume with: ${command.join(" ")}`,
    "Only what is missing is asked then. To do without, or with another model, start a new run: stored answers are used again.",
  ];
  terminal.err(noteLines(text.join("\n"), terminal));
  setExitCode(exitCode.user);
}
