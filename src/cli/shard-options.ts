/** @file Options of the commands that answer the rows of a file through an engine: in shards, each a job, by a tuned model or a vllm: model. */
import type { Command } from "commander";
import type { LabelOptions } from "../label/label-inputs.js";
import { UserError } from "../lib/errors.js";
import { type EngineOptions, localEngine } from "../run/engine/run-engine.js";
import { engineOptions, enginePlaces } from "../run/options/engine-options.js";
import { wholeNumber } from "../run/options/option.js";
import { flag, parserOf } from "./run-options.js";

/** The engine as the command line names it, and how many rows a job of it answers. */
export type GivenEngine = EngineOptions & { readonly shardRows: number };

/** The rows of a shard are held in memory, and those of several at once. */
const mostShardRows = 1_000_000;

/** Options that have a part only with an engine. */
const ofJobs = (Object.keys(engineOptions) as (keyof typeof engineOptions)[]).filter((name) => name !== "engine");

/** Which machine a tuned model works on, or asks a vllm: model. @param verb what it does: labels */
export function addShardOptions(command: Command, verb: "labels" | "answers"): Command {
  command
    .optionsGroup(`On which machine a tuned model or a vllm: model ${verb}:`)
    .addOption(flag("engine", { help: `what the tuned model or the vllm: model ${verb} on: ${enginePlaces}` }));
  for (const name of ofJobs) command.addOption(flag(name));
  return command.option(
    "--shard-rows <n>",
    `rows that a job of an engine ${verb}`,
    parserOf("--shard-rows", wholeNumber(1, mostShardRows)),
    20_000,
  );
}

/** Whether the command line itself names an engine: the environment names one for all that has a use for it. */
export function namesEngine(command: Command, { engine }: GivenEngine): boolean {
  return engine !== localEngine && command.getOptionValueSource("engine") === "cli";
}

/**
 * On what rows are answered.
 *
 * @param isFit whether an engine can answer them: where not, one that the environment names is passed over
 * @throws UserError where an option is given that has a part only with an engine
 */
export function givenEngine(command: Command, given: GivenEngine, isFit: boolean): NonNullable<LabelOptions["onEngine"]> {
  const engine = isFit || namesEngine(command, given) ? given.engine : localEngine;
  if (engine === localEngine) checkIdle(command);
  const { engineStorage, engineJobs, engineCpus, engineGpus, enginePip, engineImage, engineTimeout, vllmArgs, shardRows } = given;
  return {
    ...{ engine, engineJobs, engineCpus, engineGpus, enginePip, shardRows },
    ...(engineStorage !== undefined && { engineStorage }),
    ...(engineImage !== undefined && { engineImage }),
    ...(engineTimeout !== undefined && { engineTimeout }),
    ...(vllmArgs !== undefined && { vllmArgs }),
  };
}

function checkIdle(command: Command): void {
  const idle = [...ofJobs, "shardRows"].find((name) => command.getOptionValueSource(name) === "cli");
  if (idle === undefined) return;
  const long = command.options.find((option) => option.attributeName() === idle)!.long;
  throw new UserError(
    `${long} is for jobs of an engine, and this machine answers. Name the engine with --engine, or leave ${long} out.`,
  );
}
