/** @file Commands with the options of a run: what repeats it, and what is advised to be run next. */
import { shellWord } from "../../lib/text/shell-word.js";
import { dataOptions } from "./data-options.js";
import { flagOf, type Option, type Options } from "./option.js";
import { resultOptions } from "./options-table.js";

/** Options as a run stores them. */
type Stored = Readonly<Record<string, unknown>>;

/** A flag with its value, as words of a shell. */
interface Flag {
  readonly name: string;
  readonly words: readonly string[];
}

/** The command that makes a run again: the data, and every option that is not as it is by itself. Nothing secret is among them. */
export function runCommand(stored: Stored): string {
  return commandWith("run", stored, "");
}

/**
 * Puts what advice cannot know into its commands: the run's folder in place of `RUN`, the data in place of `FILE`, and, where a command reads the data, the run's
 * own options, so that it does what it says and changes nothing else. An option that the command gives itself stands in place of the run's; one that may be given
 * several times is added, and so is `--approaches +NAME` to the approaches that the run named: where it named none, NAME is among them anyway.
 */
export function completeCommand(command: string, folder: string, stored: Stored): string {
  const [, name, rest] = /^crossover (run|check) FILE(?: (.*))?$/.exec(command) ?? [];
  if (name === "run" || name === "check") return commandWith(name, stored, rest ?? "");
  return command.replace(/\bRUN\b/, () => shellWord(folder));
}

/** The command that goes on with a run, with what a run's folder does not keep: the files that were asked for, and that of the keys. */
export function resumeCommand(
  folder: string,
  { output = [], envFile }: { readonly output?: readonly string[]; readonly envFile?: string | undefined } = {},
): string {
  const files = output.flatMap((path) => ["-o", shellWord(path)]);
  const keys = envFile === undefined ? [] : ["--env-file", shellWord(envFile)];
  return ["crossover resume", shellWord(folder), ...keys, ...files].join(" ");
}

function commandWith(name: "run" | "check", stored: Stored, asked: string): string {
  const given = withAddedApproach(asked, stored["approaches"]);
  const table: Options = name === "run" ? resultOptions : dataOptions;
  const flags = flagsOf(table, asGiven(stored, given)).filter((flag) => !isReplaced(flag, table[flag.name]!, given));
  const words = ["crossover", name, shellWord(String(stored["path"])), ...flags.flatMap(({ words: own }) => own)];
  return given === "" ? words.join(" ") : `${words.join(" ")} ${given}`;
}

/**
 * The options without a model that the run asked because nobody named one: the same is asked again without it. Where a model is named now, it takes the
 * place of that one, and is asked about all rows.
 */
function asGiven(stored: Stored, given: string): Stored {
  if (stored["isUsualLlm"] !== true) return stored;
  const { llm: _llm, llmRows, ...others } = stored;
  return given.split(" ").includes("--llm") || llmRows === undefined ? others : { ...others, llmRows };
}

function withAddedApproach(given: string, named: unknown): string {
  return given
    .replace(/ ?--approaches \+(\S+)/, (_, added: string) =>
      Array.isArray(named) && named.length > 0 ? ` --approaches ${shellWord([...named, added].join(","))}` : "",
    )
    .trim();
}

function isReplaced({ words: [flag] }: Flag, { kind }: Option, given: string): boolean {
  return kind.form !== "list" && given.split(" ").includes(flag!);
}

/** The options that are not as they are by themselves. */
function flagsOf(table: Options, stored: Stored): Flag[] {
  return Object.entries(table).flatMap(([name, row]) => {
    const value = stored[name];
    if (row.isRequired || value === undefined || isSame(value, row.default)) return [];
    const flag = flagOf(name, row);
    if (row.kind.form === "switch") return value === (row.default !== true) ? [{ name, words: [flag] }] : [];
    if (row.kind.form === "list") return (value as readonly string[]).map((each) => ({ name, words: [flag, shellWord(each)] }));
    return [{ name, words: [flag, shellWord(row.kind.write?.(value) ?? String(value))] }];
  });
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
