import type { RunFacts } from "../report/run-facts.js";
import type { Run } from "../store/run.js";
import { runCommand } from "./options/run-command.js";

/** What a report says of the run that it is of. */
export function runFacts({ manifest }: Pick<Run, "manifest">): RunFacts {
  const { createdAt, version, machine, options } = manifest;
  const files = ["path", "test", "validation"].map((option) => options[option]);
  return {
    startedAt: createdAt,
    files: files.filter((file) => typeof file === "string"),
    version,
    machine,
    command: runCommand(options),
  };
}
