/** @file Standard input, answered in its order on standard output. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLabelInputs } from "../../label/label-inputs.js";
import { openLabeling } from "../../label/open-labeling.js";
import { runLabeling } from "../../label/run-labeling.js";
import { formatCount, formatPlural } from "../../lib/text/format.js";
import type { CommandContext } from "../command-context.js";
import { exitCode } from "../exit-code.js";
import { planText } from "../label-text.js";
import { noteLines } from "../notes.js";
import { runScreen } from "../run-screen.js";
import type { MakePlan, PredictOptions } from "./predict-options.js";
import { storedStream } from "./stored-stream.js";

/**
 * Answers what comes in, by the engine of `label`: it is read to its end first, so that nothing is asked before all of it was checked and priced.
 * Where that is stopped, the rows that were answered are printed.
 */
export async function predictStream(makePlan: MakePlan, options: PredictOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { output: _output, probabilities: _probabilities, dryRun, json, quiet, ...rest } = options;
  using screen = runScreen(context, { isQuiet: quiet });
  const folder = await mkdtemp(join(tmpdir(), "crossover-predict-"));
  try {
    const path = await storedStream(terminal.input(), folder, { hasColumns: options.text !== undefined });
    const output = join(folder, `answers.${json ? "jsonl" : "csv"}`);
    const inputs = await readLabelInputs({ ...rest, path, output, demos: 0, seed: 0 }, screen.hooks, {
      isPlan: dryRun,
      makeLabeller: makePlan,
    });
    if (!dryRun) context.holdWork();
    await using open = await openLabeling(inputs, { isPlan: dryRun });
    const plan = planText(inputs.labeller, { ...open.facts, output: "standard output" });
    if (dryRun) {
      screen.clear();
      terminal.out(noteLines(`${plan}\nNothing was spent.`, terminal));
      return;
    }
    if (inputs.labeller.llm !== undefined) screen.hooks.onEvent({ kind: "note", text: plan });
    const isPaidKept = inputs.labeller.llm !== undefined && rest.cache;
    const kept = (written: number, rows: number): string =>
      `${formatCount(written)} of ${formatCount(rows)} rows are printed. Standard input can't be resumed: give all of it again${isPaidKept ? " (answers that were paid for are stored, and not asked again)" : ""}, or as a file, which can.`;
    try {
      const { unanswered } = await runLabeling(open, screen.hooks, kept);
      if (unanswered > 0) {
        context.setExitCode(exitCode.user);
        screen.clear();
        terminal.err(noteLines(`${formatPlural(unanswered, "row")} got no answer.`, terminal));
      }
    } finally {
      screen.clear();
      await print(output, context);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function print(path: string, { terminal }: CommandContext): Promise<void> {
  const file = createReadStream(path, "utf8");
  try {
    for await (const text of file) terminal.rows(text as string);
  } catch (error) {
    // Nothing was written yet.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
