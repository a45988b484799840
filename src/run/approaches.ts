/** @file From the words of the command line to approaches: the one place where both arms are in sight. */

import { sampledApproach } from "../compare/sample/sampled-approach.js";
import { engineSetFit } from "../engines/engine-setfit.js";
import { engineTuned } from "../engines/engine-tuned.js";
import { jobMethods } from "../engines/job/job.js";
import { UserError } from "../lib/errors.js";
import type { BatchOptions } from "../prompt/batch/batch-queue.js";
import { type Budget, createBudget, type Reservation } from "../prompt/client/budget.js";
import { filePrompt } from "../prompt/file-prompt.js";
import { labelPrompt } from "../prompt/label-prompt/label-prompt.js";
import { type PromptMethod, promptMethods, whyNotDecided } from "../prompt/methods.js";
import { type OptimizedPromptOptions, optimizedPrompt } from "../prompt/optimized.js";
import { listPrices } from "../prompt/prices/price-table.js";
import { loadPrices, type PriceTable } from "../prompt/prices/prices.js";
import { prompt } from "../prompt/prompt.js";
import { describeModel, isBatchable, type ResolveOptions, resolveLlm } from "../prompt/providers/resolve.js";
import { isDecisionModel, parseSpec } from "../prompt/providers/spec.js";
import { isAskedByJobs } from "../prompt/providers/vllm.js";
import { recordedPrompt } from "../prompt/recorded/recorded-prompt.js";
import { distilled } from "../ship/distill/distilled.js";
import type { Bill } from "../store/bill.js";
import type { ResponseCache } from "../store/response-cache.js";
import { openLocalEngine } from "../tune/decoders/inference/open-engine.js";
import { baselines, chooseTuning, type TuneMethod, tune, tuneMethods } from "../tune/tune.js";
import type { Approach } from "../types/approach.js";
import type { Dataset, Query, Task } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";
import type { EngineModel } from "./engine/engine-model.js";
import { checkEngineOf, modelJobs, vllmWords } from "./engine/model-jobs.js";
import type { RunEngine } from "./engine/run-engine.js";
import type { RunHooks } from "./hooks.js";
import { checkLocalLlm } from "./llms/local-llms.js";
import { allName, distilledName, ladderName, namedApproaches, promptWayOf } from "./named-approaches.js";
import type { RunOptions } from "./run-options.js";
import { readPrompts } from "./saved-prompts.js";

export interface ApproachSources {
  readonly encoder: Encoder;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The rows to be asked about, which a recording must know some of. */
  readonly task?: Task;
  /** Rows that each LLM labels for a small model to learn from. Absent where there are none. */
  readonly pool?: readonly Query[];
  /** Absent with `--no-cache` and `--dry-run`. */
  readonly responses?: ResponseCache;
  /** What trains models, where that is not this machine. */
  readonly engine?: RunEngine;
  /** A folder with the configuration of a model that the engine's machine gets from the Hub. */
  readonly configuration?: string;
  /** Where batches are kept, and who hears of them; for `--batch`, and for models that jobs ask. */
  readonly batch?: BatchOptions;
  /** What was really paid is entered here, and counts against the budget. Absent with `--dry-run`. */
  readonly bill?: Bill;
  /** Hears of LLMs that are named and not asked. */
  readonly warn?: (text: string) => void;
}

/**
 * The prompting methods that an LLM is asked with by default. The examples of `nearest` are found among all training rows, the very rows that the
 * tuned arm learns from: with a few examples drawn at random a prompt would have less of the labels than the model that it is compared with.
 */
const usualMethods: ReadonlySet<PromptMethod> = new Set(["zero-shot", "few-shot", "nearest"]);

/** Those of a model that nobody named: they share a beginning for all texts, which is read once. */
const quickMethods: ReadonlySet<PromptMethod> = new Set(["zero-shot", "few-shot"]);

/** And its form is chosen on fewer rows. */
const quickFormRows = 24;

