/** @file From `openai:gpt-5-mini` to something that can be asked. One row a provider. */

import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { didYouMean, nearestNames } from "../../lib/nearest-name.js";
import type { Context } from "../../types.js";
import type { BatchOptions, BatchQueue } from "../batch/batch-queue.js";
import { type BatchService, batchSeconds } from "../batch/batch-service.js";
import { batchFetch, batchSend } from "../batch/batch-transport.js";
import type { Llm, ModelCard } from "../llm.js";
import { adaptivePace, openPace } from "../pace.js";
import { listPrices } from "../price-table.js";
import { batchPrice, findPrice, freePrice, type Price, type PriceTable, priceWarnings } from "../prices.js";
import type { Caller } from "./failure.js";
import { limitedFetch } from "./limited-fetch.js";
import { localCard, openLocalLlm } from "./local.js";
import { createFormState, type FormState } from "./request-form.js";
import { type ChatModel, type Features, firstForm, servedLlm } from "./served.js";

export interface ResolveOptions {
  /** Environment variables; keys are read from here and nowhere else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The prices that come with this version unless given. */
  readonly prices?: PriceTable;
  /** Most requests open at once; 32 unless given. */
  readonly maxConcurrency?: number;
  /** Today as ISO date, for warnings about models that are retired. */
  readonly today?: string;
  /** Asks in batches, at their price: answers come within a day. Only OpenAI's and Anthropic's interfaces have them. */
  readonly batch?: BatchOptions;
  /** Who is told of a download, and may stop it; nobody unless given. */
  readonly context?: Pick<Context, "signal" | "log">;
}

type Env = ResolveOptions["env"];

interface Provider {
  /** `null`: asks no key. */
  readonly keyVariable: string | null;
  readonly addressVariable: string;
  readonly baseUrl: (env: Env) => string;
  /** A key may be missing where the address is one's own. */
  readonly isKeyOptional?: (env: Env) => boolean;
  readonly needs: (env: Env) => readonly string[];
  readonly features: (model: string, price: Price | null) => Features;
  /** `batches`: what its requests go through, in place of the network. */
  readonly connect: (model: string, baseUrl: string, apiKey: string | undefined, batches?: BatchQueue) => Promise<ChatModel>;
  /** Absent: it has none, or none that is known here. */
  readonly batches?: (baseUrl: string, apiKey: string | undefined) => Promise<BatchService>;
}

const openaiUrl = "https://api.openai.com/v1";

/** Models of OpenAI that think before they answer: they refuse `temperature` and log-probabilities, and need room for thoughts. */
const openaiReasoning = /^(o\d|gpt-([5-9]|\d\d))(?!.*chat)/;
/** Names of OpenAI's own models, wherever they are served. */
const openaiModel = /^(o\d|gpt-|chatgpt-|ft:)/;

