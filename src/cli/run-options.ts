/** @file The options of `crossover run`: what they are called, what they may be, and what they become. */

import { type Command, Option } from "commander";
import { UserError } from "../lib/errors.js";
import { defaultPatienceSeconds } from "../prompt/client/client.js";
import { optimizerNames } from "../prompt/optimizers/optimizers.js";
import { llmForms } from "../prompt/providers/services.js";
import { defaultRunOptions, type RunManner, type RunOptions } from "../run/run-options.js";

/** A parser of a number in a range, for commander; the message names the option and the range. */
export function numberIn(flag: string, low: number, high: number, isWhole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < low || value > high || (isWhole && !Number.isInteger(value))) {
      const kind = isWhole ? "a whole number" : "a number";
      const range =
        high === Number.POSITIVE_INFINITY || high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
      throw new UserError(`${flag} is "${text}"; it must be ${kind} ${range}.`);
    }
    return value;
  };
}

/** Gathers the values of a repeatable option. */
export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];
/** Names between commas. */
export const list = (value: string): readonly string[] =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
/** What joins labels, as it is typed: `\\n` and `\\t` are what they are in texts. */
export const labelSeparator = (value: string): string => value.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
/** For `--help`. */
export const labelSeparatorHelp = "what joins the labels of a row that may have several, such as ;";
/** For `--help`. */
export const labelColumnsHelp =
  "columns that each say of one label whether a row has it (1 or 0, yes or no, x or nothing): a,b,c";
const approachNames = (value: string): readonly string[] => {
  const names = list(value);
  if (names.length === 0) throw new UserError(`--approaches is "${value}"; it must name at least one, e.g. tune:probe.`);
  return names;
};
const most = Number.MAX_SAFE_INTEGER;

/** What `--batch` does, for `--help`. */
export const batchHelp =
  "ask LLMs of OpenAI and Anthropic in batches, at half the price: answers come within 24 hours, most often within one; what is stopped meanwhile is resumed";

/** What `--prices` names, for `--help`. */
export const pricesHelp =
  "JSON with prices per token, fields as in LiteLLM's model_prices_and_context_window.json, laid over the table that comes along";
/** What `--env-file` names, for `--help`. */
export const envFileHelp = "read keys and settings from this file, lines of NAME=value; what the environment has wins";
/** What `--output` names, for `--help`. */
export const outputHelp =
  "write the report here too, in the form that its ending names: .html .md .json, .jsonl .csv (predictions), .xml (JUnit) (repeatable)";
/** What `--yes` does, for `--help`. */
export const yesHelp = "do not ask before spending more than $1";

/** How long a service is waited for; the same for all that ask one. */
export function patienceOption(): Option {
  return new Option(
    "--patience-seconds <s>",
    `how long to wait for a service that answers nothing any more (it is down, or a limit is reached) before stopping with everything kept (default: ${defaultPatienceSeconds})`,
  ).argParser(numberIn("--patience-seconds", 0, 86_400));
}

const secondsOfUnit: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, min: 60, h: 3600 };

