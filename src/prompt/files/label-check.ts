import { UserError } from "../../lib/errors.js";
import { formatPlural } from "../../lib/text/format.js";
import { nearestNames } from "../../lib/text/nearest-name.js";
import type { Dataset } from "../../types/data.js";
import type { PromptTemplate } from "../template.js";
import { excerpt } from "./excerpt.js";

/**
 * Checks that a prompt and a task are about the same labels. One may have fewer than the other (rows of a sample, a label that was dropped);
 * where each has labels that the other lacks, they were meant to be the same: a UserError names them.
 */
export function checkLabels(
  { labels, isMultiLabel }: Pick<PromptTemplate, "labels" | "isMultiLabel">,
  task: Pick<Dataset, "labels" | "isMultiLabel" | "name">,
  place: string,
): void {
  if (isMultiLabel !== task.isMultiLabel) {
    const words = (several: boolean): string => (several ? "any number of labels" : "one label");
    throw new UserError(
      `${place} asks for ${words(isMultiLabel)} a text, and the rows of ${task.name} have ${words(task.isMultiLabel)}.`,
    );
  }
  const foreign = labels.filter((label) => !task.labels.includes(label));
  const missing = task.labels.filter((label) => !labels.includes(label));
  const hasNone = missing.length === task.labels.length;
  if (!hasNone && (foreign.length === 0 || missing.length === 0)) return;
  const [first] = missing;
  const near = nearestNames(first!, foreign.length > 0 ? foreign : labels)[0];
  throw new UserError(
    `${place} and ${task.name} do not have the same labels: the data has ${excerpt(first!)}, which the prompt lacks` +
      `${missing.length > 1 ? ` (${formatPlural(missing.length, "such label")} in all)` : ""}, and the prompt has ${excerpt(near ?? "")}, which the data lacks. ` +
      "Write them alike in both.",
  );
}
