import { writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { isYamlName } from "../../data/promptfoo/promptfoo-config.js";
import { readSource } from "../../data/source.js";
import { UserError } from "../../lib/errors.js";
import { packageRoot } from "../../lib/package-root.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { resolveData } from "../../run/hub-data.js";
import { type ConfigOptions, configNames } from "../../run/options/config-file.js";
import { configSchemaFile } from "../../run/options/config-schema.js";
import { configText } from "../../run/options/config-text.js";
import { mapPaths } from "../../run/options/option-paths.js";
import { defaultRunOptions, taskOptions } from "../../run/run-options.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";
import { makeProgress } from "../progress.js";
import { addDataFlags, toldOptions } from "../run-options.js";

/** `crossover init [DATA]`: writes a configuration to begin with. */
export function addInitCommand(program: Command, context: CommandContext): Command {
  const { terminal } = context;
  const command = program
    .command("init")
    .description(
      "write a configuration for crossover run: the columns of your data, and every other option in a comment with its default",
    )
    .argument("[data]", "data of the run, as in run (default: none)");
  return addDataFlags(command)
    .optionsGroup("The file:")
    .option("-o, --output <file>", "file to write; an existing file is never overwritten", configNames[0])
    .addHelpText("after", "\nExamples:\n  crossover init tickets.csv\n  crossover run -c crossover.config.yaml")
    .action(async (path: string | undefined, { output }: { readonly output: string }) => {
      if (!isYamlName(output))
        throw new UserError(`-o is "${output}"; a configuration ends in .yaml or .yml, since it holds comments.`);
      const { config: _, output: __, ...told } = toldOptions(command);
      const given = path === undefined ? { options: told, notes: [] } : await withColumns({ ...told, path }, context);
      await writeNew(
        output,
        configText(
          mapPaths(given.options, ({ path }) => from(output, path)),
          from(output, join(packageRoot(), configSchemaFile)),
        ),
      );
      for (const note of given.notes) terminal.err(noteLines(note, terminal));
      const todo = path === undefined ? "Name your data in it (data:), and compare" : "Compare";
      terminal.out(`${output} was written. ${todo} with: crossover run -c ${shellWord(output)}\n`);
    });
}

/** The options with the columns that were found in the data. */
async function withColumns(
  given: ConfigOptions & { readonly path: string },
  { terminal, signal }: CommandContext,
): Promise<{ readonly options: ConfigOptions; readonly notes: readonly string[] }> {
  const { test, validation, path: _, ...columns } = taskOptions({ ...defaultRunOptions, ...given });
  const progress = makeProgress(terminal, signal);
  const { source } = await resolveData(given.path, { env: terminal.env, offline: false, signal, log: progress.log });
  progress.clear();
  const { path, ...part } = source;
  const { text, label, group, id, notes } = await readSource(path, { test, validation }, { ...columns, ...part });
  const found = {
    text,
    ...(given.labelColumns === undefined ? { label } : {}),
    ...(group === null ? {} : { group }),
    ...(id === null ? {} : { id }),
  };
  return { options: { ...found, ...given }, notes };
}

/** A path from the folder of a file, as every system reads it. */
const from = (file: string, path: string): string => relative(dirname(resolve(file)), resolve(path)).replaceAll("\\", "/") || ".";

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new UserError(`There is no folder ${dirname(path)} to write ${path} into. Make it, or name another file with -o.`);
    if (code !== "EEXIST") throw error;
    throw new UserError(`${path} exists, and is left as it is. Name another file with -o, or remove it.`);
  }
}
