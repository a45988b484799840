import { random } from "../../lib/random.js";
import type { Dataset, Example } from "../../types/data.js";
import type { FixedDemos } from "../program.js";
import { mostDemoCharacters } from "../template.js";

/** Shown by no text: zero-shot. */
export const noDemos: FixedDemos = { kind: "fixed", examples: [], spares: [] };

/** For each combination of labels that is shown, so many more examples stand by. */
const sparesPerGroup = 3;

/** Two a label, at least 8 and at most 32. */
export function defaultDemos(labels: number): number {
  return Math.min(32, Math.max(8, 2 * labels));
}

/**
 * Examples balanced over the labels: a random one of each label in a random order of labels, then a second of each, and so on to
 * `count`; shown in another random order, so that the last does not always bear the same label. Texts longer than
 * `mostDemoCharacters` are taken only where a label has no other. Another seed draws others, in another order.
 */
export function balancedDemos(train: Pick<Dataset, "examples">, count: number, seed: number): FixedDemos {
  const stream = random(seed, "demos");
  const groups = new Map<string, Example[]>();
  for (const example of stream.shuffle(train.examples)) {
    const group = groups.get(labelGroup(example));
    if (group === undefined) groups.set(labelGroup(example), [example]);
    else group.push(example);
  }
  const byGroup = stream.shuffle([...groups.keys()].sort()).map((group) => shortFirst(groups.get(group)!));
  const chosen: Example[] = [];
  for (let round = 0; chosen.length < Math.min(count, train.examples.length); round++) {
    for (const examples of byGroup) {
      const example = examples[round];
      if (example !== undefined && chosen.length < count) chosen.push(example);
    }
  }
  const isChosen = new Set(chosen);
  const shownGroups = new Set(chosen.map(labelGroup));
  const spares = byGroup
    .filter((examples) => shownGroups.has(labelGroup(examples[0]!)))
    .flatMap((examples) => examples.filter((example) => !isChosen.has(example)).slice(0, sparesPerGroup));
  return { kind: "fixed", examples: stream.shuffle(chosen), spares };
}

/** Examples with the same labels stand for each other. */
export function labelGroup({ labels }: Pick<Example, "labels">): string {
  return labels.join("\n");
}

function shortFirst(examples: readonly Example[]): Example[] {
  const isShort = (example: Example): boolean => example.text.length <= mostDemoCharacters;
  return [...examples.filter(isShort), ...examples.filter((example) => !isShort(example))];
}
