/** @file What all ways of prompting have in common: an LLM that is named or handed in, described before it is asked, and resolved when it is. */
import type { Approach, FitContext, Predictor, RunEstimate } from "../types/approach.js";
import type { Dataset, Query } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";
import type { Traits } from "../types/identity.js";
import { estimateProgram } from "./asking/estimate.js";
import type { ProgramParts } from "./asking/program-predictor.js";
import type { BatchOptions } from "./batch/batch-queue.js";
import { type ClientOptions, createClient } from "./client/client.js";
import type { Llm, ModelCard } from "./llm.js";
import type { PriceTable } from "./prices/prices.js";
import type { PromptProgram } from "./program.js";
import { describeModel, type ResolveOptions, resolveLlm, resolveOptionsOf } from "./providers/resolve.js";

/** Who is asked, and how. */
export interface AskingOptions extends ClientOptions {
  /** `openai:gpt-6-luna`, or what `resolveLlm` made of it. Approaches that share an `Llm` share its pace. */
  readonly llm: string | Llm;
  /** Finds examples for prompts that retrieve them, and shortlists the labels where there are many. The caller's; it is not disposed of here. */
  readonly encoder?: Encoder;
  /** See `ProgramParts.confidence`. */
  readonly confidence?: ProgramParts["confidence"];
  /** Where keys and addresses are read if `llm` is a string. @default process.env */
  readonly env?: ResolveOptions["env"];
  readonly prices?: PriceTable;
  readonly maxConcurrency?: number;
  /** What runs `local:` models, where `llm` is a string; see `ResolveOptions.localEngine`. */
  readonly localEngine?: ResolveOptions["localEngine"];
  /** Asks in batches, where `llm` is a string; see `ResolveOptions.batch`. */
  readonly batch?: BatchOptions;
  /** Asks `vllm:` models, where `llm` is a string; see `ResolveOptions.jobs`. */
  readonly jobs?: ResolveOptions["jobs"];
}

/** Where it is not said how many requests a service takes at once, an estimate counts with this many. */
const estimatedConcurrency = 32;

/** What a way of prompting has of its own. */
export interface PromptWay {
  /** `zero-shot`, `file`, `optimized`. */
  readonly method: string;
  /** Tells apart approaches of one method. */
  readonly variant?: string;
  readonly traits: Partial<Traits>;
  readonly summary: string;
  /** Whether JSON is never asked for. */
  readonly isTextOnly: boolean;
  /** Refuses training rows that it cannot work with, before anything is asked. */
  readonly check?: (train: Dataset) => void;
  /**
   * What answering the queries would take.
   *
   * @param estimate what asking one prompt about some queries would take
   */
  estimate(train: Dataset, card: ModelCard, queries: readonly Query[], estimate: ProgramEstimate): Promise<RunEstimate>;
  /** The predictor, with the LLM that was resolved and its client among the parts. */
  fit(train: Dataset, parts: ProgramParts, context: FitContext): Promise<Predictor>;
}

export type ProgramEstimate = (program: PromptProgram, queries: readonly Query[]) => Promise<RunEstimate>;

/** `openai:gpt-6-luna`, of an LLM that is named or handed in. */
export const specOf = (llm: string | Llm): string => (typeof llm === "string" ? llm : llm.spec);

/** The approach `prompt:METHOD@LLM`, or `prompt:METHOD:VARIANT@LLM`. Nothing is asked before `predict`; a missing key is a `UserError` of `fit`. */
export function promptApproach(options: AskingOptions, way: PromptWay): Approach {
  const { llm, encoder, confidence } = options;
  const { method, variant, traits, summary, isTextOnly } = way;
  const spec = specOf(llm);
  const resolveOptions = resolveOptionsOf(options);
  const estimateOptions = { isTextOnly, maxConcurrency: options.maxConcurrency ?? estimatedConcurrency };
  return {
    name: `prompt:${[method, ...(variant === undefined ? [] : [variant])].join(":")}@${spec.replace(/\s+/g, "-")}`,
    arm: "prompt",
    method,
    model: spec,
    ...(variant === undefined ? {} : { variant }),
    traits: { asksLlm: true, ...traits },
    summary,
    async estimate(train, queries) {
      const card = typeof llm === "string" ? describeModel(llm, resolveOptions) : llm;
      return way.estimate(train, card, queries, (program, asked) =>
        estimateProgram(card, program, encoder, asked, estimateOptions),
      );
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      way.check?.(train);
      const resolved = typeof llm === "string" ? await resolveLlm(llm, { ...resolveOptions, context }) : llm;
      for (const text of resolved.warnings) context.log({ kind: "note", text });
      const parts: ProgramParts = {
        llm: resolved,
        client: createClient(resolved, options),
        isTextOnly,
        repeat: context.repeat ?? 0,
        ...(encoder === undefined ? {} : { encoder }),
        ...(confidence === undefined ? {} : { confidence }),
      };
      return way.fit(train, parts, context);
    },
  };
}

/** Labelled rows that a prompt rests on: those it shows or may show, and those that it was chosen on, by their ids. */
export function labelsOf({ demos }: PromptProgram, chosenOn: ReadonlySet<string> = new Set()): number {
  const shown = demos.kind === "fixed" ? demos.examples : demos.pool;
  return new Set([...chosenOn, ...shown.map(({ id }) => id)]).size;
}
