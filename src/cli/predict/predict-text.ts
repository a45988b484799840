/** @file One text, answered at once. */
import { join } from "node:path";
import { confidenceOf } from "../../label/labelled-file.js";
import type { LabellerPlan } from "../../label/labeller.js";
import { disposables } from "../../lib/disposables.js";
import { displayWidth, padColumns } from "../../lib/text/display-width.js";
import { formatPercent, formatSeconds, formatUsd } from "../../lib/text/format.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { createBudget } from "../../prompt/client/budget.js";
import { listPrices } from "../../prompt/prices/price-table.js";
import { loadPrices } from "../../prompt/prices/prices.js";
import { checkLlms } from "../../run/approaches.js";
import { readEnvironment } from "../../run/environment.js";
import { openResponseCache, type ResponseCache } from "../../store/response-cache.js";
import type { Prediction } from "../../types/prediction.js";
import type { CommandContext } from "../command-context.js";
import { exitCode } from "../exit-code.js";
import { planText } from "../label-text.js";
import { noteLines } from "../notes.js";
import { runScreen } from "../run-screen.js";
import type { MakePlan, PredictOptions } from "./predict-options.js";

/** Labels that are shown besides the answer. */
const mostShown = 5;

/** Where nothing is kept: of one text there is nothing to go on with. */
const forgetting: ResponseCache = {
  get: async () => undefined,
  set: async () => {},
  count: async () => 0,
  async [Symbol.asyncDispose]() {},
};

/** What came of it. */
interface Answered {
  readonly plan: LabellerPlan;
  readonly prediction: Prediction;
  readonly seconds: number;
}

/** Answers one text and prints what was said, by whom, and at what cost; with `dryRun` what it would take. */
export async function predictText(
  text: string,
  makePlan: MakePlan,
  options: PredictOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, signal } = context;
  using screen = runScreen(context, { isQuiet: options.quiet });
  const { onEvent, env: outer } = screen.hooks;
  const env = await readEnvironment(outer, options.envFile);
  const prices = options.prices === undefined ? listPrices : await loadPrices(options.prices, listPrices);
  const plan = await makePlan(options, env, prices);
  await using held = disposables();
  const query = { id: "0", text };
  if (plan.llm !== undefined) await checkLlms({ ...options, llm: [plan.llm] }, { env, onEvent, signal }, options.dryRun);
  if (options.dryRun) {
    const estimate = await plan.estimate([query], { answers: 0, outputTokens: 0, outputTokensSquared: 0 });
    const facts = { file: "One text", output: "standard output", rows: 1, done: 0, again: 0, sampled: 1, estimate };
    terminal.out(noteLines(`${planText(plan, facts)}\nNothing was spent.`, terminal));
    return;
  }
  context.holdWork();
  const isStored = options.cache && plan.llm !== undefined;
  const cache = isStored ? held.use(await openResponseCache(join(options.runs, ".cache", "responses.db"))) : forgetting;
  const budget = createBudget(options.budgetUsd ?? Number.POSITIVE_INFINITY);
  const predictor = held.use(await plan.open({ env, prices, cache, budget, hasLimit: options.budgetUsd !== undefined }));
  const startedAt = performance.now();
  const [prediction] = await predictor.predict([query], {
    signal,
    useCache: plan.llm !== undefined,
    spend: () => {},
    log: (event) => {
      if (event.kind === "note") onEvent({ kind: "warning", text: event.text });
    },
  });
  const answered = { plan, prediction: prediction!, seconds: (performance.now() - startedAt) / 1000 };
  screen.clear();
  if (options.json) terminal.rows(`${JSON.stringify(answerJson(answered))}\n`);
  else terminal.out(answerText(answered));
  if (prediction!.answer !== null) return;
  context.setExitCode(exitCode.user);
  terminal.err(noteLines(failureText(answered), terminal));
}

function answerJson({ plan, prediction, seconds }: Answered): object {
  const { answer, failure, scores, costUsd, usage, answeredBy, isCached, rawAnswer } = prediction;
  const confidence = confidenceOf(prediction);
  return {
    label: plan.isMultiLabel ? answer : (answer?.[0] ?? null),
    confidence: confidence?.value ?? null,
    confidence_source: confidence?.source ?? null,
    failure: failure ?? null,
    ...(scores !== undefined && { probabilities: scores }),
    answered_by: answeredBy ?? plan.name,
    seconds,
    // What runs here is not billed.
    cost_usd: costUsd === undefined ? 0 : costUsd,
    ...(isCached === true && { is_cached: true }),
    ...(usage !== undefined && { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }),
    ...(failure !== undefined && rawAnswer !== undefined && { raw_answer: rawAnswer }),
  };
}

function answerText(answered: Answered): string {
  const { prediction } = answered;
  const { answer, scores } = prediction;
  if (answer === null) return `${factsLine(answered)}\n`;
  const confidence = confidenceOf(prediction);
  const said = answer.length === 0 ? "no label" : answer.map(visibleText).join(", ");
  const sure = confidence === null ? "" : `  ${formatPercent(confidence.value)}${sources[confidence.source]}`;
  const others = Object.entries(scores ?? {})
    .filter(([label]) => answered.plan.isMultiLabel || !answer.includes(label))
    .sort(([, a], [, b]) => b - a);
  const shown = others.slice(0, mostShown).map(([label, value]) => [visibleText(label), value] as const);
  const width = Math.max(0, ...shown.map(([label]) => displayWidth(label)));
  return [
    `${said}${sure}`,
    ...shown.map(([label, value]) => `  ${padColumns(label, width)}  ${formatPercent(value)}`),
    ...(others.length > mostShown ? [`  and ${others.length - mostShown} more`] : []),
    factsLine(answered),
    "",
  ].join("\n");
}

/** How sure an answer is, by what: a probability needs no word. */
const sources = {
  probability: "",
  logprob: " by its log-probabilities",
  votes: " of its votes",
  stated: " as it says itself",
} as const;

function factsLine({ plan, prediction, seconds }: Answered): string {
  const { answeredBy, costUsd, isCached } = prediction;
  const price = costUsd === null ? "price unknown" : costUsd === undefined ? "nothing is billed" : formatUsd(costUsd);
  const stored = costUsd === undefined ? "a stored answer" : `a stored answer (${price} when it was asked)`;
  const paid = isCached === true ? stored : price;
  return `By ${visibleText(answeredBy ?? plan.name)}, ${formatSeconds(seconds)}, ${paid}.`;
}

function failureText({ prediction: { failure, rawAnswer } }: Answered): string {
  const said = rawAnswer === undefined ? "" : ` It said: ${visibleText(JSON.stringify(rawAnswer.slice(0, 200)))}.`;
  return `There is no label (${failure}).${said}`;
}
