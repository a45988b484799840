/** @file From `openai:gpt-6-luna` to something that can be asked. */

import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import type { Context } from "../../types/approach.js";
import type { OpenLocalEngine } from "../../types/local-engine.js";
import type { BatchOptions } from "../batch/batch-queue.js";
import { type BatchService, batchSeconds } from "../batch/batch-service.js";
import type { ModelJobs } from "../batch/model-jobs.js";
import { adaptivePace, openPace } from "../client/rate-limiter.js";
import type { Caller } from "../http/failure.js";
import type { Llm, ModelCard } from "../llm.js";
import { listPrices } from "../prices/price-table.js";
import { batchPrice, findPrice, freePrice, type PriceTable, priceOn, priceWarnings } from "../prices/prices.js";
import { type Connection, connect, connectBatches } from "./connect.js";
import { decisionCard } from "./decide/decision-card.js";
import { localCard, openLocalLlm } from "./local/local.js";
import { modelFacts } from "./model-facts.js";
import { createFormState, type FormState } from "./request-form.js";
import { type ChatModel, type Features, firstForm, servedLlm } from "./sdk-llm.js";
import { addressOf, type FoundAddress, isLoopback, variableNames } from "./service-address.js";
import { serviceKey } from "./service-key.js";
import { batchServices, type Service, serviceOf } from "./services.js";
import { type ModelSpec, parseSpec } from "./spec.js";
import { isAskedByJobs, jobModel, needsEngine, vllmCard, vllmConnection, vllmFeatures, vllmProvider } from "./vllm.js";

export interface ResolveOptions {
  /** Environment variables; the only place that keys are read from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the bundled prices */
  readonly prices?: PriceTable;
  /** The most requests open at once. @default 32 */
  readonly maxConcurrency?: number;
  /** Today as an ISO date, for price changes and warnings about retired models. */
  readonly today?: string;
  /** Asks in batches, at the batch price: answers come within a day. Not all services have batches. */
  readonly batch?: BatchOptions;
  /** What asks `vllm:` models: they are asked in its batches, whatever `batch` says. @default nothing: they can't be asked */
  readonly jobs?: ModelJobs | undefined;
  /** What runs `local:` models before transformers.js is asked to. @default nothing */
  readonly localEngine?: OpenLocalEngine | undefined;
  /** Receives the progress of a download, and can cancel it. @default nobody */
  readonly context?: Pick<Context, "signal" | "log">;
}

type Env = ResolveOptions["env"];

/** Whether a model can be asked in batches. */
export function isBatchable(spec: string): boolean {
  return isAskedByJobs(spec) || serviceOf(parseSpec(spec).provider)?.hasBatches === true;
}

/** Describes a model without asking it. It needs no key, so that a plan can be priced without one. */
export function describeModel(spec: string, options: ResolveOptions): ModelCard {
  const parsed = parseSpec(spec);
  const { provider, model } = parsed;
  if (provider === "local") return localCard(spec, model);
  if (provider === "decide") return decisionCard(spec, options);
  if (provider === vllmProvider) return vllmCard(spec, model, options.jobs);
  const service = serviceNamed(spec, provider);
  const { url: baseUrl, variable } = placeOf(parsed, service, options.env);
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const prices = options.prices ?? listPrices;
  const listed = findPrice(prices, provider, model);
  const isFree = provider === "ollama" || isLoopback(baseUrl);
  const single = listed === null ? (isFree ? freePrice : null) : priceOn(listed, today);
  const isBatched = options.batch !== undefined;
  if (isBatched && !service.hasBatches) throw new UserError(`${spec} cannot be asked in batches: ${batchServices()} models can.`);
  const price = isBatched && single !== null ? batchPrice(single) : single;
  return {
    spec,
    provider,
    model,
    baseUrl,
    price,
    isReasoning: modelFacts(service, provider, model, price, baseUrl === service.address.usual).isReasoning,
    needs: [
      ...needsOf(provider, service, variable),
      ...(isBatched ? ["its batch interface (priced so; answers within 24 hours)"] : []),
    ],
    ...(isBatched ? { batchSeconds } : {}),
    warnings: [
      ...priceWarnings(prices, model, listed ?? single, today),
      ...(single !== null && price === null
        ? [
            `The price of ${model} in batches is not known: its cost is left out. Give input_cost_per_token_batches and output_cost_per_token_batches in a file with --prices.`,
          ]
        : []),
    ],
  };
}

function serviceNamed(spec: string, provider: string): Service {
  const service = serviceOf(provider);
  if (service === undefined) throw new UserError(`${spec} is a recording, which cannot be asked anything new.`);
  return service;
}

function placeOf({ provider, address }: ModelSpec, service: Service, env: Env): FoundAddress {
  return address === undefined ? addressOf(provider, service, env) : { url: address, variable: null };
}

