import type { Command } from "commander";
import { shellWord } from "../lib/text/shell-word.js";

/** The words a command was called with, so that it can be called again: its arguments, and the options that were given on the command line. */
export function givenWords(command: Command): string {
  const options = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== "cli") return [];
    const flag = option.long ?? option.short ?? "";
    const value: unknown = command.getOptionValue(name);
    if (typeof value === "boolean") return [flag];
    const isList = Array.isArray(value);
    return [flag, shellWord(isList ? value.join(",") : String(value))];
  });
  return ["crossover", command.name(), ...command.args.map(shellWord), ...options].join(" ");
}
