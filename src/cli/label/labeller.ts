/** @file What labels rows: an LLM with a prompt, or a model that was tuned. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import { readDataset } from "../../data/data.js";
import { describedLabels, noLabelWords, readLabelWords } from "../../data/descriptions.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import type { Budget } from "../../prompt/budget.js";
import { createClient } from "../../prompt/client.js";
import { balancedDemos, noDemos } from "../../prompt/demos/balanced-demos.js";
import { estimateProgram } from "../../prompt/estimate.js";
import type { Pilot } from "../../prompt/output-estimate.js";
import type { PriceTable } from "../../prompt/prices.js";
import type { PromptProgram } from "../../prompt/program.js";
import { programPredictor } from "../../prompt/program-predictor.js";
import { describeModel, parseSpec, resolveLlm } from "../../prompt/providers/resolve.js";
import { needsEncoder } from "../../prompt/question.js";
import { promptTemplate } from "../../prompt/template.js";
import type { ResponseCache } from "../../store/response-cache.js";
import { readClassifier } from "../../tune/classifier/classifier-model.js";
import { classifierPredictor } from "../../tune/classifier/text-classifier.js";
import { loadEncoder } from "../../tune/pretrained/encoder.js";
import type { Context, Encoder, Predictor, Query, RunEstimate } from "../../types.js";
import { readStoredPrompt } from "./stored-prompt.js";

/** Which labels, and who gives them, as the command line says it. */
export interface LabellerOptions {
  readonly llm?: string;
  readonly model?: string;
  readonly labels?: readonly string[];
  readonly descriptions?: string;
  readonly examples?: string;
  readonly label?: string;
  readonly demos: number;
  readonly seed: number;
  readonly multiLabel?: boolean;
  /** Folder of an earlier run. */
  readonly run?: string;
  readonly approach?: string;
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
}

/** What asking needs beyond the plan. */
export interface LabellerSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prices: PriceTable;
  readonly cache: ResponseCache;
  readonly budget: Budget;
  readonly hasLimit: boolean;
}

/** Known before anything is asked or any key is there. */
export interface LabellerPlan {
  /** For people: the LLM's spec, or the model's folder. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Hash of all that decides an answer: a file is labelled by one of them, from its first row to its last. */
  readonly fingerprint: string;
  /** For people: what was taken from where. */
  readonly notes: readonly string[];
  /** Rows answered together. */
  readonly pieceRows: number;
  /** What such texts take. `pilot`: answers of this very labeling, from an earlier session. */
  estimate(queries: readonly Query[], pilot: Pilot): Promise<RunEstimate>;
  open(sources: LabellerSources): Promise<Predictor>;
}

/** UserError where the options name nobody who labels, or no labels. */
export async function planLabeller(
  options: LabellerOptions,
  env: LabellerSources["env"],
  prices: PriceTable,
): Promise<LabellerPlan> {
  const { model, llm, run } = options;
  if (model !== undefined) {
    if (llm !== undefined || run !== undefined)
      throw new UserError("--model labels with a tuned model, --llm and --run with an LLM: give one of them.");
    return planTuned(model);
  }
  return planPrompted(options, env, prices);
}

/** What retrieves examples and shortlists labels, where a prompt does: that of `run`, unless told there. */
const promptEncoder = "minilm-l6";

/** Preparing a prompt embeds its examples: nothing of it is billed, and it is told by the rows that follow. */
const context: Context = { signal: new AbortController().signal, spend: () => {}, log: () => {} };

/** The prompt, from an earlier run or from labels and examples. */
interface Prompt {
  readonly llm: string;
  readonly program: PromptProgram;
  /** Never ask for JSON. */
  readonly isTextOnly: boolean;
  readonly pilot: Pilot | null;
  readonly notes: readonly string[];
}

async function planPrompted(options: LabellerOptions, env: LabellerSources["env"], prices: PriceTable): Promise<LabellerPlan> {
  const { llm, program, isTextOnly, pilot, notes } =
    options.run === undefined ? await newPrompt(options, env, prices) : await runsPrompt(options.run, options);
  const { maxConcurrency, timeoutSeconds } = options;
  const { labels, isMultiLabel } = program.template;
  let loaded: Promise<Encoder> | undefined;
  const encoderOf = (): Promise<Encoder> | undefined => {
    if (needsEncoder(program)) loaded ??= loadEncoder(promptEncoder);
    return loaded;
  };
  const card = describeModel(llm, { env, prices });
  return {
    name: llm,
    labels,
    isMultiLabel,
    fingerprint: sha256("llm", llm, card.baseUrl, JSON.stringify([program, isTextOnly])),
    notes: [...notes, ...card.warnings],
    pieceRows: Math.min(2048, Math.max(64, 8 * maxConcurrency)),
    estimate: async (queries, own) =>
      estimateProgram(card, program, await encoderOf(), queries, {
        isTextOnly,
        maxConcurrency,
        pilot: pilot === null || own.answers > pilot.answers ? own : pilot,
      }),
    async open({ cache, budget, hasLimit }) {
      const resolved = await resolveLlm(llm, { env, prices, maxConcurrency });
      // Without a price there is no sum to enter; with a limit the client refuses such a model.
      const isBudgeted = hasLimit || resolved.price !== null;
      const client = createClient(resolved, { cache, timeoutSeconds, ...(isBudgeted ? { budget } : {}) });
      const encoder = await encoderOf();
      const parts = { llm: resolved, client, isTextOnly, repeat: 0, ...(encoder === undefined ? {} : { encoder }) };
      const predictor = await programPredictor(program, parts, context);
      return {
        ...predictor,
        async [Symbol.asyncDispose]() {
          await predictor[Symbol.asyncDispose]();
          await encoder?.[Symbol.asyncDispose]();
        },
      };
    },
  };
}