/** What a model needs that is not in our files. */
function needsOf(provider: string, { key, address }: Service, variable: string | null): string[] {
  if (provider === "ollama") return ["ollama"];
  const isOwn = variable !== null && key.isNeeded === "elsewhere";
  return [
    ...(key.variable !== null && key.isNeeded !== "never" && !isOwn ? [key.variable] : []),
    ...(variable !== null && (isOwn || address.usual === null) ? [variable] : []),
    "network",
  ];
}

/**
 * Resolves `SERVICE:MODEL` (`services.ts` names the services), `openai-compatible:URL#MODEL`, `decide:SERVICE/MODEL`, `vllm:ORG/MODEL` or `local:ORG/MODEL` to a
 * model that can be asked. Sends no request; downloads a local model. Throws a `UserError` if the key is missing, or the key or address is unusable.
 */
export async function resolveLlm(spec: string, options: ResolveOptions): Promise<Llm> {
  const card = describeModel(spec, options);
  if (card.provider === "local") return openLocalLlm(card, options);
  if (card.provider === "decide") return (await import("./decide/decision-llm.js")).openDecisionLlm(card, options);
  if (card.provider === vllmProvider) return openJobsLlm(card, options);
  const service = serviceNamed(spec, card.provider);
  const isAtHome = card.baseUrl === service.address.usual;
  const apiKey = serviceKey(spec, service, isAtHome, options.env);
  const caller: Caller = {
    card,
    secrets: apiKey === undefined ? [] : [apiKey],
    keyVariable: service.key.variable,
    addressVariable: variableNames(service.address.variables) || "the URL of openai-compatible:URL#MODEL",
  };
  const { features, isOpenaiThinker } = modelFacts(service, card.provider, card.model, card.price, isAtHome);
  const connection: Connection = { service, model: card.model, baseUrl: card.baseUrl, apiKey, isOpenaiThinker };
  const { batch, env } = options;
  if (batch !== undefined)
    return batchedLlm({ connection, caller, card, features, env, batch, batches: await connectBatches(connection) });
  const model = await connect(connection);
  const pace = adaptivePace({ maxConcurrency: options.maxConcurrency ?? 32 });
  return servedLlm(card, model, features, pace, caller, undefined, knownForm(env, card, features, model, true));
}

/** A model that jobs ask. `UserError` where nothing does them. */
function openJobsLlm(card: ModelCard, { env, jobs }: ResolveOptions): Promise<Llm> {
  if (jobs === undefined) throw needsEngine(card.spec);
  const caller: Caller = { card, secrets: [], keyVariable: null, addressVariable: "--engine" };
  const batches = jobs.batches(jobModel(card.spec, card.model));
  const connection = vllmConnection(card);
  return batchedLlm({ connection, caller, card, features: vllmFeatures, env, batch: jobs.batch, batches });
}

interface Batched {
  readonly connection: Connection;
  readonly caller: Caller;
  readonly card: ModelCard;
  readonly features: Features;
  readonly env: Env;
  readonly batch: BatchOptions;
  readonly batches: BatchService;
}

async function batchedLlm({ connection, caller, card, features, env, batch, batches }: Batched): Promise<Llm> {
  const { createBatchQueue } = await import("../batch/batch-queue.js");
  // Several models may be asked in one run.
  const folder = join(batch.folder, card.spec.replace(/[^\w.-]+/g, "-"));
  const queue = createBatchQueue(batches, caller, { ...batch, folder });
  const model = await connect(connection, queue);
  // A batch may take a day: only what a refusal names is tried.
  const form = knownForm(env, card, features, model, false);
  return servedLlm(card, model, features, openPace(batches.mostRequests), caller, queue, form);
}

/** By environment, which is one object a run: what one approach learns of a service, the others need not. */
const knownForms = new WeakMap<Env, Map<string, FormState>>();

function knownForm(
  env: Env,
  { provider, baseUrl, model: name }: ModelCard,
  features: Features,
  model: ChatModel,
  isTrying: boolean,
): FormState {
  const forms = knownForms.get(env) ?? new Map<string, FormState>();
  knownForms.set(env, forms);
  const key = JSON.stringify([provider, baseUrl, name, isTrying]);
  const form = forms.get(key) ?? createFormState(firstForm(features), model.canRename === true, isTrying);
  forms.set(key, form);
  return form;
}

/** The options for `resolveLlm` that approaches are given one by one. */
export function resolveOptionsOf({
  env = process.env,
  prices,
  maxConcurrency,
  batch,
  jobs,
  localEngine,
}: Partial<Pick<ResolveOptions, "env" | "prices" | "maxConcurrency" | "batch" | "jobs" | "localEngine">>): ResolveOptions {
  return {
    env,
    ...(prices === undefined ? {} : { prices }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(batch === undefined ? {} : { batch }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(localEngine === undefined ? {} : { localEngine }),
  };
}
