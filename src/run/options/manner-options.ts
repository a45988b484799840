/** @file Where a run is kept and what it may do without asking. None of it changes the result. */
import { option, severalTexts, text, toggle } from "./option.js";

/** Options about the run and its report. */
export const mannerOptions = {
  name: option(text(), {
    argument: "name",
    help: "name of the run and its folder (default: the data's name and the time)",
    example: "tickets-1",
  }),
  output: option(severalTexts(), {
    short: "-o",
    argument: "file",
    help: "also write the report here, in the format of the extension: .html .md .json, .jsonl .csv (predictions), .xml (JUnit) (repeatable)",
    default: [],
    path: "file",
    example: "report.md",
  }),
  // Consent to spend is given where the spending is begun, not in a file that came with the data.
  yes: option(toggle(), {
    short: "-y",
    help: "do not ask before spending more than $1",
    default: false,
    isCommandLineOnly: true,
  }),
  envFile: option(text(), {
    argument: "file",
    help: "file of NAME=value lines to read keys and settings from; the environment wins",
    path: "file",
    example: ".env",
  }),
  runs: option(text(), {
    argument: "dir",
    help: "folder of all runs and caches",
    default: "runs",
    env: "CROSSOVER_RUNS",
    path: "file",
    example: "/data/runs",
  }),
};
