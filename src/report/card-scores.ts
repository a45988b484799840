/** @file A model card with what was measured on the test rows: a section before all others, and Hugging Face's `model-index`. */
import { parse, stringify } from "yaml";
import { formatCount, formatPlural, formatScore, formatShareEstimate } from "../lib/text/format.js";
import type { TaskFacts } from "../types/data.js";
import type { Estimate, Summary } from "../types/scores.js";
import { escapeMarkdown } from "./markdown.js";

/** A card tells of so many labels one by one: the commonest ones among the test rows. */
const shownLabels = 100;

/**
 * The card of a saved model with the scores of that model on the test rows, each with its 95 % interval, first of all sections. Front matter gets them
 * as `model-index` (https://github.com/huggingface/hub-docs/blob/main/modelcard.md). What has no front matter is no card, and stays as it is.
 *
 * @param summary of the one measurement whose model the card is of
 */
export function withTestScores(card: string, task: TaskFacts, summary: Summary): string {
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card);
  if (parts === null) return card;
  const [, front, body] = parts;
  const fields: unknown = { ...(parse(front!) as object), "model-index": [modelIndex(task, summary)] };
  // Titles of the card itself: a text from data cannot begin a line with "##" in it.
  const firstSection = body!.search(/^## /m);
  const at = firstSection < 0 ? body!.length : firstSection;
  return `---\n${stringify(fields)}---\n${body!.slice(0, at)}${measured(task, summary)}\n\n${body!.slice(at)}`;
}

/** What a score is called, for people and on the Hub. */
interface CardScore {
  readonly name: string;
  /** The identifier of the metric in Hugging Face's `evaluate`. */
  readonly type: string;
  readonly average?: "macro" | "micro";
  readonly value: number;
  readonly text: string;
}

function scoresOf({ accuracy, macroF1, multiLabel }: Summary): CardScore[] {
  const interval = ({ value, low, high }: Estimate): string =>
    `${formatScore(value)} (${formatScore(low)} to ${formatScore(high)})`;
  const accuracyName = multiLabel === undefined ? "accuracy" : "all labels right";
  return [
    { name: accuracyName, type: "accuracy", value: accuracy.value, text: formatShareEstimate(accuracy) },
    { name: "macro-F1", type: "f1", average: "macro", value: macroF1.value, text: interval(macroF1) },
    ...(multiLabel === undefined
      ? []
      : [
          {
            name: "micro-F1",
            type: "f1",
            average: "micro",
            value: multiLabel.microF1.value,
            text: interval(multiLabel.microF1),
          } as const,
        ]),
  ];
}

function modelIndex(task: TaskFacts, summary: Summary): object {
  return {
    name: `${task.name} by ${summary.approach}`,
    results: [
      {
        task: { type: "text-classification", name: "Text Classification" },
        dataset: {
          name: task.name,
          type: task.name.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
          split: "test",
          revision: task.testHash,
        },
        metrics: scoresOf(summary).map(({ name, type, average, value }) => ({
          type,
          value,
          name,
          ...(average !== undefined && { args: { average } }),
        })),
      },
    ],
  };
}

function measured(task: TaskFacts, summary: Summary): string {
  const common = [...summary.perLabel].sort((a, b) => b.support - a.support).slice(0, shownLabels);
  const left = summary.perLabel.length - common.length;
  return [
    "## Measured",
    `On ${formatPlural(summary.testRows, "test row")}, which nothing was trained on; in brackets the 95% interval:`,
    table(
      ["measure", "value"],
      scoresOf(summary).map(({ name, text }) => [name, text]),
    ),
    table(
      ["label", "precision", "recall", "F1", "test rows"],
      common.map(({ label, precision, recall, f1, support }) => [
        escapeMarkdown(label),
        ...(support === 0 ? ["–", "–", "–"] : [precision, recall, f1].map(formatScore)),
        formatCount(support),
      ]),
    ),
    ...(left > 0 ? [`and ${formatPlural(left, "label")} with fewer test rows.`] : []),
    `SHA-256 of the test rows: \`${task.testHash}\`.`,
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
