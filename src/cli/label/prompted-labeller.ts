/** @file An LLM with a prompt, as who labels. */
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { createClient } from "../../prompt/client.js";
import { estimatePrompt } from "../../prompt/estimate.js";
import { llmPredictor } from "../../prompt/llm-predictor.js";
import type { Pilot } from "../../prompt/output-estimate.js";
import type { PriceTable } from "../../prompt/prices.js";
import { describeModel, parseSpec, resolveLlm } from "../../prompt/providers/resolve.js";
import { mostSchemaLabels, type PromptTemplate, promptTemplate } from "../../prompt/template.js";
import type { Example } from "../../types.js";
import { readLabelSet } from "./label-set.js";
import type { LabellerOptions, LabellerPlan, LabellerSources } from "./labeller.js";
import { readStoredPrompt } from "./stored-prompt.js";

/** The prompt, from an earlier run or from labels and examples. */
interface Prompt {
  readonly llm: string;
  readonly template: PromptTemplate;
  readonly examples: readonly Example[];
  readonly pilot: Pilot | null;
  readonly notes: readonly string[];
}

/** The plan of labeling with `--llm` or `--run`. UserError where neither names an LLM, or there are no labels. */
export async function planPrompted(
  options: LabellerOptions,
  env: LabellerSources["env"],
  prices: PriceTable,
): Promise<LabellerPlan> {
  const { llm, template, examples, pilot, notes } =
    options.run === undefined ? await newPrompt(options, env, prices) : await runsPrompt(options.run, options);
  const { maxConcurrency, timeoutSeconds } = options;
  const demos = { shown: examples, demosFor: () => examples };
  const card = describeModel(llm, { env, prices });
  return {
    name: llm,
    labels: template.labels,
    isMultiLabel: template.isMultiLabel,
    fingerprint: sha256("llm", llm, card.baseUrl, JSON.stringify([template, examples.map(({ text, labels }) => [text, labels])])),
    notes: [...notes, ...card.warnings],
    pieceRows: Math.min(2048, Math.max(64, 8 * maxConcurrency)),
    estimate: (queries, own) =>
      estimatePrompt(
        card,
        template,
        demos,
        queries,
        template.labels.length > mostSchemaLabels ? "text" : "json",
        maxConcurrency,
        pilot === null || own.answers > pilot.answers ? own : pilot,
      ),
    async open({ cache, budget, hasLimit }) {
      const resolved = await resolveLlm(llm, { env, prices, maxConcurrency });
      // Without a price there is no sum to enter; with a limit the client refuses such a model.
      const isBudgeted = hasLimit || resolved.price !== null;
      const client = createClient(resolved, { cache, timeoutSeconds, ...(isBudgeted ? { budget } : {}) });
      return llmPredictor({ llm: resolved, client, template, demos, isTextOnly: false, repeat: 0 });
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
  const { labels, descriptions, aliases, isMultiLabel, examples, notes } = await readLabelSet(options);
  const { isReasoning } = describeModel(llm, { env, prices });
  return {
    llm,
    template: promptTemplate({ labels, descriptions, isMultiLabel }, { isReasoning, aliases }),
    examples,
    pilot: null,
    notes,
  };
}
