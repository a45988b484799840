/** @file The prompted arm's front door: a large language model asked with an instruction, label descriptions and examples. */

import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/nearest-name.js";
import type { Approach, Dataset } from "../types.js";
import type { Aliases } from "./answer.js";
import { type ClientOptions, createClient } from "./client.js";
import { balancedDemos, type DemoSet, defaultDemos } from "./demos.js";
import { estimatePrompt } from "./estimate.js";
import type { Llm, ModelCard } from "./llm.js";
import { llmPredictor } from "./llm-predictor.js";
import type { PriceTable } from "./prices.js";
import { describeModel, parseSpec, type ResolveOptions, resolveLlm } from "./providers/resolve.js";
import { type AnswerForm, mostSchemaLabels, type PromptTemplate, promptTemplate } from "./template.js";

export interface PromptOptions extends ClientOptions {
  /** `openai:gpt-5-mini`, or what `resolveLlm` made of it. Approaches that share an `Llm` share its pace. */
  readonly llm: string | Llm;
  /** Examples to show, drawn from the training set; `"auto"` takes two a label, 8 to 32. 0 or none: zero-shot. */
  readonly demos?: number | "auto";
  /** The task in one's own words, instead of the built-in sentence. */
  readonly instruction?: string;
  /** Other names by which a model may call a label. */
  readonly aliases?: Aliases;
  /** Longer texts are cut: 24,000 characters unless given. */
  readonly maxTextCharacters?: number;
  /** `text`: never ask for JSON. */
  readonly answerForm?: "auto" | "text";
  /** Where keys and addresses are read if `llm` is a string: `process.env` unless given. */
  readonly env?: ResolveOptions["env"];
  readonly prices?: PriceTable;
  readonly maxConcurrency?: number;
}

/**
 * `prompt:zero-shot@LLM`, or with `demos` `prompt:few-shot@LLM`. Nothing is asked before `predict`. An unknown provider is a
 * `UserError` of this call, a missing key one of `fit`: the estimate needs none.
 */
export function prompt(options: PromptOptions): Approach {
  const { llm, demos = 0, instruction, aliases, maxTextCharacters, maxConcurrency, prices } = options;
  const spec = typeof llm === "string" ? llm : llm.spec;
  if (parseSpec(spec).provider === "recorded") throw new UserError(`${spec} is a recording: it is replayed by recordedPrompt.`);
  if (demos !== "auto" && !(Number.isInteger(demos) && demos >= 0)) {
    throw new UserError(`The number of examples in the prompt is ${demos}; expected a whole number, or "auto".`);
  }
  const resolveOptions: ResolveOptions = {
    env: options.env ?? process.env,
    ...(prices === undefined ? {} : { prices }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  };
  const templateOf = (train: Dataset, { isReasoning }: ModelCard): PromptTemplate =>
    promptTemplate(train, {
      isReasoning,
      ...(instruction === undefined ? {} : { instruction }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(maxTextCharacters === undefined ? {} : { maxTextCharacters }),
    });
  const demosOf = (train: Dataset, seed: number): DemoSet =>
    balancedDemos(train, demos === "auto" ? defaultDemos(train.labels.length) : demos, seed);
  return {
    name: `prompt:${demos === 0 ? "zero-shot" : "few-shot"}@${spec.replace(/\s+/g, "-")}`,
    arm: "prompt",
    summary:
      demos === 0
        ? `Asks ${spec} with the labels and their descriptions, and no examples.`
        : `Asks ${spec} with the labels, their descriptions, and examples drawn from the training set, balanced over the labels.`,
    async estimate(train, queries) {
      const card = typeof llm === "string" ? describeModel(llm, resolveOptions) : llm;
      const form: AnswerForm = options.answerForm === "text" || train.labels.length > mostSchemaLabels ? "text" : "json";
      return estimatePrompt(card, templateOf(train, card), demosOf(train, 0), queries, form, maxConcurrency ?? 32);
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      checkAliases(aliases ?? {}, train.labels);
      const resolved = typeof llm === "string" ? await resolveLlm(llm, { ...resolveOptions, context }) : llm;
      for (const text of resolved.warnings) context.log({ kind: "note", text });
      const shown = demosOf(train, context.seed);
      context.spend({ labels: shown.shown.length });
      return llmPredictor({
        llm: resolved,
        client: createClient(resolved, options),
        template: templateOf(train, resolved),
        demos: shown,
        isTextOnly: options.answerForm === "text",
        repeat: context.repeat ?? 0,
      });
    },
  };
}

function checkAliases(aliases: Aliases, labels: readonly string[]): void {
  for (const label of Object.keys(aliases)) {
    if (!labels.includes(label))
      throw new UserError(`There are aliases of "${label}", which is no label of the data.${didYouMean(label, labels)}`);
  }
}
