/** @file A run on the command line, new or resumed: taken through its steps and shown. */
import { decide } from "../advise/decision.js";
import { shellWord } from "../lib/text/shell-word.js";
import { measureRun } from "../run/measure-run.js";
import { openRun } from "../run/open-run.js";
import { planRun } from "../run/plan-run.js";
import { publishRun } from "../run/publish-run.js";
import type { RunInputs } from "../run/run-inputs.js";
import type { CommandContext } from "./command-context.js";
import { exitCode } from "./exit-code.js";
import { openReport } from "./open-report.js";
import type { CommandManner, ShowManner } from "./run-options.js";
import type { RunScreen } from "./run-screen.js";
import { showReport } from "./show-report.js";

/** Measures, publishes and prints. A result that answers nothing, or not all that was asked for, sets the exit code. */
export async function completeRun(
  inputs: RunInputs,
  manner: ShowManner & Pick<CommandManner, "envFile" | "output">,
  screen: RunScreen,
  context: CommandContext,
): Promise<void> {
  const { hooks } = screen;
  await using plan = await planRun(inputs, hooks);
  context.holdWork();
  await using open = await openRun(plan, hooks);
  const report = await publishRun(open, await measureRun(open, hooks));
  screen.clear();
  const isStopped = hooks.signal.aborted;
  const { folder } = open.run;
  const fullCommand = `crossover view ${shellWord(folder)} --full`;
  showReport(report, { ...manner, fullCommand, ended: { isStopped, envFile: manner.envFile } }, context);
  if (manner.open) await openReport(report.path, context);
  // What was asked for was not done, or not all of it.
  if (report.comparison.failed.length > 0) context.setExitCode(exitCode.user);
  if (isStopped) context.setExitCode(exitCode.interrupted);
  // What was measured is kept and reported, but it answers nothing.
  if (decide(report.comparison).ground === "unanswered") context.setExitCode(exitCode.user);
}
