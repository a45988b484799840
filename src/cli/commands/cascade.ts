import { type Command, Option } from "commander";
import { pairedCascade } from "../../compare/cascade/cascade.js";
import { cascadeName, cascadeSummary } from "../../compare/cascade/cascade-measurement.js";
import { selectiveOf } from "../../compare/cascade/selective.js";
import { summarize } from "../../compare/summarize.js";
import { writeFileAtomic } from "../../lib/atomic-write.js";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { cascadeFormatOf, cascadeJson, renderCascadeFile } from "../../report/cascade/cascade-file.js";
import { noCascadeText } from "../../report/cascade/cascade-words.js";
import { renderCascade } from "../../report/cascade/render-cascade.js";
import { toldCascade, toldSelective } from "../../report/cascade/told-cascade.js";
import { toldAssumptions } from "../../run/assumptions.js";
import { findRun } from "../../run/find-run.js";
import { number, type ValueKind } from "../../run/options/option.js";
import { runFacts } from "../../run/run-facts.js";
import type { RunOptions } from "../../run/run-options.js";
import { saveCascade } from "../../ship/cascade/save-cascade.js";
import { artifactFolder } from "../../store/artifact-folder.js";
import { type Run, readRun } from "../../store/run.js";
import type { Cascade, CascadeAim, NoCascade, Selective } from "../../types/cascade.js";
import type { Comparison } from "../../types/comparison.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";
import { flag, parserOf, toldOptions } from "../run-options.js";

interface CascadeOptions {
  readonly small?: string;
  readonly llm?: string;
  readonly targetAccuracy?: number;
  readonly maxUsdPer1k?: number;
  readonly maxError?: number;
  readonly escalate: "llm" | "person";
  readonly save?: string | true;
  readonly output: readonly string[];
  readonly json: boolean;
  readonly runs: string;
}

/** A share that is neither 0 nor 1: those no rows can show. */
const share: ValueKind<number> = {
  ...number(0, 1),
  read: (given) => {
    const value = number(0, 1).read(given);
    return value === undefined || value === 0 || value === 1 ? undefined : value;
  },
  must: "be a number between 0 and 1, such as 0.95",
};

/** `crossover cascade RUN`: two measured approaches as one, or one that hands rows on to a person. Asks nothing. */
export function addCascadeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("cascade")
    .description("pair two approaches of a finished run: the small one answers where it is sure, the LLM is asked for the rest")
    .argument("[run]", "the run's folder or name (default: the newest one)")
    .option("--small <approach>", "approach that answers where it is sure enough (default: the best tuned one)")
    .option("--llm <approach>", "approach that is asked for the rest (default: the best prompted one)")
    .addOption(
      new Option(
        "--escalate <whom>",
        "who gets the rows that the small one is unsure of: llm, or person, and nobody else is asked",
      )
        .choices(["llm", "person"])
        .default("llm"),
    )
    .optionsGroup("What the threshold is chosen for (default: the most gained over handing on at random):")
    .addOption(
      new Option(
        "--target-accuracy <share>",
        "the fewest rows handed on for such an accuracy, e.g. 0.95; of rows with several labels it is the micro-F1",
      ).argParser(parserOf("--target-accuracy", share)),
    )
    .addOption(
      new Option("--max-usd-per-1k <usd>", "the best score within such a price of 1,000 rows")
        .argParser(parserOf("--max-usd-per-1k", number(0)))
        .conflicts(["targetAccuracy"]),
    )
    .addOption(
      new Option(
        "--max-error <share>",
        "with --escalate person: the most rows answered with so few errors, e.g. 0.02, with 95% confidence",
      )
        .argParser(parserOf("--max-error", share))
        .conflicts(["targetAccuracy", "maxUsdPer1k"]),
    )
    .optionsGroup("What becomes of it:")
    .option(
      "--save [folder]",
      "save the cascade as a folder that can be loaded, served and asked like any other approach (default: artifacts/hybrid_cascade of the run)",
    )
    .addOption(flag("output", { help: "also write it here, in the format of the extension: .html .md .json (repeatable)" }))
    .option("--json", "print the result as JSON instead of text", false)
    .addOption(flag("runs", { help: "folder of all runs" }));
  for (const name of ["usdPerMachineHour", "utilization", "llmPrice"] as const) {
    const made = flag(name);
    made.defaultValue = undefined;
    command.addOption(made);
  }
  return command
    .addHelpText(
      "after",
      `
Nothing is asked or measured again: recorded answers can be paired too.

Examples:
  crossover cascade runs/tickets
  crossover cascade runs/tickets --target-accuracy 0.95
  crossover cascade runs/tickets --max-usd-per-1k 0.10
  crossover cascade runs/tickets --small tune:probe --llm prompt:zero-shot@openai:gpt-6-luna
  # a page with the whole curve
  crossover cascade runs/tickets -o cascade.html
  # kept, to be loaded and served
  crossover cascade runs/tickets --save
  # one model alone; a person answers what it is unsure of
  crossover cascade runs/tickets --escalate person --max-error 0.02`,
    )
    .action(async (name: string | undefined, given: CascadeOptions) => {
      checkTogether(given);
      for (const path of given.output) cascadeFormatOf(path);
      const run = await readRun(await findRun(given.runs, name, "any"));
      const told = toldOptions(command) as Partial<RunOptions>;
      const assumptions = { ...run.manifest.assumptions, ...toldAssumptions(pricesAmong(told)) };
      const { task, failed } = run.manifest;
      const comparison = summarize({ task, assumptions, measurements: run.measurements, failed });
      const small = approachOf(run, comparison, "small", given.small);
      if (given.escalate === "person") {
        const maxError = given.maxError ?? (given.targetAccuracy === undefined ? null : 1 - given.targetAccuracy);
        const found = selectiveOf({ task, measurements: run.measurements, approach: small, maxError });
        if ("kind" in found) throw refusal(found, run, comparison);
        await show(found, { run, comparison, given, context });
        return;
      }
      const llm = approachOf(run, comparison, "llm", given.llm);
      if (small === llm) {
        throw new UserError(
          `--small and --llm are both ${visibleText(small)}. A cascade is of two approaches: name another one.`,
        );
      }
      const input = { task, measurements: run.measurements, assumptions, small, llm, aim: aimOf(given) };
      const paired = pairedCascade(input);
      if ("kind" in paired) throw refusal(paired, run, comparison);
      const { cascade } = paired;
      await show(cascade, { run, comparison, given, context });
      if (given.save === undefined) return;
      const folder = given.save === true ? artifactFolder(run.folder, cascadeName) : given.save;
      const summary = cascadeSummary(paired, input);
      const members = { small: artifactFolder(run.folder, small), llm: artifactFolder(run.folder, llm) };
      await saveCascade(folder, { cascade, members, task, summary, seed: summary?.seeds[0] ?? 0 });
      const doubt = cascade.objections.length === 0 ? "" : " Note that it is not recommended.";
      const { terminal } = context;
      terminal.err(noteLines(`Saved: ${folder}.${doubt} To serve it: crossover serve ${shellWord(folder)}`, terminal));
    });
}

