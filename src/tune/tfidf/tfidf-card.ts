import { stringify } from "yaml";
import { formatCount, formatPlural } from "../../lib/text/format.js";
import { labelList, markdownText, nodeUsage, settingsTable } from "../classifier/model-card.js";
import type { SavedDetails } from "../classifier/saved-details.js";
import type { Head } from "../regression/head.js";

/** The model card of a TF-IDF classifier, `README.md` as Hugging Face's Hub reads it. */
export function tfidfCard(
  { labels, isMultiLabel }: Head,
  parameters: number,
  { approach, data, settings, seed }: SavedDetails,
): string {
  const front = {
    pipeline_tag: "text-classification",
    tags: ["text-classification", ...(isMultiLabel ? ["multi-label-classification"] : []), "tf-idf", "crossover"],
  };
  const trained =
    data === undefined
      ? ""
      : ` Trained on ${formatPlural(data.rows, "row")}${approach === undefined ? "" : ` by \`${approach}\``}.`;
  return [
    `---\n${stringify(front)}---`,
    `# Text classifier${data === undefined ? "" : ` for ${markdownText(data.name)}`}`,
    `Logistic regression on TF-IDF of words, pairs of words and groups of two to five letters. ${formatPlural(labels.length, "label")}, ` +
      `${isMultiLabel ? "any number" : "exactly one"} of them for a text; ${formatCount(parameters)} parameters.${trained}`,
    labelList(labels),
    `## Use\n\n${nodeUsage}`,
    settingsTable({ ...(settings && { settings }), ...(seed !== undefined && { seed }) }),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}
