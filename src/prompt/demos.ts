/** @file Which examples a few-shot prompt shows. */

import { jaccardSimilarity, nearDuplicateJaccard } from "../data/near-duplicates.js";
import { random } from "../lib/random.js";
import type { Dataset, Example } from "../types.js";

/** Examples for prompts, chosen once; each text is shown those that are not nearly itself. */
export interface DemoSet {
  /** Shown where nothing has to be left out, in the order shown. */
  readonly shown: readonly Example[];
  /** For one text: near-duplicates of it are replaced by another example of their label, where there is one. */
  demosFor(text: string): readonly Example[];
}

/** Two a label, at least 8 and at most 32. */
export function defaultDemos(labels: number): number {
  return Math.min(32, Math.max(8, 2 * labels));
}

/**
 * Examples balanced over the labels: a random one of each label in a random order of labels, then a second of each, and so on to
 * `count`; shown in another random order, so that the last does not always bear the same label. Texts longer than
 * `maxCharacters` are taken only where a label has no other.
 */
export function balancedDemos(train: Dataset, count: number, seed: number, maxCharacters = 2000): DemoSet {
  const stream = random(seed, "demos");
  const groups = new Map<string, Example[]>();
  for (const example of stream.shuffle(train.examples)) {
    const group = groups.get(groupOf(example));
    if (group === undefined) groups.set(groupOf(example), [example]);
    else group.push(example);
  }
  const byLabel = stream.shuffle([...groups.keys()].sort()).map((group) => shortFirst(groups.get(group)!, maxCharacters));
  const chosen: Example[] = [];
  for (let round = 0; chosen.length < Math.min(count, train.examples.length); round++) {
    for (const examples of byLabel) {
      const example = examples[round];
      if (example !== undefined && chosen.length < count) chosen.push(example);
    }
  }
  const shown = stream.shuffle(chosen);
  const isShown = new Set(shown.map(({ id }) => id));
  const spares = new Map(
    byLabel.map((examples) => [groupOf(examples[0]!), examples.filter(({ id }) => !isShown.has(id)).slice(0, 3)]),
  );
  return {
    shown,
    demosFor(text) {
      const isNear = (example: Example): boolean => jaccardSimilarity(example.text, text) >= nearDuplicateJaccard;
      if (!shown.some(isNear)) return shown;
      const used = new Set<string>();
      return shown.flatMap((example) => {
        if (!isNear(example)) return [example];
        const spare = spares.get(groupOf(example))?.find((other) => !used.has(other.id) && !isNear(other));
        if (spare !== undefined) used.add(spare.id);
        return spare === undefined ? [] : [spare];
      });
    },
  };
}

/** Examples with the same labels stand for each other. */
function groupOf(example: Example): string {
  return example.labels.join("\n");
}

function shortFirst(examples: readonly Example[], maxCharacters: number): Example[] {
  const isShort = (example: Example): boolean => example.text.length <= maxCharacters;
  return [...examples.filter(isShort), ...examples.filter((example) => !isShort(example))];
}
