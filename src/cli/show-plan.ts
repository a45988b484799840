import { estimatePlan, plannedDownload, planRun } from "../run/plan-run.js";
import type { RunInputs } from "../run/run-inputs.js";
import type { CommandContext } from "./command-context.js";
import { renderEstimates } from "./estimate-table.js";
import { noteLines } from "./notes.js";
import type { RunScreen } from "./run-screen.js";

/** Prints what a run would do and cost. Where its model would first have to be downloaded, that is all that can be said. */
export async function showPlan(inputs: RunInputs, { hooks, clear }: RunScreen, { terminal }: CommandContext): Promise<void> {
  const print = (text: string): void => {
    clear();
    terminal.out(text);
  };
  const download = await plannedDownload(inputs, hooks);
  if (download !== undefined) {
    print(noteLines(download, terminal));
    return;
  }
  await using plan = await planRun(inputs, hooks);
  const { approaches, curve, engine, warnings, sample, labelPrices, downloads } = await estimatePlan(plan, hooks);
  print(renderEstimates(inputs.task, approaches, { ...(curve && { curve }), ...(engine && { engine }) }));
  const { output } = inputs.manner;
  if (output.length > 0) {
    const text = `A plan has no report: ${output.join(", ")} ${output.length === 1 ? "is" : "are"} not written.`;
    hooks.onEvent({ kind: "warning", text });
  }
  for (const text of warnings) hooks.onEvent({ kind: "warning", text });
  for (const text of [...(sample === undefined ? [] : [sample]), ...labelPrices, ...downloads]) print(noteLines(text, terminal));
}
