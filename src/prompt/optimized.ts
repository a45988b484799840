/** @file The prompted arm with an optimized prompt: `prompt:optimized`. */
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { formatUsd } from "../lib/text/format.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { Approach, Predictor, RunEstimate } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import { sumOfEstimates } from "./asking/estimate.js";
import { programPredictor } from "./asking/program-predictor.js";
import { prepareQuestions } from "./asking/question.js";
import { fitForm } from "./forms/fit-form.js";
import type { ModelCard } from "./llm.js";
import { makeProgram, type PromptMethod, templateFor, whyNotDecided } from "./methods.js";
import { llmAnswerer } from "./optimizers/llm-answerer.js";
import { type Optimized, optimize } from "./optimizers/optimize.js";
import { type OptimizerName, optimizerNames } from "./optimizers/optimizers.js";
import { cutSearchRows } from "./optimizers/search-rows.js";
import type { PromptProgram } from "./program.js";
import { checkAliases, type PromptOptions } from "./prompt.js";
import { promptApproach, specOf } from "./prompt-approach.js";
import { isDecisionModel, parseSpec } from "./providers/spec.js";

export interface OptimizedPromptOptions extends Omit<PromptOptions, "method" | "demos"> {
  /** The prompt that the search starts from, and keeps if no other is better. @default "zero-shot" */
  readonly begin?: Extract<PromptMethod, "zero-shot" | "cot">;
  /** The optimizer; `auto` chooses one by rows and budget, and says why. */
  readonly optimizer?: OptimizerName | "auto";
  /** The most answers that the search may request. @default 2000 */
  readonly optimizerCalls?: number;
  /** The most that the search may cost at list price, cached answers included. @default no limit */
  readonly optimizerUsd?: number;
  /** The most seconds that the search may take. @default 1800 */
  readonly optimizerSeconds?: number;
}

const defaults = { calls: 2000, seconds: 1800 } as const;

/**
 * `prompt:optimized@LLM`: searches examples and instructions on the training rows, within the budget, and asks with the best prompt. It keeps the
 * initial prompt if no other is reliably better (`optimizers/real-gain.ts`). `PredictorFacts.chosen` names the chosen prompt and how much of its
 * score on the selection rows is luck.
 *
 * Throws a `UserError` for an unknown optimizer or service; `fit` throws one for a missing key or price.
 */
export function optimizedPrompt(options: OptimizedPromptOptions): Approach {
  const { encoder, aliases, optimizer = "auto", begin = "zero-shot" } = options;
  const spec = specOf(options.llm);
  if (parseSpec(spec).provider === "recorded") {
    throw new UserError(`${spec} is a recording, and answers to no other prompt than its own: it cannot be optimized.`);
  }
  const names = ["auto", ...optimizerNames];
  if (!names.includes(optimizer)) {
    throw new UserError(`"${optimizer}" is not an optimizer.${didYouMean(optimizer, names)} Optimizers: ${names.join(", ")}.`);
  }
  if (isDecisionModel(spec)) checkDecidable(spec, optimizer, begin);
  const budget = {
    calls: options.optimizerCalls ?? defaults.calls,
    usd: options.optimizerUsd ?? Number.POSITIVE_INFINITY,
    seconds: options.optimizerSeconds ?? defaults.seconds,
  };
  if (!(Number.isInteger(budget.calls) && budget.calls > 0))
    throw new UserError(`optimizerCalls is ${budget.calls}; expected a whole number of at least 1.`);
  for (const [name, value] of [
    ["optimizerUsd", budget.usd],
    ["optimizerSeconds", budget.seconds],
  ] as const) {
    if (!(value >= 0)) throw new UserError(`${name} is ${value}; expected a number of at least 0.`);
  }
  const isTextOnly = options.answerForm === "text";
  const programOf = (train: Dataset, card: ModelCard, seed: number): PromptProgram =>
    makeProgram(begin, train, templateFor(train, card, options), card, {
      count: 0,
      seed,
      canShortlist: encoder !== undefined,
      labelsInPrompt: options.labelsInPrompt,
    });

  return promptApproach(options, {
    method: "optimized",
    traits: {},
    summary: `Asks ${spec} with the instruction and the examples that did best in a search on the training rows (${optimizer}).`,
    isTextOnly,
    check: ({ labels }) => checkAliases(aliases ?? {}, labels),
    async estimate(train, card, queries, estimate) {
      const program = programOf(train, card, 0);
      // What wins is likely to show examples; of what is searched most does.
      const shown = makeProgram("few-shot", train, program.template, card, { count: "auto", seed: 0, canShortlist: false });
      const likely = { ...program, demos: shown.demos };
      const rows = cutSearchRows(train, budget.calls / program.samples, 0);
      if (typeof rows === "string") return estimate(program, queries);
      return sumOfEstimates(await estimate(likely, queries), searchEstimate(await estimate(likely, rows.selection), budget));
    },
    async fit(train, parts, context) {
      const { llm, repeat } = parts;
      if (Number.isFinite(budget.usd) && llm.price === null) {
        throw new UserError(
          `A search for at most ${formatUsd(budget.usd)} cannot be kept to with ${spec}: its price is not known. Give its price with --prices, or ` +
            "limit the search by --optimizer-calls in place of --optimizer-usd.",
        );
      }
      const formed = async (program: PromptProgram) => {
        const questions = await prepareQuestions(program, encoder, context);
        return fitForm(program, train, { ...parts, questions, seed: context.seed }, context);
      };
      const { program: begun, rows } = await formed(programOf(train, llm, context.seed));
      const { checkpointFolder } = context;
      const optimized = await optimize(
        {
          program: begun,
          train,
          // Of all that `auto` may choose, the others have the model write.
          optimizer: optimizer === "auto" && llm.decides !== undefined ? "random-search" : optimizer,
          budget,
          answerer: llmAnswerer(parts),
          // Not its parameters: which of them a service refuses is known to one session and not yet to the next.
          model: JSON.stringify([llm.spec, llm.baseUrl, isTextOnly, repeat, options.confidence ?? null]),
          logPath: checkpointFolder === undefined ? null : join(checkpointFolder, "search.jsonl"),
        },
        context,
      );
      context.spend({ labels: Math.min(train.examples.length, optimized.labels + rows.size) });
      // Other words and other examples lean to other labels.
      const winner = optimized.program === begun ? begun : (await formed(optimized.program)).program;
      const [found, before] = await Promise.all([winner, begun].map((program) => programPredictor(program, parts, context)));
      return described(found!, before!, optimized);
    },
  });
}

