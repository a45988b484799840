import { type Command, Option } from "commander";
import { type Priors, priorsOf } from "../../advise/priors/priors.js";
import { nothingTold, type Situation } from "../../advise/priors/situation.js";
import {
  breakEvenPriorText,
  decisionTable,
  firstRowsText,
  priorFindingText,
  priorVerdictText,
  publishedText,
  whenToUse,
} from "../../advise/words/priors.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { citedSources, renderPriors } from "../../report/priors-text.js";
import { flagOf } from "../../run/options/option.js";
import { runOptions } from "../../run/options/options-table.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";
import { parserOf } from "../run-options.js";
import { interview, type Question, questions } from "../situation-questions.js";

/** `crossover advise`: what can be said before there is data. */
export function addAdviseCommand(program: Command, { terminal }: CommandContext): Command {
  const command = program
    .command("advise")
    .description("say, without data, which way is likelier to suit: published results, and the commands that would measure it");
  for (const { flag, argument, help, kind } of Object.values(questions) as Question[]) {
    if (kind.form === "switch") {
      command.addOption(new Option(flag, help)).addOption(new Option(flag.replace("--", "--no-")).hideHelp());
      continue;
    }
    const option = new Option(`${flag} <${argument}>`, help);
    command.addOption(kind.choices === undefined ? option.argParser(parserOf(flag, kind)) : option.choices(kind.choices));
  }
  return command
    .option("--no-ask", "ask nothing: what no flag tells is taken as not told")
    .option("--json", "print the answers, findings and commands as JSON instead of text", false)
    .addHelpText(
      "after",
      `
In a terminal it asks for what no flag tells; an empty answer skips a question.
Elsewhere, such as in a pipe, what is missing is taken as not told.

Examples:
  crossover advise
  crossover advise --task intents --classes 8 --labels 500
  crossover advise --labels 500 --private --local-llm --language de --json`,
    )
    .action(async () => {
      const { ask, json, ...told } = toldAnswers(command);
      const say = (text: string): void => terminal.err(noteLines(text, terminal));
      const isAsking = ask && !json;
      const situation = await interview(told, isAsking ? (question) => terminal.ask(`${question} `) : nobody, say);
      const priors = priorsOf(situation);
      const commands = measuringCommands(priors);
      if (json) terminal.out(`${JSON.stringify(asJson(priors, commands), null, 2)}\n`);
      else terminal.out(renderPriors(priors, commands, terminal));
    });
}

const nobody = async (): Promise<undefined> => undefined;

/** The answers that flags give, under the names of a situation. */
function toldAnswers(command: Command): Partial<Situation> & { readonly ask: boolean; readonly json: boolean } {
  const { ask, json } = command.opts<{ ask: boolean; json: boolean }>();
  const answers = (Object.keys(nothingTold) as (keyof Situation)[]).flatMap((name) => {
    const attribute = new Option(`${questions[name].flag} <value>`).attributeName();
    const value: unknown = command.getOptionValueSource(attribute) === "cli" ? command.getOptionValue(attribute) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return { ...(Object.fromEntries(answers) as Partial<Situation>), ask, json };
}

/** The commands that would measure it, for a FILE of labeled rows; none where there is nothing to measure. */
function measuringCommands({ firstRows, options }: Priors): readonly string[] {
  if (firstRows === null) return [];
  const words = options.map(({ name, value }) => {
    const flag = flagOf(name, runOptions[name]);
    return value === "" ? flag : `${flag} ${shellWord(value)}`;
  });
  const ofData = words.filter((_, i) => options[i]!.name === "model");
  const run = ["crossover run FILE", ...words].join(" ");
  return [["crossover check FILE", ...ofData].join(" "), `${run} --dry-run`, run];
}

function asJson(priors: Priors, commands: readonly string[]): unknown {
  const { verdict, breakEven, findings, firstRows, ...rest } = priors;
  return {
    format: 1,
    isMeasured: false,
    ...rest,
    verdict: { ...verdict, text: priorVerdictText(verdict) },
    breakEven:
      breakEven === null
        ? null
        : {
            ...breakEven,
            text: breakEvenPriorText(breakEven),
            published: breakEven.published.map((figure) => ({ ...figure, text: publishedText(figure) })),
          },
    findings: findings.map((finding) => ({ ...finding, text: priorFindingText(finding) })),
    firstRows: firstRows === null ? null : { ...firstRows, text: firstRowsText(firstRows) },
    whenToUse: { ...whenToUse, factors: decisionTable },
    commands,
    sources: breakEven === null ? [] : citedSources(breakEven.published),
  };
}