const providers = {
  openai: {
    keyVariable: "OPENAI_API_KEY",
    addressVariable: "OPENAI_BASE_URL",
    baseUrl: (env) => env["OPENAI_BASE_URL"] || openaiUrl,
    isKeyOptional: (env) => (env["OPENAI_BASE_URL"] || openaiUrl) !== openaiUrl,
    needs: (env) => (env["OPENAI_BASE_URL"] ? ["OPENAI_BASE_URL", "network"] : ["OPENAI_API_KEY", "network"]),
    features: (model, price) => ({
      temperature: !openaiReasoning.test(model),
      seed: !openaiReasoning.test(model),
      structure: price?.supports_response_schema ?? true,
      logprobs: !openaiReasoning.test(model),
    }),
    connect: async (model, baseUrl, apiKey, batches) => {
      // OpenAI's own models have parameters of their own (`max_completion_tokens`), also behind a proxy.
      const dialect = openaiModel.test(model) ? "openai" : "compatible";
      const { openaiChat } = await import("./openai-chat.js");
      const send = batches === undefined ? {} : { send: batchSend(batches) };
      return openaiChat({ baseUrl, apiKey, model, dialect, isReasoning: openaiReasoning.test(model), ...send });
    },
    batches: async (...where) => (await import("../batch/openai-batches.js")).openaiBatches(...where),
  },
  anthropic: {
    keyVariable: "ANTHROPIC_API_KEY",
    addressVariable: "ANTHROPIC_BASE_URL",
    baseUrl: (env) => env["ANTHROPIC_BASE_URL"] || "https://api.anthropic.com/v1",
    needs: () => ["ANTHROPIC_API_KEY", "network"],
    features: (_, price) => ({
      temperature: price?.supports_sampling_params ?? false,
      seed: false,
      structure: true,
      logprobs: false,
    }),
    connect: async (model, baseUrl, apiKey, batches) => {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      const fetch = batches === undefined ? limitedFetch : batchFetch(batches);
      return createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? "none", fetch }).chat(model);
    },
    batches: async (...where) => (await import("../batch/anthropic-batches.js")).anthropicBatches(...where),
  },
  google: {
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    addressVariable: "GOOGLE_GENERATIVE_AI_BASE_URL",
    baseUrl: (env) => env["GOOGLE_GENERATIVE_AI_BASE_URL"] || "https://generativelanguage.googleapis.com/v1beta",
    needs: () => ["GOOGLE_GENERATIVE_AI_API_KEY", "network"],
    features: (_, price) => ({
      temperature: price?.supports_sampling_params ?? true,
      seed: true,
      structure: true,
      logprobs: false,
    }),
    connect: async (model, baseUrl, apiKey) => {
      const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
      return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: apiKey ?? "none", fetch: limitedFetch }).chat(model);
    },
  },
  ollama: {
    keyVariable: null,
    addressVariable: "OLLAMA_HOST",
    baseUrl: (env) => `${ollamaOrigin(env["OLLAMA_HOST"])}/v1`,
    needs: () => ["ollama"],
    features: () => ({ temperature: true, seed: true, structure: true, logprobs: true }),
    connect: async (model, baseUrl) => {
      const { openaiChat } = await import("./openai-chat.js");
      return openaiChat({ baseUrl, apiKey: undefined, model, dialect: "compatible", isReasoning: false });
    },
  },
} satisfies Record<string, Provider>;

/** The names before the colon, `local` and `recorded` among them, which no service stands behind. */
export const providerNames: readonly string[] = [...Object.keys(providers), "local", "recorded"].sort();

/** `provider` and `model` of a spec; the model's name may hold colons. `UserError` where there is no such provider. */
export function parseSpec(spec: string): { readonly provider: string; readonly model: string } {
  const colon = spec.indexOf(":");
  const provider = colon < 0 ? spec : spec.slice(0, colon);
  const model = colon < 0 ? "" : spec.slice(colon + 1).trim();
  if (!providerNames.includes(provider)) {
    if (colon < 0 && findPrice(listPrices, guessProvider(spec), spec) !== null) {
      throw new UserError(`"${spec}" names a model without its provider. Did you mean "${guessProvider(spec)}:${spec}"?`);
    }
    throw new UserError(
      `"${provider}" is not a provider.${didYouMean(provider, providerNames)} Providers: ${nearestNames(provider, providerNames).join(", ")}; ` +
        "write PROVIDER:MODEL, such as openai:gpt-5-mini.",
    );
  }
  if (model === "") {
    throw new UserError(
      `"${spec}" names no ${provider === "recorded" ? "file" : "model"}. Write ${provider}:${provider === "recorded" ? "FILE" : "MODEL"}.`,
    );
  }
  return { provider, model };
}

/** Whether a model can be asked in batches. */
export function isBatchable(spec: string): boolean {
  const rows: Readonly<Record<string, Provider>> = providers;
  return rows[parseSpec(spec).provider]?.batches !== undefined;
}