interface ShowInput {
  readonly run: Run;
  readonly comparison: Comparison;
  readonly given: Pick<CascadeOptions, "json" | "output">;
  readonly context: CommandContext;
}

/** Prints the result, and writes it to the files that were asked for. */
async function show(result: Cascade | Selective, { run, comparison, given, context: { terminal } }: ShowInput): Promise<void> {
  const isAscii = terminal.isOutScreen && !terminal.hasUnicode;
  const told = "policies" in result ? toldCascade(result) : toldSelective(result);
  const { width, hasColor } = terminal;
  terminal.out(given.json ? cascadeJson(result) : renderCascade(told, { width, hasColor, isAscii }));
  for (const path of given.output)
    await writeFileAtomic(path, renderCascadeFile(path, { result, comparison, facts: runFacts(run) }));
}

/** Prices alone: what else decides a verdict has no part in a cascade. */
function pricesAmong({ usdPerMachineHour, utilization, llmPrice }: Partial<RunOptions>): Partial<RunOptions> {
  return Object.fromEntries(
    Object.entries({ usdPerMachineHour, utilization, llmPrice }).filter(([, value]) => value !== undefined),
  );
}

/** @throws UserError where options contradict each other */
function checkTogether({ escalate, llm, maxUsdPer1k, maxError, save }: CascadeOptions): void {
  if (escalate === "person") {
    if (llm !== undefined) throw new UserError("--llm names whom --escalate person leaves out. Give one of the two.");
    if (save !== undefined) {
      throw new UserError(
        "--save is for a cascade of two approaches: with --escalate person there is one, which is saved already.",
      );
    }
    if (maxUsdPer1k !== undefined) {
      throw new UserError(
        "--max-usd-per-1k has no meaning with --escalate person, whose price is not known. Give --max-error, e.g. 0.02.",
      );
    }
  } else if (maxError !== undefined) {
    throw new UserError(
      "--max-error is for --escalate person: add that. For a cascade with an LLM give --target-accuracy, e.g. 0.95.",
    );
  }
}

function aimOf({ targetAccuracy, maxUsdPer1k }: CascadeOptions): CascadeAim {
  if (targetAccuracy !== undefined) return { kind: "score", least: targetAccuracy };
  return maxUsdPer1k === undefined ? { kind: "trade" } : { kind: "cost", mostUsdPerThousand: maxUsdPer1k };
}

/** The approach that was named, or the best of its arm. */
function approachOf(run: Run, comparison: Comparison, side: "small" | "llm", named: string | undefined): string {
  const { best, summaries } = comparison;
  const names = summaries.map(({ approach }) => approach);
  const known = names.length === 0 ? "none" : names.map(visibleText).join(", ");
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new UserError(
      `--${side} is "${visibleText(named)}", which ${run.folder} has not measured.${didYouMean(named, names)} Measured: ${known}.`,
    );
  }
  const chosen = (side === "small" ? best.tune : best.prompt)?.approach;
  if (chosen !== undefined) return chosen;
  const arm = side === "small" ? "fine-tuned" : "prompted";
  throw new UserError(
    `${run.folder} has no ${arm} approach to take. Name another one with --${side}${side === "llm" ? ", or give --escalate person" : ""}. Measured: ${known}.`,
  );
}

/** Why there is no cascade, and what to do. */
function refusal(reason: NoCascade, run: Run, { summaries }: Comparison): UserError {
  const why = visibleText(noCascadeText(reason));
  switch (reason.kind) {
    case "not-measured":
      return new UserError(`${why} Go on with the run: crossover resume ${shellWord(run.folder)}`);
    case "tells-no-confidence": {
      const telling = summaries.map(({ approach }) => approach).filter((approach) => tellsConfidence(run, approach));
      return new UserError(
        `${why} Take another one with --small: ${telling.map(visibleText).join(", ") || "none of this run tells; LLMs do with --confidence"}.`,
      );
    }
    case "few-shared-rows":
      return new UserError(`${why} Take another pair, or measure more rows.`);
    case "price-unknown":
      return new UserError(
        `${why} So --max-usd-per-1k can't be kept. Give its prices when the run is made (--prices), or another aim: --target-accuracy.`,
      );
  }
}

function tellsConfidence({ measurements, manifest: { task } }: Run, approach: string): boolean {
  const found = selectiveOf({ task, measurements, approach, maxError: null });
  return !("kind" in found) && found.curve.length > 1;
}
