/** @file Where a run is kept and what it may do without asking. None of it changes the result. */
import { option, severalTexts, text, toggle } from "./option.js";

/** Options about the run and its report. */
export const mannerOptions = {
  name: option(text(), {
    argument: "name",
    help: "name of the run, and of its folder (default: the data's name and the time)",
  }),
  output: option(severalTexts(), {
    short: "-o",
    argument: "file",
    help: "write the report here too, in the form that its ending names: .html .md .json, .jsonl .csv (predictions), .xml (JUnit) (repeatable)",
    default: [],
    path: "file",
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
    help: "read keys and settings from this file, lines of NAME=value; what the environment has wins",
    path: "file",
  }),
  runs: option(text(), {
    argument: "dir",
    help: "folder of all runs, and of what caches keep",
    default: "runs",
    env: "CROSSOVER_RUNS",
    path: "file",
  }),
};
