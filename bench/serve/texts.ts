/** @file Texts of so many words, always the same, as bodies of requests. */
import { readFileSync } from "node:fs";
import { random } from "../../src/lib/random.js";

const words = readFileSync("examples/support-tickets.csv", "utf8").match(/[A-Za-z']{2,}/g)!;

/** So many texts of so many words of the shipped example. */
export function textsOf(wordsEach: number, count = 512): string[] {
  const draw = random(7, `texts of ${wordsEach} words`);
  return Array.from({ length: count }, () =>
    Array.from({ length: wordsEach }, () => words[draw.integer(words.length)]!).join(" "),
  );
}