/** A parser of a duration for commander, to seconds: `90s`, `10m`, `1.5h`; `0` for none. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|)$/.exec(text.trim()) ?? [];
    const seconds = Number(number) * (secondsOfUnit[unit ?? ""] ?? Number.NaN);
    if (Number.isFinite(seconds) && (unit !== "" || seconds === 0)) return seconds;
    throw new UserError(`${flag} is "${text}"; it must be a time with its unit, such as 90s, 10m or 1h, or 0.`);
  };
}

/** Adds the options about the data, shared by `run` and `check`. */
export function addDataOptions(command: Command): Command {
  return command
    .optionsGroup("Data:")
    .option("--test <file>", "test rows in a file of their own (default: a folder's test file, or rows that are split off)")
    .option(
      "--validation <file>",
      "rows to choose by in a file of their own, neither learned from nor tested on (default: a folder's validation file, or cut from the training rows)",
    )
    .option("--text <column>", "column of the text (default: found by name and content)")
    .option("--label <column>", "column of the label (default: found by name and content)")
    .option(
      "--group <column>",
      "column whose equal values never sit on two sides of the split, e.g. the customer (default: a column group, customer_id and the like)",
    )
    .option(
      "--id <column>",
      "column of a unique id, by which predictions and recorded answers are told apart (default: a column id and the like, or the number of the row)",
    )
    .option("--multi-label", "a row may have several labels: a list, or joined by |")
    .option("--label-separator <sign>", labelSeparatorHelp, labelSeparator)
    .option("--label-columns <names>", labelColumnsHelp, list)
    .option(
      "--descriptions <file>",
      "YAML or JSON: what each label means, in words, for the prompts (default: label-descriptions.yaml beside the data)",
    )
    .option(
      "--test-share <share>",
      "share of rows to split off for testing (default: 0.25, at most 2,000 rows)",
      numberIn("--test-share", 0.01, 0.9),
    )
    .option(
      "-n, --limit <rows>",
      "use this many training rows, drawn as Python's dataset.shuffle(seed).select(range(n)) (default: all)",
      numberIn("--limit", 2, most, true),
    )
    .option(
      "--test-limit <rows>",
      "use this many test rows, and as many validation rows of your own, drawn likewise (default: all)",
      numberIn("--test-limit", 2, most, true),
    )
    .option("--seed <n>", "seed of everything random", numberIn("--seed", 0, most, true), defaultRunOptions.seed);
}

