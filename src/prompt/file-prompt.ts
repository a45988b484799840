/** @file A prompt that was read from files, as an approach: it learns nothing, and asks what the files say. */

import { UserError } from "../lib/errors.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import type { Approach, Dataset, Encoder, PredictContext, Prediction, Predictor } from "../types.js";
import { estimateProgram } from "./asking/estimate.js";
import { type ProgramParts, programPredictor } from "./asking/program-predictor.js";
import type { BatchOptions } from "./batch/batch-queue.js";
import { type ClientOptions, createClient } from "./client/client.js";
import { excerpt } from "./files/excerpt.js";
import type { PromptSource } from "./files/prompt-source.js";
import type { Llm } from "./llm.js";
import type { PriceTable } from "./prices/prices.js";
import type { PromptProgram } from "./program.js";
import { describeModel, type ResolveOptions, resolveLlm, resolveOptionsOf } from "./providers/resolve.js";
import { parseSpec } from "./providers/spec.js";

export interface FilePromptOptions extends ClientOptions {
  /** What `readPrompt` made of a folder or a file. */
  readonly source: PromptSource;
  /** `openai:gpt-6-luna`, or what `resolveLlm` made of it; otherwise the first model that the files name. */
  readonly llm?: string | Llm;
  /** For prompts that retrieve examples or shortlist labels. The caller's; it is not disposed of here. */
  readonly encoder?: Encoder;
  /** Tells apart prompts of one name: `prompt:file:NAME#2@LLM`. */
  readonly suffix?: string;
  /** Where keys and addresses are read if `llm` is no `Llm`: `process.env` unless given. */
  readonly env?: ResolveOptions["env"];
  readonly prices?: PriceTable;
  readonly maxConcurrency?: number;
  /** Asks in batches, where `llm` is a string; see `ResolveOptions.batch`. */
  readonly batch?: BatchOptions;
  /** See `ProgramParts.confidence`. */
  readonly confidence?: ProgramParts["confidence"];
}

/**
 * `prompt:file:NAME@LLM`. What is asked is what the run asked that wrote the folder, byte for byte, until somebody edits it. A model that is
 * nowhere named, or is a recording, is a `UserError` of this call; labels that are not the task's one of `estimate` and `fit`.
 */
export function filePrompt(options: FilePromptOptions): Approach {
  const { source, encoder, suffix, maxConcurrency } = options;
  const llm = options.llm ?? source.llms[0];
  if (llm === undefined) throw new UserError(`${source.place} names no model to ask. Name one with --llm.`);
  const spec = typeof llm === "string" ? llm : llm.spec;
  if (parseSpec(spec).provider === "recorded") {
    throw new UserError(
      `${source.place} cannot be asked of ${spec}: a recording answers one prompt, the one it was made with. Name a model with --llm.`,
    );
  }
  const { isTextOnly } = source;
  const variant = `${nameOf(source)}${suffix === undefined ? "" : `#${suffix}`}`;
  const resolveOptions = resolveOptionsOf(options);
  return {
    name: `prompt:file:${variant}@${spec.replace(/\s+/g, "-")}`,
    arm: "prompt",
    method: "file",
    model: spec,
    variant,
    traits: { asksLlm: true },
    summary: `Asks ${spec} with the prompt in ${source.place}.`,
    async estimate(train, queries) {
      const card = typeof llm === "string" ? describeModel(llm, resolveOptions) : llm;
      return estimateProgram(card, source.programFor(train, card), encoder, queries, {
        isTextOnly,
        maxConcurrency: maxConcurrency ?? 32,
      });
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      const resolved = typeof llm === "string" ? await resolveLlm(llm, { ...resolveOptions, context }) : llm;
      for (const text of [...resolved.warnings, ...source.notes]) context.log({ kind: "note", text });
      checkParameters(source, resolved);
      const program = source.programFor(train, resolved);
      const changed = source.needs.filter((need) => need.startsWith("encoder ") && need !== `encoder ${encoder?.name}`);
      for (const need of changed) {
        context.log({
          kind: "note",
          text: `${source.place} was measured with the ${need}, and is asked with ${encoder?.name} now: it may show other examples.`,
        });
      }
      context.spend({ labels: program.demos.kind === "fixed" ? program.demos.examples.length : program.demos.pool.length });
      const { confidence } = options;
      const parts = {
        llm: resolved,
        client: createClient(resolved, options),
        isTextOnly,
        repeat: context.repeat ?? 0,
        ...(confidence === undefined ? {} : { confidence }),
      };
      const predictor = await programPredictor(program, encoder === undefined ? parts : { ...parts, encoder }, context);
      return withinTask(predictor, program, train);
    },
  };
}

/** What stands between the first colons and the `@` of an approach's name must hold neither. */
function nameOf({ name }: PromptSource): string {
  return name.replace(/[\s@#]+/g, "-");
}

/** Parameters are the model's, not the prompt's: one that was edited is not sent, and must not seem to be. */
function checkParameters({ parameters, place, llms }: PromptSource, llm: Llm): void {
  if (llm.spec !== llms[0]) return;
  for (const [name, value] of Object.entries(parameters)) {
    const own = llm.parameters[name];
    if (own === undefined || own === value) continue;
    throw new UserError(
      `${place}: prompt.json has ${name} ${value}, but ${llm.spec} is asked with ${own}, which is not for the prompt to say. Put ${own} back.`,
    );
  }
}

/** An answer may be a label of the prompt that the data does not have. It is wrong for certain, and no label of this task. */
function withinTask(predictor: Predictor, { template }: PromptProgram, { labels, name }: Dataset): Predictor {
  if (template.labels.every((label) => labels.includes(label))) return predictor;
  const predict = async (queries: Parameters<Predictor["predict"]>[0], context: PredictContext): Promise<Prediction[]> => {
    const foreign = new Set<string>();
    let rows = 0;
    const predictions = (await predictor.predict(queries, context)).map((prediction): Prediction => {
      const outside = prediction.answer?.filter((label) => !labels.includes(label)) ?? [];
      if (outside.length === 0) return prediction;
      rows++;
      for (const label of outside) foreign.add(label);
      const { scores: _, ...rest } = prediction;
      return {
        ...rest,
        answer: null,
        failure: "unparseable",
        rawAnswer: prediction.rawAnswer ?? prediction.answer!.join(", ").slice(0, 500),
      };
    });
    if (rows > 0) {
      const shown = [...foreign].slice(0, 3).map(excerpt).join(", ");
      context.log({
        kind: "note",
        text: `${formatCount(rows)} of ${formatPlural(queries.length, "answer")} named a label that ${name} does not have (${shown}${foreign.size > 3 ? ", …" : ""}): counted as wrong.`,
      });
    }
    return predictions;
  };
  return {
    get facts() {
      return predictor.facts;
    },
    predict,
    files: () => predictor.files(),
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}