const isLadderWanted = ({ approaches }: RunOptions): boolean => approaches === undefined || approaches.includes(ladderName);

/** The options with what the ladder picks for these training rows, where the run has a place for it. Decided once: a resumed run goes on with the same. */
export async function withTuning(options: RunOptions, train: Dataset, encoder: Encoder): Promise<RunOptions> {
  if (!isLadderWanted(options)) return options;
  return { ...options, ladder: await chooseTuning(train, tuneOptions(options, encoder)) };
}

/** The same where an engine trains, whatever the time: LoRA for a model that continues texts, all weights of any other. */
export function withEngineTuning(options: RunOptions, { isDecoder }: Pick<EngineModel, "isDecoder">): RunOptions {
  if (!isLadderWanted(options)) return options;
  const reason = { kind: "engine", engine: options.engine } as const;
  return { ...options, ladder: { method: isDecoder ? "lora" : "full", reason } };
}

function tuneOptions({ classWeight, search, timeBudget }: RunOptions, encoder: Encoder): Parameters<typeof tune>[0] {
  return {
    encoder,
    classWeight,
    ...(search === undefined ? {} : { search }),
    ...(timeBudget === undefined ? {} : { timeBudgetSeconds: timeBudget }),
  };
}

/**
 * Every approach that the options name. Without names: those that take seconds, the way of tuning that the ladder picked, and the prompts of
 * every LLM.
 */
