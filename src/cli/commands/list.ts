import { type Command, Option } from "commander";
import { displayWidth, padColumns } from "../../lib/text/display-width.js";
import { formatCount } from "../../lib/text/format.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { listRuns } from "../../store/run.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";

/** `crossover list`: the runs there are. */
export function addListCommand(program: Command, { terminal }: CommandContext): Command {
  return program
    .command("list")
    .description("list the runs, newest first")
    .addOption(new Option("--runs <dir>", "folder of all runs").default("runs").env("CROSSOVER_RUNS"))
    .option("--json", "print the run.json of every run as JSON instead of text", false)
    .action(async ({ runs: root, json }: { runs: string; json: boolean }) => {
      const runs = await listRuns(root);
      if (json) {
        terminal.out(`${JSON.stringify(runs, null, 2)}\n`);
        return;
      }
      if (runs.length === 0) {
        terminal.err(noteLines(`There are no runs in ${root}. "crossover run FILE" makes one.`, terminal));
        return;
      }
      const folders = runs.map((run) => visibleText(run.folder));
      const width = Math.max(...folders.map(displayWidth));
      for (const [i, { manifest }] of runs.entries()) {
        const state = manifest.finishedAt === undefined ? "unfinished" : "finished  ";
        const { task } = manifest;
        terminal.out(
          `${padColumns(folders[i]!, width)}  ${visibleText(manifest.createdAt.slice(0, 16).replace("T", " "))}  ${state}  ` +
            `${formatCount(task.trainRows)} train, ${formatCount(task.testRows)} test, ${formatCount(task.labels.length)} labels\n`,
        );
      }
    });
}
