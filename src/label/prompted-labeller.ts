/** @file An LLM with a prompt, as who labels. */
import { rm } from "node:fs/promises";
import { UserError } from "../lib/errors.js";
import { sha256 } from "../lib/hash.js";
import { estimateProgram } from "../prompt/asking/estimate.js";
import type { Pilot } from "../prompt/asking/output-estimate.js";
import { programPredictor } from "../prompt/asking/program-predictor.js";
import { needsEncoder } from "../prompt/asking/question.js";
import type { ModelJobs } from "../prompt/batch/model-jobs.js";
import { createClient } from "../prompt/client/client.js";
import type { PriceTable } from "../prompt/prices/prices.js";
import { type PromptProgram, withoutForm } from "../prompt/program.js";
import { describeModel, resolveLlm } from "../prompt/providers/resolve.js";
import { parseSpec } from "../prompt/providers/spec.js";
import { isAskedByJobs, needsEngine } from "../prompt/providers/vllm.js";
import { promptTemplate } from "../prompt/template.js";
import { modelJobs } from "../run/engine/model-jobs.js";
import type { RunEngine } from "../run/engine/run-engine.js";
import { openLocalEngine } from "../tune/decoders/inference/open-engine.js";
import { loadEncoder } from "../tune/pretrained/encoder.js";
import { resolveModel } from "../tune/pretrained/resolve-model.js";
import type { Context } from "../types/approach.js";
import type { Encoder } from "../types/encoder.js";
import { readLabelSet } from "./label-set.js";
import type { LabellerOptions, LabellerPlan, LabellerSources } from "./labeller.js";
import { readStoredPrompt } from "./stored-prompt.js";

/** What retrieves examples and shortlists labels where a prompt of no earlier run does. A name that comes with the package. */
export const promptEncoder = "minilm-l6";

/** Rows of a batch, of which two are under way at once. A row that waits takes some 12 KB: labeling any number of them stays below 500 MB. */
const batchRows = 8_000;

/** Preparing a prompt embeds its examples: nothing of it is billed, and progress is that of the rows that follow. */
const context: Context = { signal: new AbortController().signal, spend: () => {}, log: () => {} };

/** The prompt, from an earlier run or from labels and examples. */
export interface Prompt {
  readonly llm: string;
  readonly program: PromptProgram;
  /** Never ask for JSON. */
  readonly isTextOnly: boolean;
  readonly pilot: Pilot | null;
  /** What retrieves examples and shortlists labels, where it does. */
  readonly encoder: string;
  readonly notes: readonly string[];
}

/** The plan of labeling with `--llm` or `--run`. UserError where neither names an LLM, or there are no labels. */
export async function planPrompted(
  options: LabellerOptions,
  env: LabellerSources["env"],
  prices: PriceTable,
): Promise<LabellerPlan> {
  const prompt = options.run === undefined ? await newPrompt(options, env, prices) : await runsPrompt(options.run, options);
  return planPrompt(prompt, options, env, prices);
}