/** Optimizers that ask a model for nothing but answers. */
const decidable: readonly (OptimizerName | "auto")[] = ["auto", "random-search", "bootstrap"];

/** A search that has a decision model write instructions or thoughts. */
function checkDecidable(spec: string, optimizer: OptimizerName | "auto", begin: PromptMethod): void {
  const why = decidable.includes(optimizer)
    ? whyNotDecided(begin)
    : `the optimizer ${optimizer} has the model write instructions`;
  if (why === null) return;
  throw new UserError(
    `prompt:optimized cannot be searched so with ${spec}, a decision model, which writes nothing: ${why}. Begin with zero-shot, and choose an ` +
      "optimizer that searches examples alone: --optimizer random-search or --optimizer bootstrap.",
  );
}

/** The predictor with what the search found in its facts, and the prompts that were tried among its files. */
function described(found: Predictor, before: Predictor, { chosen, tried }: Optimized): Predictor {
  const lines = tried.map(({ program, rows, right }) => {
    const { demos } = program;
    const examples = demos.kind === "fixed" ? demos.examples.map(({ id }) => id) : [];
    return `${JSON.stringify({ right, rows, instruction: program.template.instruction, examples })}\n`;
  });
  return {
    ...found,
    // What the model wrote, no person did.
    facts: { ...found.facts, chosen: { ...found.facts.chosen, ...chosen }, humanWords: before.facts.humanWords },
    async files() {
      const files = new Map(await found.files());
      if (lines.length > 0) files.set("prompts-tried.jsonl", new TextEncoder().encode(lines.join("")));
      return files;
    },
  };
}

/** A whole search, from what judging one prompt takes: as many calls as it may make, or fewer where dollars or time end before. */
function searchEstimate(
  judging: RunEstimate,
  budget: { readonly calls: number; readonly usd: number; readonly seconds: number },
): RunEstimate {
  const usdPerCall = (judging.usd ?? 0) / judging.calls;
  const calls = Math.min(
    budget.calls,
    usdPerCall > 0 ? budget.usd / usdPerCall : Number.POSITIVE_INFINITY,
    (budget.seconds * judging.calls) / judging.seconds,
  );
  const part = calls / judging.calls;
  return {
    calls: Math.floor(calls),
    inputTokens: Math.round(judging.inputTokens * part),
    outputTokens: Math.round(judging.outputTokens * part),
    usd: judging.usd === null ? null : judging.usd * part,
    seconds: judging.seconds * part,
  };
}
