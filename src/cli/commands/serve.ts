import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { messageOf } from "../../lib/errors.js";
import { formatPlural } from "../../lib/text/format.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { createBudget } from "../../prompt/client/budget.js";
import { listPrices } from "../../prompt/prices/price-table.js";
import { loadPrices } from "../../prompt/prices/prices.js";
import { readEnvironment } from "../../run/environment.js";
import { findRun } from "../../run/find-run.js";
import { number, wholeNumber } from "../../run/options/option.js";
import type { LoadPredictorOptions } from "../../ship/kinds/kind.js";
import { findArtifact, loadArtifact } from "../../ship/load-predictor.js";
import { choiceNote } from "../../ship/run-artifacts.js";
import { checkedToken, tokenVariable } from "../../ship/serve/access.js";
import { renewedPredictor } from "../../ship/serve/renewed-predictor.js";
import { type RunningServer, startServer } from "../../ship/serve/serve.js";
import type { CommandContext } from "../command-context.js";
import { noteLines } from "../notes.js";
import { flag, parserOf } from "../run-options.js";

/** What is served where nothing is said. */
const usualPort = 8780;

/** Options as the command line has them. */
interface ServeFlags {
  readonly approach?: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly maxQueue: number;
  readonly maxTexts: number;
  readonly maxBodyMb: number;
  readonly requestTimeoutSeconds: number;
  readonly threads?: number;
  readonly llm?: string;
  readonly budgetUsd?: number;
  readonly maxConcurrency: number;
  readonly prices?: string;
  readonly envFile?: string;
  readonly runs: string;
}