/** The plan of labeling with a prompt that is at hand. */
export async function planPrompt(
  { llm, program, isTextOnly, pilot, encoder: encoderName, notes }: Prompt,
  options: LabellerOptions,
  env: LabellerSources["env"],
  prices: PriceTable,
): Promise<LabellerPlan> {
  const { maxConcurrency, timeoutSeconds, patienceSeconds, batches, confidence } = options;
  const patience = patienceSeconds === undefined ? {} : { patienceSeconds };
  const byJobs = await askedByJobs(llm, options);
  const batch = { ...(batches !== undefined && { batch: batches }), ...(byJobs !== undefined && { jobs: byJobs.jobs }) };
  const { labels, isMultiLabel } = program.template;
  let loaded: Promise<Encoder> | undefined;
  const encoderOf = (): Promise<Encoder> | undefined => {
    if (needsEncoder(program)) loaded ??= openEncoder(encoderName, options, env);
    return loaded;
  };
  const card = describeModel(llm, { env, prices, ...batch });
  return {
    name: llm,
    llm,
    labels,
    isMultiLabel,
    fingerprint: sha256(
      "llm",
      llm,
      card.baseUrl,
      JSON.stringify([
        program,
        isTextOnly,
        ...(needsEncoder(program) && encoderName !== promptEncoder ? [encoderName] : []),
        ...(confidence === undefined ? [] : [confidence]),
      ]),
    ),
    notes: [...notes, ...card.warnings],
    pieceRows: batches === undefined ? Math.min(2048, Math.max(64, 8 * maxConcurrency)) : batchRows,
    ...byJobs?.plan,
    async estimate(queries, own) {
      const found = await estimateProgram(card, program, await encoderOf(), queries, {
        isTextOnly,
        maxConcurrency,
        pilot: pilot === null || own.answers > pilot.answers ? own : pilot,
      });
      // What an engine bills is its machines' time, which is not known before.
      return byJobs?.plan.engine.engine.isBilled === true ? { ...found, usd: null } : found;
    },
    async open({ cache, budget, hasLimit, repeat = 0, batches: own }) {
      const kept = own === undefined ? batch : { ...batch, batch: own };
      const resolved = await resolveLlm(llm, { env, prices, maxConcurrency, localEngine: openLocalEngine, ...kept });
      // Without a price there is no sum to enter; with a limit the client refuses such a model.
      const isBudgeted = hasLimit || resolved.price !== null;
      const client = createClient(resolved, { cache, timeoutSeconds, ...patience, ...(isBudgeted ? { budget } : {}) });
      const encoder = await encoderOf();
      const asked = { llm: resolved, client, isTextOnly, repeat, ...(confidence === undefined ? {} : { confidence }) };
      const parts = { ...asked, ...(encoder === undefined ? {} : { encoder }) };
      const predictor = await programPredictor(program, parts, context);
      return {
        ...predictor,
        ...(byJobs && { finished: byJobs.finished }),
        async [Symbol.asyncDispose]() {
          await predictor[Symbol.asyncDispose]();
          await encoder?.[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** What asks an LLM by jobs of an engine, and what of the plan follows from it. */
interface AskedByJobs {
  readonly jobs: ModelJobs;
  readonly plan: Pick<LabellerPlan, "pieceRows" | "piecesAhead"> & { readonly engine: RunEngine };
  finished(): Promise<void>;
}

/** Jobs of the engine for a model that they ask; `undefined` for any other. `UserError` where there is an engine and no use for it, or the other way around. */
async function askedByJobs(llm: string, { elsewhere }: LabellerOptions): Promise<AskedByJobs | undefined> {
  if (!isAskedByJobs(llm)) {
    if (elsewhere === undefined) return undefined;
    throw new UserError(
      `--engine is for tuned models and for vllm: models, and ${llm} is asked from here. Leave it out, or name one of those with --model, --approach or --llm.`,
    );
  }
  if (elsewhere === undefined) throw needsEngine(llm);
  const { folder, shardRows, jobs: mostJobs, asking, onEvent } = elsewhere;
  const engine = await elsewhere.open({ wantsGpu: true });
  const piecesAhead = engine.engine.isOneMachine === true ? 1 : mostJobs;
  return {
    jobs: modelJobs(engine, { ...asking, mostRequests: shardRows }, { folder, log: onEvent }),
    plan: { pieceRows: shardRows, piecesAhead, engine },
    finished: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The encoder, downloaded where it is a model of the Hub that is not here yet. */
async function openEncoder(name: string, { offline = false }: LabellerOptions, env: LabellerSources["env"]): Promise<Encoder> {
  const { folder } = await resolveModel(name, { env, offline, signal: context.signal, log: context.log });
  return loadEncoder(folder);
}

async function runsPrompt(folder: string, { llm, approach }: LabellerOptions): Promise<Prompt> {
  const stored = await readStoredPrompt(folder, approach);
  const isSame = llm === undefined || llm === stored.llm;
  return {
    ...stored,
    llm: llm ?? stored.llm,
    program: isSame ? stored.program : withoutForm(stored.program),
    // Another model's answers say nothing of how long this one's are.
    pilot: isSame ? stored.pilot : null,
    encoder: stored.model,
    notes: [`Labels and prompt are those of ${stored.approach} in ${folder}.`],
  };
}

async function newPrompt(options: LabellerOptions, env: LabellerSources["env"], prices: PriceTable): Promise<Prompt> {
  const { llm } = options;
  if (llm === undefined) {
    throw new UserError(
      "Nobody is named who labels. Give --llm SPEC (such as openai:gpt-6-luna), --run RUN for the prompt of an earlier run, or --model FOLDER for a tuned model.",
    );
  }
  if (parseSpec(llm).provider === "recorded") throw new UserError(`${llm} is a recording, which cannot be asked anything new.`);
  const { labels, descriptions, aliases, isMultiLabel, demos, notes } = await readLabelSet(options);
  const { isReasoning } = describeModel(llm, { env, prices });
  return {
    llm,
    program: {
      template: promptTemplate({ labels, descriptions, isMultiLabel }, { isReasoning, aliases }),
      demos,
      answer: "direct",
      samples: 1,
      shortlist: null,
    },
    isTextOnly: false,
    pilot: null,
    encoder: promptEncoder,
    notes,
  };
}
