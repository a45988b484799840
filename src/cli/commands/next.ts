import { type Command, Option } from "commander";
import { findRun } from "../../run/find-run.js";
import { wholeNumber } from "../../run/options/option.js";
import { chooseNext, readNextInputs } from "../../upkeep/next/choose-next.js";
import { defaultWay, nextWays } from "../../upkeep/next/choose-rows.js";
import type { NextOptions } from "../../upkeep/next/next-options.js";
import type { CommandContext } from "../command-context.js";
import { flag } from "../run-options.js";
import { runScreen } from "../run-screen.js";
import { nextText } from "../upkeep/next-text.js";

/** `crossover next POOL --run RUN`: writes the rows of an unlabelled file that are worth a label first. */
export function addNextCommand(program: Command, context: CommandContext): Command {
  const seed = flag("seed", { help: "seed of the choice: equal seeds choose equal rows (default: the run's)" });
  seed.defaultValue = undefined;
  return program
    .command("next")
    .description("choose the rows of an unlabelled file that are worth a label first, by a run's tuned model")
    .argument("<pool>", "CSV, TSV, JSON Lines, JSON or Parquet file with a text (also .gz)")
    .optionsGroup("What is chosen:")
    .requiredOption("--run <run>", "the run whose tuned model judges the rows (folder or name)")
    .option("--approach <name>", "tuned model of the run, e.g. tune:probe (default: its best)")
    .addOption(flag("limit", { help: "rows to choose", kind: wholeNumber(1), default: 200 }))
    .addOption(
      new Option(
        "--by <way>",
        "diverse: rows that the model is unsure of and that are unlike each other; uncertainty: the least sure ones; random",
      )
        .choices(nextWays)
        .default(defaultWay),
    )
    .addOption(seed)
    .addOption(flag("text"))
    .optionsGroup("The file:")
    .option("-o, --output <file>", "output file, .csv or .jsonl (default: POOL.next.csv or .jsonl)")
    .option("--defuse-formulas", "put an apostrophe before CSV cells that a spreadsheet would compute", false)
    .optionsGroup("How it runs:")
    .addOption(flag("offline"))
    .addOption(flag("json", { help: "print what was chosen as JSON instead of text" }))
    .addOption(flag("quiet", { help: "print what was chosen alone; besides it, errors and warnings" }))
    .addOption(flag("runs", { help: "folder of all runs" }))
    .addHelpText(
      "after",
      `
Examples:
  # 200 rows, ready for whoever labels
  crossover next unlabelled.csv --run tickets-2026-01-01-120000
  # 50 at random, to compare
  crossover next unlabelled.csv --run tickets -n 50 --by random -o random.csv`,
    )
    .action(async (path: string, { run, runs, limit, by, json, quiet, ...given }: GivenOptions) => {
      using screen = runScreen(context, { isQuiet: quiet });
      const folder = await findRun(runs, run, "any");
      const options = { output: outputBeside(path), ...given, path, run: folder, count: limit, way: by };
      const inputs = await readNextInputs(options, screen.hooks);
      context.holdWork();
      const chosen = await chooseNext(inputs, screen.hooks);
      screen.clear();
      const { terminal } = context;
      terminal.out(json ? `${JSON.stringify(chosen, null, 2)}\n` : nextText(chosen, terminal));
    });
}

type GivenOptions = Omit<NextOptions, "path" | "output" | "count" | "way"> & {
  readonly limit: number;
  readonly by: NextOptions["way"];
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly runs: string;
};

/** `pool.csv.gz` → `pool.next.csv`; what is no JSON becomes a CSV. */
function outputBeside(path: string): string {
  const bare = path.replace(/\.gz$/i, "");
  const isJson = /\.(jsonl|ndjson|json)$/i.test(bare);
  return `${bare.replace(/\.[^./\\]+$/, "")}.next.${isJson ? "jsonl" : "csv"}`;
}
