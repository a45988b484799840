/** @file Labeling on the command line: taken through its steps and shown. */

import { type LabelOptions, readLabelInputs } from "../label/label-inputs.js";
import { emptyText, type LabelTotals } from "../label/label-totals.js";
import type { MakeLabeller } from "../label/labeller.js";
import { labelingDownloads, openLabeling } from "../label/open-labeling.js";
import { type LabelingResult, runLabeling } from "../label/run-labeling.js";
import type { CommandContext } from "./command-context.js";
import { exitCode } from "./exit-code.js";
import { planText, summaryText, unansweredText } from "./label-text.js";
import { noteLines } from "./notes.js";
import { runScreen } from "./run-screen.js";

/** What the command line says of labeling besides the labeling itself. */
export interface LabelManner {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * Labels the rows of a file into another one, or, with `dryRun`, says what that would take.
 *
 * @param command how to go on, for people
 * @param makeLabeller makes the plan of who labels
 */
export async function completeLabeling(
  options: LabelOptions,
  manner: LabelManner,
  command: string,
  context: CommandContext,
  makeLabeller: MakeLabeller,
): Promise<void> {
  const { terminal } = context;
  const isPlan = manner.dryRun;
  using screen = runScreen(context, { isQuiet: manner.quiet });
  const { hooks } = screen;
  const inputs = await readLabelInputs(options, hooks, { isPlan, makeLabeller });
  if (!isPlan) context.holdWork();
  await using open = await openLabeling(inputs, { isPlan, signal: hooks.signal });
  const plan = planText(inputs.labeller, open.facts);
  if (isPlan) {
    const lines = [`${plan}\nNothing was spent.`, ...(await labelingDownloads(inputs, hooks))];
    screen.clear();
    for (const line of lines) terminal.out(noteLines(line, terminal));
    return;
  }
  hooks.onEvent({ kind: "note", text: plan });
  const result = await runLabeling(open, hooks, command);
  screen.clear();
  terminal.out(manner.json ? totalsJson(result, options.output) : summaryText(result.totals, options.output, result.spending));
  const { unanswered } = result;
  if (unanswered === 0 && !isAllUnread(result.totals)) return;
  context.setExitCode(exitCode.user);
  if (unanswered === 0) {
    const words = `No answer could be used: ${options.output} has the reason of each row. Try another prompt or another model.`;
    terminal.err(noteLines(words, terminal));
    return;
  }
  terminal.err(noteLines(unansweredText(unanswered, command), terminal));
}

/** Whether not one row that was asked about has an answer that could be used. */
function isAllUnread({ rows, failures }: LabelTotals): boolean {
  const { [emptyText]: empty = 0, ...unread } = failures;
  const asked = rows - empty;
  return asked > 0 && Object.values(unread).reduce((sum, count) => sum + count, 0) === asked;
}

function totalsJson({ totals, spending }: LabelingResult, output: string): string {
  const { outputTokensSquared: _, ...rest } = totals;
  const { paidUsd, uncertainUsd, uncertainRequests } = spending;
  return `${JSON.stringify({ output, ...rest, paidUsd, uncertainUsd, uncertainRequests }, null, 2)}\n`;
}