export async function makeApproaches(options: RunOptions, sources: ApproachSources): Promise<Approach[]> {
  const { encoder, env, responses, bill } = sources;
  const prices = await pricesOf(options);
  const budget = bill === undefined ? undefined : billedBudget(options.budgetUsd, bill);
  const inBatches = batchesOf(options, sources);
  const tuned = (method: TuneMethod): Approach =>
    tunedElsewhere(method, options, sources) ?? tune({ ...tuneOptions(options, encoder), method });
  const picked = options.ladder?.method ?? "probe";
  const all = [
    ...baselines({ encoder }),
    tuned("tfidf"),
    tuned("probe"),
    ...(picked === "probe" ? [] : [tuned(picked)]),
    labelPrompt({ encoder }),
  ];
  // By default, searches share half of the budget: the prompt that they find is still to be asked.
  const searches = new Set(options.llm.filter((spec) => parseSpec(spec).provider !== "recorded")).size;
  const searchUsd = options.budgetUsd === undefined ? {} : { optimizerUsd: options.budgetUsd / 2 / Math.max(1, searches) };
  // What costs several times as much, or takes minutes to hours where the others take seconds: only where it is asked for by name.
  const onRequest: Approach[] = [];
  /** Recordings by the name that they would have alone. */
  const recordings = new Map<string, number>();
  /** What asks each LLM. */
  const asking = new Map<string, Approach[]>();
  const saved = await readPrompts(options);
  /** The small model that learns from the labels of an LLM too, where there are rows for it to label. */
  const taught = (teacher: Approach, named: { readonly variant?: string } = {}): Approach[] =>
    sources.pool === undefined ? [] : [distilled({ teacher, student: tuned(picked), pool: sources.pool, ...named })];
  /** Names of ways that make no sense with an LLM, and why. */
  const refused = new Map<string, string>();
  if (sources.pool === undefined)
    for (const spec of options.llm)
      refused.set(`${distilledName}@${spec}`, "no rows are given that an LLM could label (--unlabelled FILE)");
  const sample = sampleOf(options, sources.task);
  for (const spec of new Set(options.llm)) {
    const { provider, model } = parseSpec(spec);
    const own: Approach[] = [];
    asking.set(spec, own);
    if (provider === "recorded") {
      const recorded = { path: model, prices, told: toldOf(options), ...(sources.task !== undefined && { task: sources.task }) };
      const recording = await recordedPrompt(recorded);
      const namesakes = recordings.get(recording.name) ?? 0;
      recordings.set(recording.name, namesakes + 1);
      // Two recordings of one model are two approaches: the prompts behind them differ.
      const suffix = String(namesakes + 1);
      const replayed = namesakes === 0 ? recording : await recordedPrompt({ ...recorded, suffix });
      own.push(replayed, ...taught(replayed, namesakes === 0 ? {} : { variant: `#${suffix}` }));
      all.push(...own);
      continue;
    }
    // A plan needs no key. In a run both ways to ask share one model: its pace, and what it turned out not to support. A local one is opened
    // where its download can be shown, and is one all the same.
    const llm =
      bill === undefined || provider === "local"
        ? spec
        : await resolveLlm(spec, { env, prices, maxConcurrency: options.maxConcurrency, ...inBatches });
    // Without a price there is no sum to enter; with a limit the client refuses such a model.
    const isBudgeted = options.budgetUsd !== undefined || (typeof llm !== "string" && llm.price !== null);
    const shared = {
      ...(options.confidence === undefined ? {} : { confidence: options.confidence }),
      llm,
      // What is in the cache needs no network.
      env: options.offline ? { ...env, HF_HUB_OFFLINE: "1" } : env,
      encoder,
      localEngine: openLocalEngine,
      demos: options.demos,
      labelsInPrompt: options.labelsInPrompt,
      prices,
      timeoutSeconds: options.timeoutSeconds,
      ...(options.patienceSeconds === undefined ? {} : { patienceSeconds: options.patienceSeconds }),
      maxConcurrency: options.maxConcurrency,
      ...inBatches,
      ...(responses === undefined ? {} : { cache: responses }),
      ...(budget === undefined || !isBudgeted ? {} : { budget }),
    };
    const add = (place: Approach[], whole: Approach): void => {
      const approach = sample(whole);
      own.push(approach);
      place.push(approach);
    };
    for (const each of saved) add(all, filePrompt({ ...shared, ...each }));
    // A prompt of one's own takes the place of the built-in ones.
    const usual = options.isUsualLlm === true ? quickMethods : usualMethods;
    const isUsual = (method: PromptMethod): boolean => usual.has(method) && saved.length === 0;
    for (const method of promptMethods) {
      const why = isDecisionModel(spec) ? whyNotDecided(method) : null;
      if (why === null)
        add(
          isUsual(method) ? all : onRequest,
          prompt({ ...shared, method, ...(options.isUsualLlm === true && { formRows: quickFormRows }) }),
        );
      else refused.set(`prompt:${method}@${spec}`, why);
    }
    // Of the LLM's prompts the one that shows the same examples for all texts: a service reads them once. A prompt of one's own before it.
    const teaching = { ...shared, confidence: options.confidence ?? "logprob" } as const;
    const [first] = saved;
    const students = taught(
      first === undefined ? prompt({ ...teaching, method: "few-shot" }) : filePrompt({ ...teaching, ...first }),
    );
    own.push(...students);
    all.push(...students);
    const search = searchOptions(options);
    if (isAskedByJobs(spec)) refused.set(`prompt:optimized@${spec}`, whyUnsearched);
    else add(Object.keys(search).length > 0 ? all : onRequest, optimizedPrompt({ ...shared, ...searchUsd, ...search }));
  }
  if (options.approaches === undefined) return all;
  onRequest.push(...tuneMethods.filter((method) => method !== "probe" && method !== "tfidf" && method !== picked).map(tuned));
  const names = options.approaches.map((name) => (name === ladderName ? `tune:${picked}` : name));
  if (names.includes(allName)) return [...all, ...onRequest];
  const chosen = namedApproaches([...all, ...onRequest], names, refused);
  tellUnasked(asking, chosen, sources);
  return chosen;
}

/** What is told of a recording. */
function toldOf({ recordedLabels, recordedWords }: RunOptions): { readonly labels?: number; readonly words?: number } {
  return {
    ...(recordedLabels !== undefined && { labels: recordedLabels }),
    ...(recordedWords !== undefined && { words: recordedWords }),
  };
}

