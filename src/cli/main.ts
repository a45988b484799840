/** @file argv -> command -> exit code. */
import { Command, CommanderError, Help, type Option } from "commander";
import { didYouMean } from "../lib/text/nearest-name.js";
import { visibleText } from "../lib/text/visible-text.js";
import { packageVersion } from "../lib/version.js";
import { cleanTerminal } from "./clean-terminal.js";
import type { CommandContext } from "./command-context.js";
import { addAdviseCommand } from "./commands/advise.js";
import { addCascadeCommand } from "./commands/cascade.js";
import { addCheckCommand } from "./commands/check.js";
import { addExportCommand } from "./commands/export.js";
import { addInitCommand } from "./commands/init.js";
import { addLabelCommand } from "./commands/label.js";
import { addListCommand } from "./commands/list.js";
import { addNextCommand } from "./commands/next.js";
import { addPredictCommand } from "./commands/predict.js";
import { addRecheckCommand } from "./commands/recheck.js";
import { addResumeCommand } from "./commands/resume.js";
import { addRunCommand } from "./commands/run.js";
import { addServeCommand } from "./commands/serve.js";
import { addViewCommand } from "./commands/view.js";
import { exitCode, explain } from "./exit-code.js";
import { noteLines } from "./notes.js";
import type { Opener } from "./open-file.js";
import type { Terminal } from "./terminal.js";

const commands = [
  addAdviseCommand,
  addInitCommand,
  addRunCommand,
  addResumeCommand,
  addCheckCommand,
  addListCommand,
  addViewCommand,
  addLabelCommand,
  addNextCommand,
  addExportCommand,
  addPredictCommand,
  addRecheckCommand,
  addServeCommand,
  addCascadeCommand,
];

/**
 * Runs the program and returns its exit code; never throws.
 *
 * @param argv the words after the program's name
 * @param holdWork called once a command has something to close in order, so that `signal` is to be aborted where the process would be ended
 * @param open opens a page for `--open`. @default nothing can be opened
 */
export async function main(
  argv: readonly string[],
  given: Terminal,
  signal: AbortSignal,
  holdWork: () => void = () => {},
  open: Opener = async () => false,
): Promise<number> {
  const terminal = cleanTerminal(given);
  let code: number = exitCode.ok;
  const context: CommandContext = {
    terminal,
    signal,
    holdWork,
    open,
    setExitCode: (value) => {
      code = value;
    },
  };
  try {
    const program = makeProgram(context);
    checkHelpTopic(program, argv);
    if (argv.length === 0 || (argv[0] === "help" && argv[1] === "help")) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed what is wrong; asked for help or the version, it ends with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.user;
    const { text, code: failed } = explain(error);
    terminal.err(failed === exitCode.bug ? `${text}\n` : noteLines(text, terminal));
    return failed;
  }
}

function makeProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command("crossover")
    .description("Fine-tune a model, or engineer a prompt? Measures both on your own labeled data, and advises.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: terminal.width, showGlobalOptions: false, optionDescription: describeOption })
    .configureOutput({
      writeOut: terminal.out,
      // An unknown option is quoted as it was given.
      writeErr: (text) => terminal.err(text.split("\n").map(visibleText).join("\n")),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
    })
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  # which way is likelier to suit, before there is data
  crossover advise
  # look for duplicates, leaks, wrong labels
  crossover check tickets.csv
  # compare on your data, without a key or a network
  crossover run tickets.csv
  # the same with an LLM (OPENAI_API_KEY): what it would cost, then the run
  crossover run tickets.csv --llm openai:gpt-6-luna --dry-run
  crossover run tickets.csv --llm openai:gpt-6-luna --budget-usd 2
  # answer a text with what was measured
  crossover predict tickets-2026-01-01-120000 "Where is my parcel?"
  # label new rows with it
  crossover label new.csv --run tickets-2026-01-01-120000
  # answer over HTTP with what was measured
  crossover serve tickets-2026-01-01-120000

Exit codes: 0 done, 1 internal error, 2 fix your input, or rows without an
answer, 100 a --require gate failed, 130 interrupted.`,
    );
  for (const add of commands) {
    // Settings of the program are not handed down to commands made elsewhere.
    add(program, context)
      .copyInheritedSettings(program)
      .showHelpAfterError('("crossover help run" and the like list the options)');
  }
  return program;
}

/** Commander answers `help rnu` with the overview, as if that had been asked for. */
function checkHelpTopic(program: Command, [word, topic]: readonly string[]): void {
  if (word !== "help" || topic === undefined || topic.startsWith("-")) return;
  const names = program.commands.map((command) => command.name());
  if (names.includes(topic) || topic === "help") return;
  program.error(`error: unknown command '${topic}'.${didYouMean(topic, names)} Commands: ${names.join(", ")}.`);
}

/** What an option does and its default, but for a switch that is off and a list of none: those need no saying. */
function describeOption(option: Option): string {
  const { defaultValue } = option;
  const isEmpty = defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  // A copy, since commander sets the default by this very object.
  const shown = isEmpty ? (Object.create(option, { defaultValue: { value: undefined } }) as Option) : option;
  return new Help().optionDescription(shown);
}