/** Adds the options that `run` has besides those about the data. */
export function addRunOptions(command: Command): Command {
  return command
    .optionsGroup("What is compared:")
    .option(
      "--model <name|dir|id>",
      "encoder of the tuned arm: minilm-l6, a Hugging Face folder, or a model of the Hub (org/name, org/name@revision), which is downloaded",
      defaultRunOptions.model,
    )
    .option(
      "--llm <spec>",
      `LLM to prompt (repeatable): ${llmForms()}, local:ORG/MODEL, recorded:FILE; OPENAI_BASE_URL leads openai: to a server of your own`,
      collect,
      [],
    )
    .option(
      "--recorded-labels <n>",
      "labelled examples that recorded answers rest on, e.g. shown in the prompt (default: unknown)",
      numberIn("--recorded-labels", 0, most, true),
    )
    .option(
      "--recorded-words <n>",
      "words a person wrote for the prompt behind recorded answers (default: unknown)",
      numberIn("--recorded-words", 0, most, true),
    )
    .option(
      "--prompt <dir|file>",
      "ask this prompt: the folder a run wrote, a promptfoo configuration, or a program that DSPy saved as JSON (repeatable)",
      collect,
    )
    .addOption(
      new Option("--class-weight <how>", "balanced: rare labels count as much as frequent ones in tuning")
        .choices(["none", "balanced"])
        .default(defaultRunOptions.classWeight),
    )
    .option(
      "--approaches <names>",
      "only these and baseline:majority, e.g. tune:probe,prompt:zero-shot; tune is the way that suits the number of labels, all is every approach (default: baselines, tune:tfidf, tune:probe and tune; prompt:labels; of each --llm zero-shot and few-shot)",
      approachNames,
    )
    .addOption(
      new Option(
        "--time-budget <time>",
        "how long one training may take that is picked for you, e.g. 10m or 1h; 0 picks none (default: 30m)",
      )
        .argParser(duration("--time-budget"))
        .env("CROSSOVER_TIME_BUDGET"),
    )
    .option(
      "--search <n>",
      "settings tried for each trained approach, judged on a part of the training rows (default: 1, the usual settings)",
      numberIn("--search", 1, 1000, true),
    )
    .addOption(
      new Option(
        "--optimizer <name>",
        "search for a better prompt (prompt:optimized); auto chooses by rows and budget (default: no search)",
      ).choices(["auto", ...optimizerNames]),
    )
    .option(
      "--optimizer-calls <n>",
      "answers that a search may ask for (default: 2,000)",
      numberIn("--optimizer-calls", 1, most, true),
    )
    .option(
      "--optimizer-usd <usd>",
      "what a search may cost (default: half of --budget-usd, shared by all searches)",
      numberIn("--optimizer-usd", 0, most),
    )
    .option("--optimizer-time <time>", "how long a search may take, e.g. 10m or 1h (default: 30m)", duration("--optimizer-time"))
    .option("--demos <n>", "examples in a prompt that shows any", numberIn("--demos", 1, 1000, true), defaultRunOptions.demos)
    .addOption(
      new Option(
        "--confidence <how>",
        "have LLMs say how sure they are: logprob by the log-probabilities of their answers, calibrated by those less what the prompt leans to, codes by those of letters that stand for the labels, stated in their own words (default: not asked)",
      ).choices(["logprob", "calibrated", "codes", "stated"]),
    )
    .option(
      "--repeat <n>",
      "runs of each approach, with different seeds",
      numberIn("--repeat", 1, 1000, true),
      defaultRunOptions.repeat,
    )
    .optionsGroup("Asking services, and their price:")
    .option("--batch", batchHelp)
    .option(
      "-j, --max-concurrency <n>",
      "most requests under way at once",
      numberIn("--max-concurrency", 1, 10_000, true),
      defaultRunOptions.maxConcurrency,
    )
    .option(
      "--timeout-seconds <s>",
      "time one request may take before it is tried again",
      numberIn("--timeout-seconds", 0.001, 86_400),
      defaultRunOptions.timeoutSeconds,
    )
    .addOption(patienceOption())
    .option(
      "--budget-usd <usd>",
      "stop before a request that could pass this sum (default: no limit; above $1 you are asked first)",
      numberIn("--budget-usd", 0, most),
    )
    .option("--prices <file>", pricesHelp)
    .option("--no-cache", "ask again what was answered before, and embed again what was embedded")
    .option("--offline", "refuse everything that needs a network", false)
    .optionsGroup("What the verdict assumes:")
    .option(
      "--margin <share>",
      "difference that does not matter in practice, e.g. 0.01 for one point",
      numberIn("--margin", 0, 0.5),
      defaultRunOptions.margin,
    )
    .option(
      "--usd-per-label <usd>",
      "what one more label costs you",
      numberIn("--usd-per-label", 0, most),
      defaultRunOptions.usdPerLabel,
    )
    .option(
      "--usd-per-machine-hour <usd>",
      "price of a machine like this one",
      numberIn("--usd-per-machine-hour", 0, most),
      defaultRunOptions.usdPerMachineHour,
    )
    .option(
      "--utilization <share>",
      "share of the time that the machine would be busy",
      numberIn("--utilization", 0.001, 1),
      defaultRunOptions.utilization,
    )
    .option(
      "--require <gate>",
      "fail with exit code 100 unless it holds, e.g. macro_f1>=0.9 or tune:probe.accuracy>=0.85 (repeatable)",
      collect,
      [],
    )
    .optionsGroup("The run and its report:")
    .option("--name <name>", "name of the run, and of its folder (default: the data's name and the time)")
    .option("-o, --output <file>", outputHelp, collect, [])
    .option("--dry-run", "print what would be done, and what it would cost, and stop", false)
    .option("-y, --yes", yesHelp, false)
    .option("--json", "print the comparison as JSON instead of text", false)
    .option("--env-file <file>", envFileHelp)
    .addOption(new Option("--runs <dir>", "folder of all runs, and of what caches keep").default("runs").env("CROSSOVER_RUNS"));
}

/** What the command line says of a run besides the run itself: whether it is only planned, and how its result is printed. */
export interface CommandManner extends RunManner {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Parts commander's options into what decides the result and what does not. */
export function partOptions(path: string, given: RunOptions & CommandManner): { options: RunOptions; manner: CommandManner } {
  const { name, runs, output, dryRun, yes, json, envFile, ...rest } = given;
  const named = { ...(name === undefined ? {} : { name }), ...(envFile === undefined ? {} : { envFile }) };
  return { options: { ...rest, path }, manner: { ...named, runs, output, dryRun, yes, json } };
}