async function runsPrompt(folder: string, { llm, approach }: LabellerOptions): Promise<Prompt> {
  const stored = await readStoredPrompt(folder, approach);
  const isSame = llm === undefined || llm === stored.llm;
  return {
    ...stored,
    llm: llm ?? stored.llm,
    // Another model's answers say nothing of how long this one's are.
    pilot: isSame ? stored.pilot : null,
    notes: [`Labels and prompt are those of ${stored.approach} in ${folder}.`],
  };
}

async function newPrompt(options: LabellerOptions, env: LabellerSources["env"], prices: PriceTable): Promise<Prompt> {
  const { llm } = options;
  if (llm === undefined) {
    throw new UserError(
      "Nobody is named who labels. Give --llm SPEC (such as openai:gpt-5-mini), --run RUN for the prompt of an earlier run, or --model FOLDER for a tuned model.",
    );
  }
  if (parseSpec(llm).provider === "recorded") throw new UserError(`${llm} is a recording, which cannot be asked anything new.`);
  const { labels, descriptions, aliases, isMultiLabel, demos, notes } = await labelSet(options);
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
    notes,
  };
}

async function labelSet(options: LabellerOptions) {
  const dataset =
    options.examples === undefined
      ? null
      : await readDataset(options.examples, {
          ...(options.label === undefined ? {} : { label: options.label }),
          ...(options.multiLabel === undefined ? {} : { isMultiLabel: options.multiLabel }),
        });
  const described = options.descriptions === undefined ? null : await describedLabels(options.descriptions);
  const given = options.labels ?? dataset?.labels ?? described?.labels;
  const labels = [...new Set(given ?? [])];
  if (labels.length < 2) {
    throw new UserError(
      labels.length === 1
        ? `There is one label only: "${labels[0]}". Give at least two with --labels a,b.`
        : "There are no labels. Give them with --labels a,b,c, with --descriptions FILE (label: description), with --examples FILE (labelled rows), or with --run RUN.",
    );
  }
  const foreign = dataset?.labels.find((label) => !labels.includes(label));
  if (foreign !== undefined)
    throw new UserError(`${options.examples} has the label "${foreign}", which is not among --labels ${labels.join(",")}.`);
  const words =
    options.descriptions === undefined ? (dataset ?? noLabelWords) : await readLabelWords(options.descriptions, labels);
  return {
    labels,
    descriptions: words.descriptions,
    aliases: words.aliases ?? {},
    isMultiLabel: options.multiLabel ?? dataset?.isMultiLabel ?? false,
    demos: dataset === null ? noDemos : balancedDemos(dataset, options.demos, options.seed),
    notes: dataset === null ? [] : [`Examples in the prompt are from ${options.examples}.`],
  };
}

/** Texts that the estimate of a tuned model is timed on. */
const trialTexts = 32;

async function planTuned(folder: string): Promise<LabellerPlan> {
  const classifier = await readClassifier(folder);
  // Enough to see that it was trained again.
  const { size, mtimeMs } = await stat(classifier.pretrained.weightsPath);
  let predictor: Promise<Predictor> | undefined;
  const open = (): Promise<Predictor> => (predictor ??= classifierPredictor(classifier, { trained: 0 }));
  return {
    name: folder,
    labels: classifier.labels,
    isMultiLabel: classifier.isMultiLabel,
    fingerprint: sha256("model", JSON.stringify([resolve(folder), classifier.labels, size, mtimeMs])),
    notes: [],
    pieceRows: 256,
    async estimate(queries) {
      const trial = queries.slice(0, trialTexts);
      const predicting = await open();
      const startedAt = performance.now();
      await predicting.predict(trial, { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} });
      const seconds = (performance.now() - startedAt) / 1000;
      return {
        calls: 0,
        inputTokens: 0,
        outputTokens: 0,
        usd: 0,
        seconds: trial.length === 0 ? 0 : (seconds / trial.length) * queries.length,
        basis: `Time is from a trial with ${trial.length} rows on this machine.`,
      };
    },
    open,
  };
}