/** How LLMs are asked in batches: of services where that is wanted, of models that jobs ask in any case. */
function batchesOf(options: RunOptions, { batch, engine }: ApproachSources): Pick<ResolveOptions, "batch" | "jobs"> {
  if (batch === undefined) return {};
  return {
    ...(options.batch === true && { batch }),
    ...(engine !== undefined && { jobs: modelJobs(engine, options, batch) }),
  };
}

/** Says which LLMs are named and asked nothing. */
function tellUnasked(
  asking: ReadonlyMap<string, readonly Approach[]>,
  chosen: readonly Approach[],
  { warn }: Pick<ApproachSources, "warn">,
): void {
  for (const [spec, own] of asking) {
    if (own.some((approach) => chosen.includes(approach))) continue;
    const ways = own.slice(0, 2).map(({ name }) => name);
    warn?.(`--llm ${spec} is not asked: --approaches names none of its approaches, such as ${ways.join(" or ")}.`);
  }
}

/** A way of tuning on the run's engine; `undefined` where there is none, or the way is quick or computed here alone. */
function tunedElsewhere(
  method: TuneMethod,
  { model, classWeight, engineGpus }: RunOptions,
  { engine, configuration, task }: ApproachSources,
): Approach | undefined {
  const way = jobMethods.find((name) => name === method);
  if (engine === undefined || way === undefined) return undefined;
  const queries = task?.test.examples.map(({ id, text }) => ({ id, text })) ?? [];
  const shared = { ...engine, model, classWeight, queries, wantsGpu: engineGpus > 0 };
  if (way !== "setfit") return engineTuned({ ...shared, method: way });
  return engineSetFit({ ...shared, ...(configuration !== undefined && { configuration }) });
}

/** What makes an LLM's approach one that is asked about some of the rows, where `--llm-rows` says so. Recordings cost nothing, and keep theirs. */
function sampleOf({ llmRows, seed }: RunOptions, task: Task | undefined): (approach: Approach) => Approach {
  if (llmRows === undefined || task === undefined) return (approach) => approach;
  return (approach) => sampledApproach(approach, { rows: llmRows, seed, task });
}

/** What the options say of the search for a prompt; with any of them it is wanted. */
function searchOptions({
  optimizer,
  optimizerCalls,
  optimizerUsd,
  optimizerTime,
}: Partial<RunOptions>): Partial<OptimizedPromptOptions> {
  return {
    ...(optimizer === undefined ? {} : { optimizer }),
    ...(optimizerCalls === undefined ? {} : { optimizerCalls }),
    ...(optimizerUsd === undefined ? {} : { optimizerUsd }),
    ...(optimizerTime === undefined ? {} : { optimizerSeconds: optimizerTime }),
  };
}

/**
 * What can be wrong with the LLMs that were named, found before anything takes time: an unknown provider, an address that cannot be used, a
 * missing key, a network that is forbidden, a model of this machine that is not there. A plan needs no key.
 */
export async function checkLlms(
  { llm, offline, batch, approaches, ...search }: Pick<RunOptions, "llm" | "offline"> & Partial<RunOptions>,
  { env, onEvent, signal }: Pick<RunHooks, "env" | "onEvent" | "signal">,
  isPlan: boolean,
): Promise<void> {
  if (batch === true) checkBatch(llm, approaches ?? [], search);
  if (search.engine !== undefined) checkEngineOf(llm, search.engine);
  vllmWords(search.vllmArgs);
  for (const spec of llm) {
    const { provider } = parseSpec(spec);
    if (provider === "recorded") continue;
    if (isAskedByJobs(spec)) {
      describeModel(spec, { env });
      if (llm.every(isAskedByJobs) && isSearching(approaches ?? [], search)) throw searchedByJobs(spec);
      continue;
    }
    if (provider === "local") {
      await checkLocalLlm(spec, { env, offline, signal, log: onEvent }, isPlan);
      continue;
    }
    if (offline) {
      throw new UserError(
        `--llm ${spec} needs a network, and --offline forbids it. Use recorded:FILE or a local: model that is in the cache, or leave out --offline.`,
      );
    }
    if (isPlan) describeModel(spec, { env });
    else await resolveLlm(spec, { env });
  }
}

