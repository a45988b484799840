import type { Command } from "commander";
import { shellWord } from "../lib/text/shell-word.js";
import { isRepeated } from "./run-options.js";

/**
 * The words a command was called with, so that it can be called again: its arguments, and the options that were given on the command line.
 *
 * @param without options to leave out
 */
export function givenWords(command: Command, without: readonly string[] = []): string {
  const options = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== "cli" || without.includes(name)) return [];
    const flag = option.long ?? option.short ?? "";
    const value: unknown = command.getOptionValue(name);
    // The flag that turns it on and the one that turns it off have one name.
    if (typeof value === "boolean") return value === !option.negate ? [flag] : [];
    if (Array.isArray(value) && isRepeated(option)) return value.flatMap((each) => [flag, shellWord(String(each))]);
    return [flag, shellWord(Array.isArray(value) ? value.join(",") : String(value))];
  });
  return ["crossover", command.name(), ...command.args.map(shellWord), ...options].join(" ");
}