/** What is known of a model without asking it: no key is needed, so that a plan can be priced before there is one. */
export function describeModel(spec: string, options: ResolveOptions): ModelCard {
  const { provider, model } = parseSpec(spec);
  if (provider === "recorded") throw new UserError(`${spec} is a recording, which cannot be asked anything new.`);
  if (provider === "local") return localCard(spec, model);
  const { baseUrl: urlOf, needs } = rowOf(provider);
  const baseUrl = urlOf(options.env).replace(/\/+$/, "");
  if (!URL.canParse(baseUrl))
    throw new UserError(`The address of ${provider} is not a URL: "${baseUrl}". Expected one such as http://127.0.0.1:8080/v1.`);
  const prices = options.prices ?? listPrices;
  const listed = findPrice(prices, provider, model);
  const single = listed ?? (provider === "ollama" || isLoopback(baseUrl) ? freePrice : null);
  const isBatched = options.batch !== undefined;
  if (isBatched && !isBatchable(spec))
    throw new UserError(`${spec} cannot be asked in batches: openai: and anthropic: models can.`);
  const price = isBatched && single !== null ? batchPrice(single) : single;
  return {
    spec,
    provider,
    model,
    baseUrl,
    price,
    isReasoning:
      price?.supports_reasoning ?? (provider === "openai" && openaiModel.test(model) ? openaiReasoning.test(model) : true),
    needs: [...needs(options.env), ...(isBatched ? ["its batch interface (priced so; answers within 24 hours)"] : [])],
    ...(isBatched ? { batchSeconds } : {}),
    warnings: [
      ...priceWarnings(prices, model, single, options.today ?? new Date().toISOString().slice(0, 10)),
      ...(single !== null && price === null
        ? [
            `The price of ${model} in batches is not known: its cost is left out. Give input_cost_per_token_batches and output_cost_per_token_batches in a file with --prices.`,
          ]
        : []),
    ],
  };
}

/**
 * A model that can be asked, from `openai:MODEL`, `anthropic:MODEL`, `google:MODEL`, `ollama:MODEL` or `local:ORG/MODEL`. Any server
 * that speaks OpenAI's protocol is reached by `openai:MODEL` and OPENAI_BASE_URL. Asks nothing yet; a local model is downloaded. `UserError`
 * where the key is missing.
 */
export async function resolveLlm(spec: string, options: ResolveOptions): Promise<Llm> {
  const card = describeModel(spec, options);
  if (card.provider === "local") return openLocalLlm(card, options);
  const provider = rowOf(card.provider);
  const apiKey = provider.keyVariable === null ? undefined : options.env[provider.keyVariable] || undefined;
  if (apiKey === undefined && provider.keyVariable !== null && provider.isKeyOptional?.(options.env) !== true) {
    throw new UserError(
      `The API key for ${spec} is missing. Set ${provider.keyVariable}, or choose a model without a key: --llm ollama:qwen3:8b.`,
    );
  }
  const { keyVariable, addressVariable } = provider;
  const caller: Caller = { card, secrets: apiKey === undefined ? [] : [apiKey], keyVariable, addressVariable };
  const features = provider.features(card.model, card.price);
  const formFor = (model: ChatModel, isTrying: boolean): FormState => knownForm(options.env, card, features, model, isTrying);
  const { batch } = options;
  const service = batch && (await provider.batches!(card.baseUrl, apiKey));
  if (service === undefined) {
    const model = await provider.connect(card.model, card.baseUrl, apiKey);
    const pace = adaptivePace({ maxConcurrency: options.maxConcurrency ?? 32 });
    return servedLlm(card, model, features, pace, caller, undefined, formFor(model, true));
  }
  const { createBatchQueue } = await import("../batch/batch-queue.js");
  // Several models may be asked in one run.
  const queue = createBatchQueue(service, caller, { ...batch!, folder: join(batch!.folder, spec.replace(/[^\w.-]+/g, "-")) });
  const model = await provider.connect(card.model, card.baseUrl, apiKey, queue);
  // A batch may take a day: only what a refusal names is tried.
  return servedLlm(card, model, features, openPace(service.mostRequests), caller, queue, formFor(model, false));
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
}: Partial<Pick<ResolveOptions, "env" | "prices" | "maxConcurrency" | "batch">>): ResolveOptions {
  return {
    env,
    ...(prices === undefined ? {} : { prices }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(batch === undefined ? {} : { batch }),
  };
}

function rowOf(provider: string): Provider {
  const rows: Readonly<Record<string, Provider>> = providers;
  return rows[provider]!;
}

function guessProvider(model: string): string {
  if (model.startsWith("claude")) return "anthropic";
  return model.startsWith("gemini") ? "google" : "openai";
}

/** The address of Ollama as its own tools read it: host, port and scheme each optional. */
function ollamaOrigin(host: string | undefined): string {
  const given = host?.trim() || "127.0.0.1:11434";
  const url = given.includes("://") ? given : `http://${given}`;
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  // A server that listens on every interface is asked on this one.
  if (parsed.hostname === "0.0.0.0") parsed.hostname = "127.0.0.1";
  if (parsed.port === "" && !given.includes("://")) parsed.port = "11434";
  return parsed.origin;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
