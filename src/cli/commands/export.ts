import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../../lib/errors.js";
import { formatBytes, formatPercent, formatPlural } from "../../lib/text/format.js";
import { findRun } from "../../run/find-run.js";
import { type Exported, exportArtifact } from "../../ship/export/export-artifact.js";
import { type ExportFormName, exportFormNames, exportForms } from "../../ship/export/export-forms.js";
import { manifestFile } from "../../ship/manifest/manifest.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";
import { flag } from "../run-options.js";

interface ExportManner {
  readonly to?: string;
  readonly as?: ExportFormName;
  readonly approach?: string;
  readonly runs: string;
}

/** `crossover export RUN --as FORM --to DIR`: an approach as a folder for other programs. */
export function addExportCommand(program: Command, { terminal }: CommandContext): Command {
  return program
    .command("export")
    .description("write an approach of a run as a folder that other programs read")
    .argument("[run]", "a run (folder or name), or the folder of one approach (default: the newest run)")
    .addOption(new Option("--as <form>", "form of the export; see below").choices(exportFormNames))
    .option("--to <folder>", "folder to make")
    .option("--approach <name>", "approach of the run, e.g. tune:probe (default: the one that the run advises, or the best)")
    .addOption(flag("runs", { help: "folder of all runs" }))
    .addHelpText(
      "after",
      `
Forms:
${exportFormNames.map((name) => `  ${name.padEnd(10)} for ${exportForms[name].reader}`).join("\n")}

Examples:
  crossover export --as onnx --to model
  crossover export runs/tickets --approach tune:full --as hf --to tickets-model
  crossover export tickets --approach prompt:few-shot --as promptfoo --to eval`,
    )
    .action(async (name: string | undefined, { to, as, approach, runs }: ExportManner) => {
      if (as === undefined || to === undefined) {
        const lacking = [as === undefined && `--as ${exportFormNames.join("|")}`, to === undefined && "--to FOLDER"].filter(
          Boolean,
        );
        throw new UserError(`crossover export needs ${lacking.join(" and ")}. "crossover export --help" has examples.`);
      }
      const place = name !== undefined && existsSync(join(name, manifestFile)) ? name : await placeOf(name, runs);
      const exported = await exportArtifact(place, { as, to, ...(approach !== undefined && { approach }) });
      if (exported.choiceNote !== undefined) terminal.err(noteLines(exported.choiceNote, terminal));
      terminal.out(noteLines(summary(exported, as), terminal));
    });
}

/** The folder of an approach that has no manifest, or the folder of a run. */
async function placeOf(name: string | undefined, runs: string): Promise<string> {
  const isApproach =
    name !== undefined &&
    !existsSync(join(name, "run.json")) &&
    ["config.json", "prompt.json"].some((file) => existsSync(join(name, file)));
  return isApproach ? name : findRun(runs, name, "any");
}

function summary({ approach, to, files, quantization }: Exported, as: ExportFormName): string {
  const bytes = files.reduce((total, file) => total + file.bytes, 0);
  const written = `${approach} is written to ${to}: ${formatPlural(files.length, "file")}, ${formatBytes(bytes)}. It is for ${exportForms[as].reader}.`;
  if (quantization === undefined) return written;
  const { changed, rows, of, accuracy, quantizedAccuracy } = quantization;
  const scores =
    of === "training" ? "" : ` (accuracy ${formatPercent(accuracy)} before, ${formatPercent(quantizedAccuracy)} after)`;
  return `${written} The 8-bit model changes ${formatPercent(changed)} of the answers to ${formatPlural(rows, `${of} row`)}${scores}.`;
}
