/** @file The table of a run's options as flags of the command line. */
import { type Command, Option } from "commander";
import { UserError } from "../lib/errors.js";
import { assumptionOptions } from "../run/assumptions.js";
import { configNames, readConfig } from "../run/options/config-file.js";
import { dataOptions } from "../run/options/data-options.js";
import { flagOf, option, type Option as Row, text, toggle, type ValueKind } from "../run/options/option.js";
import { optionGroups, type RunOptionName, runOptions } from "../run/options/options-table.js";
import { defaultRunManner, defaultRunOptions, partedOptions, type RunManner, type RunOptions } from "../run/run-options.js";

/** Options of the command line alone: what one call does, and how it tells the result. */
const callOptions = {
  config: option(text(), {
    short: "-c",
    argument: "file",
    help: `options from this file, YAML or JSON, as "crossover init" writes it; flags win over it (default: none, not even a ${configNames[0]} in this folder)`,
  }),
  dryRun: option(toggle(), { help: "print what would be done, and what it would cost, and stop", default: false }),
  full: option(toggle(), {
    help: "print the whole report; a terminal gets the brief one by default, the verdict last",
    default: false,
  }),
  quiet: option(toggle(), {
    short: "-q",
    help: "print the verdict alone (with --json the JSON); besides it, errors and what the report does not say",
    default: false,
  }),
  open: option(toggle(), { help: "open the report in the browser at the end", default: false }),
  json: option(toggle(), { help: "print the comparison as JSON instead of text", default: false }),
};

/** What cannot be asked for at once. */
const conflicts: Readonly<Record<string, readonly string[]>> = { quiet: ["full"], open: ["dryRun"] };

const rows: Readonly<Record<RunOptionName | keyof typeof callOptions, Row>> = { ...runOptions, ...callOptions };

/** A parser of values of a kind, for commander; the message names the flag and what it must be. */
export function parserOf<Value>(flag: string, { read, must }: ValueKind<Value>): (given: string) => Value {
  return (given) => {
    const value = read(given);
    if (value === undefined) throw new UserError(`${flag} is "${given}"; it must ${must}.`);
    return value;
  };
}

/** The flag of an option of the table. What another command says otherwise of it is given with it. */
export function flag(name: keyof typeof rows, changes: Partial<Pick<Row, "help" | "short" | "default" | "kind">> = {}): Option {
  const { kind, help, argument, short, default: usual, env } = { ...rows[name], ...changes };
  const long = flagOf(name, { kind, default: usual });
  const made = new Option(
    `${short === undefined ? "" : `${short}, `}${long}${argument === undefined ? "" : ` <${argument}>`}`,
    help,
  );
  if (usual !== undefined && !made.negate) made.default(usual);
  if (env !== undefined) made.env(env);
  made.conflicts([...(conflicts[name] ?? [])]);
  if (kind.choices !== undefined) return made.choices(kind.choices);
  if (kind.form === "switch") return made;
  if (kind.form === "single") return made.argParser(parserOf(long, kind));
  repeated.add(made);
  // What is given takes the place of the default.
  return made.argParser((given: string, all: readonly string[] = []) => (all === usual ? [given] : [...all, given]));
}

const repeated = new WeakSet<Option>();

/** Whether a flag is given once a value. */
export const isRepeated = (option: Option): boolean => repeated.has(option);

/** Adds flags in a group of `--help`. */
function addFlags(command: Command, title: string, names: readonly (keyof typeof rows)[]): Command {
  command.optionsGroup(`${title}:`);
  for (const name of names) {
    const made = flag(name);
    command.addOption(made);
    // What a configuration turns on can be turned off again, and the other way around.
    if (rows[name].kind.form === "switch" && !Object.hasOwn(callOptions, name) && name !== "yes") {
      const opposite = made.negate ? made.long!.replace("--no-", "--") : made.long!.replace("--", "--no-");
      command.addOption(new Option(opposite).hideHelp());
    }
  }
  return command;
}

const namesOf = (options: object): RunOptionName[] =>
  (Object.keys(options) as RunOptionName[]).filter((name) => !("isRequired" in runOptions[name]));

/** Adds the options about the data, shared by `run` and `check`, and the configuration that may say them. */
export function addDataOptions(command: Command): Command {
  return addFlags(command, "Data", ["config", ...namesOf(dataOptions)]);
}

/** Adds the options about the data alone. */
export function addDataFlags(command: Command): Command {
  return addFlags(command, "Data", namesOf(dataOptions));
}

/** The options that were given on the command line, or by the environment. */
export function toldOptions(command: Command): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) !== "default"));
}

/** Adds the options that `run` has besides those about the data. */
export function addRunOptions(command: Command): Command {
  for (const { title, options } of optionGroups.slice(1)) addFlags(command, title, namesOf(options));
  return addShowOptions(command.addOption(flag("dryRun")));
}

/** Adds the options of how a result is shown. */
export function addShowOptions(command: Command): Command {
  for (const name of ["full", "quiet", "json", "open"] as const) command.addOption(flag(name));
  return command;
}

/** Adds the options that decide a measured run anew. Their defaults are what the run was begun with. */
export function addAssumptionOptions(command: Command): Command {
  command.optionsGroup("To decide anew:");
  for (const name of [...assumptionOptions, "require"] as const) {
    const made = flag(name);
    // What is not told is as the run has it: a default must not look as if it were told.
    made.defaultValue = undefined;
    command.addOption(made);
  }
  return command;
}

/** What the command line says of a run besides the run itself: whether it is only planned, and how its result is printed. */
export interface CommandManner extends RunManner {
  readonly dryRun: boolean;
  readonly full: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly open: boolean;
}

/** How a result is shown. */
export type ShowManner = Pick<CommandManner, "full" | "quiet" | "json" | "open">;

/**
 * What a command was given: flags and the environment win over the configuration that `--config` names, and that over the defaults.
 *
 * @param path the data, where it stands on the command line
 * @throws UserError where the configuration cannot be used, or nothing says which data
 */
export async function givenOptions(
  command: Command,
  path: string | undefined,
): Promise<{ readonly options: RunOptions; readonly manner: RunManner }> {
  const config = command.getOptionValue("config") as string | undefined;
  const given = { ...(config === undefined ? {} : await readConfig(config)), ...toldOptions(command) };
  const data = path ?? given.path;
  if (data === undefined) {
    const missing = config === undefined ? "" : `: ${config} names none either ("data:")`;
    return command.error(`error: missing required argument 'data'${missing}`);
  }
  return partedOptions({ ...defaultRunOptions, ...defaultRunManner, ...given, path: data });
}
