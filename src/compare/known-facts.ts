/** @file What is known of how an approach came about: all of one that ran here; of a recording, what the user told. */
import type { Summary } from "../types/scores.js";

type Known = Pick<Summary, "facts" | "fitCost">;

/** Labelled examples it learned from or was shown; `null` where nobody knows. */
export function labelsUsed({ facts, fitCost }: Known): number | null {
  return facts.recording === undefined ? fitCost.labels : facts.recording.labels;
}

/** Words a person wrote for it; `null` where nobody knows. */
export function wordsWritten({ facts }: Pick<Summary, "facts">): number | null {
  return facts.recording === undefined ? facts.humanWords : facts.recording.words;
}

/** Seconds of fitting; `null` for a recording, whose replay takes none. */
export function fitSeconds({ facts, fitCost }: Known): number | null {
  return facts.recording === undefined ? fitCost.seconds : null;
}

/** Whether it runs where its files are, rather than asking a service for every answer; `null` where nobody knows. Of a model that runs here its size is known; no service tells it. */
export function runsAnywhere({ facts }: Pick<Summary, "facts">): boolean | null {
  return facts.recording === undefined ? facts.artifactBytes !== null || facts.totalParameters !== null : null;
}