/** What is known of the models of a plan that its user should know: a price that is not known or changes, a retirement. A run says it when it asks. */
export async function planWarnings(
  options: Pick<RunOptions, "llm"> & { readonly prices?: string },
  env: ApproachSources["env"],
): Promise<string[]> {
  const prices = await pricesOf(options);
  const asked = [...new Set(options.llm)].filter((spec) => parseSpec(spec).provider !== "recorded");
  return asked.flatMap((spec) => describeModel(spec, { env, prices }).warnings);
}

/** The bundled prices, with those of the user's file over them. */
export async function pricesOf({ prices }: { readonly prices?: string }): Promise<PriceTable> {
  return prices === undefined ? listPrices : await loadPrices(prices, listPrices);
}

const searchedByJobs = (spec: string): UserError =>
  new UserError(
    `${spec}: ${whyUnsearched}. Search with a server of vLLM (--llm openai-compatible:URL#MODEL), and ask the prompt that was found by jobs: --prompt DIR.`,
  );

const whyUnsearched = "a search for a prompt asks in dozens of rounds, and each would be a job that loads the model anew";

const isSearching = (approaches: readonly string[], search: Partial<RunOptions>): boolean =>
  Object.keys(searchOptions(search)).length > 0 || approaches.some((name) => promptWayOf(name) === "prompt:optimized");

/** `--batch` where nothing could be asked in batches, or a search would wait a day for each of its rounds. */
function checkBatch(llm: readonly string[], approaches: readonly string[], search: Partial<RunOptions>): void {
  const asked = llm.filter((spec) => parseSpec(spec).provider !== "recorded");
  if (asked.length === 0) throw new UserError("--batch asks an LLM in batches, and none is named: add --llm openai:gpt-6-luna.");
  for (const spec of asked) {
    if (!isBatchable(spec)) {
      throw new UserError(
        `--batch: ${spec} cannot be asked in batches; openai: and anthropic: models can. Leave out --batch, or this LLM.`,
      );
    }
  }
  if (isSearching(approaches, search)) {
    throw new UserError(
      "--batch: a search for a prompt asks in dozens of rounds, and each would be a batch that takes up to a day. Search without --batch, and " +
        "ask the prompt that was found with it: --prompt DIR --batch.",
    );
  }
}

/** A budget that enters every payment into a bill, which also says what earlier sessions of the run have spent. */
export function billedBudget(limitUsd: number | undefined, bill: Bill): Budget {
  const budget = createBudget(limitUsd ?? Number.POSITIVE_INFINITY, bill.totalUsd);
  /** What costs nothing is no entry. */
  const requestsOf = (worstUsd: number): number => (worstUsd > 0 ? 1 : 0);
  const billed = (reservation: Reservation, worstUsd: number): Reservation => {
    let isSettled = false;
    return {
      settle(paidUsd, uncertainUsd = 0) {
        if (isSettled) return;
        isSettled = true;
        bill.add(paidUsd, uncertainUsd - worstUsd, uncertainUsd > 0 ? 0 : -requestsOf(worstUsd));
        reservation.settle(paidUsd, uncertainUsd);
      },
    };
  };
  return {
    limitUsd: budget.limitUsd,
    get spentUsd() {
      return budget.spentUsd;
    },
    get uncertainUsd() {
      return budget.uncertainUsd;
    },
    async reserve(worstUsd, signal) {
      const reservation = await budget.reserve(worstUsd, signal);
      // Entered before the request is sent: of one that is open when the process is killed nobody knows whether it is billed.
      bill.add(0, worstUsd, requestsOf(worstUsd));
      return billed(reservation, worstUsd);
    },
    // In the bill since it was sent.
    takeOver: (worstUsd) => billed(budget.takeOver(worstUsd), worstUsd),
  };
}
