/** @file Options of the commands that answer the rows of a file: which rows, what is asked of a service, and what it may cost. */
import type { Command } from "commander";
import { wholeNumber } from "../run/options/option.js";
import { flag } from "./run-options.js";

/** Which rows are answered, and how cells are written. */
export function addRowOptions(command: Command): Command {
  return command
    .addOption(
      flag("limit", {
        help: "stop after this many rows; run again without it, or with a larger number, to go on (default: all)",
        kind: wholeNumber(1),
      }),
    )
    .option(
      "--retry-errors",
      "also ask again about rows whose answer was not a label; rows without an answer are always asked again",
      false,
    )
    .option(
      "--defuse-formulas",
      "put an apostrophe before CSV cells that a spreadsheet would compute (default: your columns stay as they are)",
      false,
    );
}

/** What asking a service may take, and whether it is asked at all. */
export function addAskingOptions(command: Command): Command {
  return command
    .optionsGroup("Asking services, and their price:")
    .addOption(flag("batch"))
    .addOption(flag("maxConcurrency"))
    .addOption(flag("timeoutSeconds"))
    .addOption(flag("patienceSeconds"))
    .addOption(
      flag("budgetUsd", {
        help: "stop before a request that could exceed this sum, including what the file has cost so far (default: no limit; above $1 you are asked first)",
      }),
    )
    .addOption(flag("prices"))
    .addOption(flag("cache", { help: "ignore stored answers: ask again" }))
    .addOption(flag("offline"))
    .optionsGroup("How it runs:")
    .addOption(flag("dryRun"))
    .addOption(flag("yes"));
}
