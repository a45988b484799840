/** @file What prompts would cost with more or fewer labels in them: said of a plan, where it is a choice. */
import { formatCount, formatUsd } from "../../lib/text/format.js";
import {
  type LabelChoice,
  labelChoices,
  labelList,
  mostListedLabels,
  shortlistSize,
  tooLongText,
} from "../../prompt/asking/offered-labels.js";
import { templateFor } from "../../prompt/methods.js";
import { describeModel } from "../../prompt/providers/resolve.js";
import { recordedFile } from "../../prompt/providers/spec.js";
import type { Approach } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import { pricesOf } from "../approaches.js";
import { flagOf } from "../options/option.js";
import { runOptions } from "../options/options-table.js";
import type { RunOptions } from "../run-options.js";
import { type ApproachEstimate, estimateRun } from "./estimate.js";

/** What is needed to price a choice. */
export interface LabelPriceParts {
  readonly task: Task;
  readonly seeds: readonly number[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The approaches with another choice in place of the plan's. */
  readonly approachesWith: (choice: LabelChoice) => Promise<readonly Approach[]>;
  /** Of the plan. */
  readonly estimates: readonly ApproachEstimate[];
}

const flag = flagOf("labelsInPrompt", runOptions.labelsInPrompt);

/**
 * A sentence for each LLM whose prompts would cost something else with another choice of `--labels-in-prompt`, and one where its window has no
 * room for all labels. None for a task with few labels.
 */
export async function labelPriceNotes(options: RunOptions, parts: LabelPriceParts): Promise<string[]> {
  const { task, seeds, env, approachesWith, estimates } = parts;
  const chosen = options.labelsInPrompt;
  const labels = task.train.labels.length;
  if (labels <= (chosen === "auto" ? mostListedLabels.retrieved : shortlistSize)) return [];
  const asked = [...new Set(options.llm)].filter((spec) => recordedFile(spec) === undefined);
  const prices = await pricesOf(options);
  const byChoice = new Map<LabelChoice, ReadonlyMap<string, Total>>();
  for (const choice of labelChoices) {
    const approaches = await approachesWith(choice);
    const ofLlm = approaches.filter(({ model }) => asked.includes(model ?? ""));
    const own = choice === chosen ? estimates : await estimateRun(task, ofLlm, seeds);
    byChoice.set(choice, new Map(asked.map((spec) => [spec, totalOf(own, ofLlm, spec)])));
  }
  return asked.flatMap((spec) => {
    const planned = byChoice.get(chosen)!.get(spec)!;
    const others = labelChoices.flatMap((choice) => {
      const total = byChoice.get(choice)!.get(spec)!;
      return choice === "auto" || choice === chosen || total.inputTokens === planned.inputTokens
        ? []
        : `${priceText(total)} with ${offered[choice](labels)} (${flag} ${choice})`;
    });
    const card = describeModel(spec, { env, prices });
    const list = labelList({ template: templateFor(task.train, card, {}), answer: "direct" }, card);
    return [
      ...(list.fits ? [] : [tooLongText(list, spec)]),
      ...(others.length === 0 ? [] : [`Asking ${spec} costs ${priceText(planned)} as planned, and ${others.join(", ")}.`]),
    ];
  });
}

const offered: Readonly<Record<Exclude<LabelChoice, "auto">, (labels: number) => string>> = {
  all: (labels) => `all ${formatCount(labels)} labels in each prompt`,
  shortlist: () => `a shortlist of ${shortlistSize} in each`,
};

/** What asking one LLM takes, over all its approaches. */
interface Total {
  readonly usd: number | null;
  readonly inputTokens: number;
}

function totalOf(estimates: readonly ApproachEstimate[], approaches: readonly Approach[], spec: string): Total {
  const names = new Set(approaches.filter(({ model }) => model === spec).map(({ name }) => name));
  const own = estimates.filter(({ approach }) => names.has(approach));
  return {
    usd: own.reduce<number | null>((sum, { usd }) => (sum === null || usd === null ? null : sum + usd), 0),
    inputTokens: own.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
  };
}

/** Dollars; where there is no price, or none is known, the tokens. */
const priceText = ({ usd, inputTokens }: Total): string =>
  usd === null || usd === 0 ? `${formatCount(inputTokens)} tokens` : formatUsd(usd);
