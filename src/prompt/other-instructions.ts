/** @file The built-in instruction in other words: how far answers hang on its wording is measured with these. */
import type { Dataset } from "../types/data.js";

/** Each says what the built-in sentence says; where a row has one label, and where it may have several or none. */
const sentences = [
  {
    one: "Read the text and pick the single label that describes it best.",
    several: "Read the text and name every label that applies to it; there may be none.",
  },
  {
    one: "You sort texts by topic. Give each text the one label that it belongs to.",
    several: "You sort texts by topic. Give each text all labels that it belongs to, of which there may be none.",
  },
  {
    one: "Which one of the following labels is the right one for the text?",
    several: "Which of the following labels are right for the text: one, several, or none of them?",
  },
] as const;

/** One function a wording: the instruction for a task. */
export const otherInstructions: readonly ((task: Pick<Dataset, "isMultiLabel">) => string)[] = sentences.map(
  ({ one, several }) =>
    ({ isMultiLabel }) =>
      isMultiLabel ? several : one,
);
