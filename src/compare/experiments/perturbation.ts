/** @file Texts as other people would have typed them: with typos, in another case, without punctuation. */
import { type Random, random } from "../../lib/random.js";
import type { Dataset, Example } from "../../types/data.js";
import type { PerturbationKind } from "../../types/experiments.js";

const perturbations: Readonly<Record<PerturbationKind, (text: string, draw: Random) => string>> = {
  typos: withTypos,
  case: inOtherCase,
  punctuation: withoutPunctuation,
};

/** All kinds, the likeliest in practice first. */
export const perturbationKinds = Object.keys(perturbations) as readonly PerturbationKind[];

/** The text changed. The same seed and id give the same text; one that has nothing to be changed comes back as it is. */
export function perturbed(text: string, how: PerturbationKind, seed: number, id: string): string {
  return perturbations[how](text, random(seed, `${how} in ${id}`));
}

/** The rows whose texts change and keep a letter or a digit, changed, with their ids and labels. */
export function perturbedRows(rows: Dataset, how: PerturbationKind, seed: number): Dataset {
  const examples = rows.examples.flatMap((example): Example[] => {
    const text = perturbed(example.text, how, seed, example.id);
    return text === example.text || !/[\p{L}\p{N}]/u.test(text) ? [] : [{ ...example, text }];
  });
  return { ...rows, examples };
}

/** A letter with its marks. */
const letter = /\p{L}\p{M}*/gu;

/** Up to this many swaps in a text. */
const mostTypos = 2;

/** One or two pairs of neighboring letters of words swapped. */
function withTypos(text: string, draw: Random): string {
  const pairs = draw.shuffle(swappablePairs(text));
  const chosen: LetterPair[] = [];
  const wanted = 1 + draw.integer(mostTypos);
  for (const pair of pairs) {
    if (chosen.length === wanted) break;
    if (chosen.every((other) => endOf(pair) <= other[0].at || endOf(other) <= pair[0].at)) chosen.push(pair);
  }
  // From the end, so that places before it stay.
  return chosen
    .sort(([a], [b]) => b.at - a.at)
    .reduce((changed, pair) => {
      const [first, second] = pair;
      return changed.slice(0, first.at) + second.text + first.text + changed.slice(endOf(pair));
    }, text);
}

interface Letter {
  readonly text: string;
  readonly at: number;
}

type LetterPair = readonly [first: Letter, second: Letter];

const endOf = ([, second]: LetterPair): number => second.at + second.text.length;

/** Neighboring letters that differ. */
function swappablePairs(text: string): LetterPair[] {
  const letters = [...text.matchAll(letter)].map((match): Letter => ({ text: match[0], at: match.index }));
  return letters.flatMap((first, index) => {
    const second = letters[index + 1];
    const areNeighbors = second !== undefined && second.at === first.at + first.text.length;
    return areNeighbors && second.text !== first.text ? [[first, second]] : [];
  });
}

/** All in lower or all in upper case, by chance; where that is how the text stands already, the other one. */
function inOtherCase(text: string, draw: Random): string {
  const cases = draw.shuffle([text.toLowerCase(), text.toUpperCase()]);
  return cases.find((changed) => changed !== text) ?? text;
}

function withoutPunctuation(text: string): string {
  const bare = text.replace(/\p{P}+/gu, "");
  return bare === text ? text : bare.replace(/ {2,}/g, " ").trim();
}
