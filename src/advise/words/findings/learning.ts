/** @file What labels bring, in words. */
import { beyondText, crossoverText, otherRowsTexts } from "../crossovers.js";
import type { WordingsOf } from "../wording.js";

/** Findings on learning curves. */
export const learningWordings: WordingsOf<"crossover"> = {
  crossover: {
    role: "reason",
    title: () => "The number of labels",
    sentence: ({ best, ...crossover }) => {
      const { tuned } = crossover;
      const notes = [
        best === undefined ? null : `The curve is that of ${tuned}: no time was left for one of ${best}.`,
        crossover.found.kind === "crossover" && !crossover.found.coversSeeds
          ? "Each number of labels was tried once: how much a second try would differ is not in the interval."
          : null,
        beyondText(crossover),
        ...otherRowsTexts(crossover),
      ];
      return [crossoverText(crossover), ...notes.filter((note) => note !== null)].join(" ");
    },
  },
};