/** `crossover serve RUN|FOLDER`: answers over HTTP until it is told to stop. */
export function addServeCommand(program: Command, context: CommandContext): Command {
  const whole = (name: string, low: number, high?: number): ((given: string) => number) => parserOf(name, wholeNumber(low, high));
  const command = program
    .command("serve")
    .description("serve what a run saved over HTTP: its own routes, and those of Hugging Face and of decision models")
    .argument("<run>", "a run (folder or name), whose best model or prompt is served, or the folder of an approach")
    .optionsGroup("What is served:")
    .option(
      "--approach <name>",
      "approach of the run to serve, e.g. tune:probe (default: the one that the run advises, or the best)",
    )
    .option("--threads <n>", "threads of a tuned model (default: the cores, at most 8)", whole("--threads", 1, 256))
    .optionsGroup("Where, and to whom:")
    .option("--host <address>", "address to listen on; beyond this machine a token is needed", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes any that is free", whole("--port", 0, 65_535), usualPort)
    .option(
      "--token <secret>",
      `what clients must send as "Authorization: Bearer SECRET"; better in ${tokenVariable}, since others on this machine see the words of a command`,
    )
    .optionsGroup("Limits:")
    .option(
      "--max-queue <n>",
      "requests inside at once, waiting or being answered; the next one gets 429",
      whole("--max-queue", 1, 100_000),
      256,
    )
    .option("--max-texts <n>", "texts of one request", whole("--max-texts", 1, 1_000_000), 10_000)
    .option("--max-body-mb <n>", "megabytes of one request", parserOf("--max-body-mb", number(0.001, 512)), 16)
    .option(
      "--request-timeout-seconds <s>",
      "seconds from a request to its answer, after which it gets 504",
      parserOf("--request-timeout-seconds", number(0.1, 86_400)),
      120,
    )
    .optionsGroup("Asking services, where a prompt is served:")
    .option("--llm <spec>", "LLM to ask in place of the one that the prompt was measured with")
    .addOption(flag("budgetUsd", { help: "the most that the server may spend; then requests get 402 (default: no limit)" }))
    .addOption(flag("maxConcurrency", { help: "the most requests to the service open at once", default: 32 }))
    .addOption(flag("prices"))
    .optionsGroup("How it runs:")
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs" }))
    .addHelpText(
      "after",
      `
Routes: POST /predict (one text or many), POST / and /models/NAME (as Hugging
Face's text classification), POST /v1/systemone and /v1/decisions (as decision
models), GET /healthz, /metrics (Prometheus), /openapi.json.

SIGTERM and Ctrl-C: requests that were let in are answered, then it ends with
exit code 0; a second one ends it at once.

Examples:
  # the best model of a run, for this machine alone
  crossover serve tickets-2026-01-01-120000
  curl http://127.0.0.1:${usualPort}/predict -H 'Content-Type: application/json' \\
    -d '{"text": "Where is my parcel?"}'
  # one approach, for others too
  ${tokenVariable}=$(cat token) crossover serve tickets-2026-01-01-120000 \\
    --approach tune:full --host 0.0.0.0
  # a prompt, within a budget
  crossover serve runs/tickets/artifacts/prompt_few-shot --budget-usd 20`,
    );
  return command.action((given: string, flags: ServeFlags) => serve(given, flags, context));
}

async function serve(given: string, flags: ServeFlags, context: CommandContext): Promise<void> {
  const { terminal, signal } = context;
  const note = (words: string): void => terminal.err(noteLines(words, terminal));
  const env = await readEnvironment(terminal.env, flags.envFile);
  const token = flags.token ?? (env[tokenVariable] || undefined);
  // Before a model is loaded, which takes a while.
  checkedToken(flags.host, token);
  const place = existsSync(given) ? given : await findRun(flags.runs, given, "any");
  const loading: LoadPredictorOptions = {
    env,
    maxConcurrency: flags.maxConcurrency,
    timeoutSeconds: flags.requestTimeoutSeconds,
    sharesPasses: true,
    log: ({ text: words }) => note(words),
    ...(flags.llm !== undefined && { llm: flags.llm }),
    ...(flags.threads !== undefined && { threads: flags.threads }),
    ...(flags.prices !== undefined && { prices: await loadPrices(flags.prices, listPrices) }),
    ...(flags.budgetUsd !== undefined && { budget: createBudget(flags.budgetUsd) }),
  };
  // Found once: what is loaded anew after a failure is the same approach, also where a run has gone on meanwhile.
  const artifact = await findArtifact(place, flags.approach === undefined ? {} : { approach: flags.approach });
  const why = artifact.meant === undefined ? null : choiceNote(artifact.meant);
  if (why !== null) note(why);
  await using predictor = await renewedPredictor(() => loadArtifact(artifact, loading));
  const { labels, isMultiLabel, asksLlm, approach, folder, manifest } = predictor.first;
  // Without a manifest it is the folder's path, which is no client's business.
  const name = manifest === null ? basename(resolve(folder)) : approach;
  // The first pass takes longer than others; and a model that cannot answer is known before anybody asks it.
  if (!asksLlm) await predictor.first.classify(["warm up"]);
  const server = await startServer(
    { name, labels, isMultiLabel, isBatched: !asksLlm, classify: predictor.classify },
    {
      host: flags.host,
      port: flags.port,
      ...(token !== undefined && { token }),
      mostRequests: flags.maxQueue,
      mostTexts: flags.maxTexts,
      mostBodyBytes: Math.floor(flags.maxBodyMb * 2 ** 20),
      timeoutSeconds: flags.requestTimeoutSeconds,
      onError: (route, error, texts) => note(errorLine(route, error, texts)),
    },
  );
  context.holdWork();
  terminal.out(`${server.url}\n`);
  note(`Serving ${name} (${formatPlural(labels.length, "label")}) at ${server.url}. Ctrl-C stops it.`);
  await untilAborted(signal);
  await stopped(server, note);
}

async function stopped(server: RunningServer, note: (words: string) => void): Promise<void> {
  const { inside } = server;
  if (inside > 0) note(`Stopping: ${formatPlural(inside, "request")} will be answered first. Ctrl-C again ends at once.`);
  await server.stop();
  note(`Stopped. ${formatPlural(server.admitted, "request")} let in, ${server.admitted - server.inside} ended.`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Longer than this, a text's beginning tells enough of it that no log should have it. */
const tellingCharacters = 24;

/** An error for the log of the server. A service may quote what it was asked: such words are left out. */
function errorLine(route: string, error: unknown, texts: readonly string[]): string {
  const said = messageOf(error);
  const isQuoted = texts.some((each) => each !== "" && said.includes(each.slice(0, tellingCharacters)));
  const words = isQuoted ? "what it said quotes the text, and is not shown" : visibleText(said).slice(0, 500);
  const kind = error instanceof Error ? error.name : "error";
  return `${new Date().toISOString()} ${route} failed (${kind}): ${words}`;
}
