import { hashWord } from "../resampling-seed.js";

/**
 * The fold of each row, from 0: units are sorted by the hash of their name and dealt out in turn, so that folds have about equally many, a group is in one
 * fold, and whoever has the names can do it again.
 */
export function foldOf(units: readonly string[], folds: number): number[] {
  const names = [...new Set(units)].map((name) => ({ name, word: hashWord(name) }));
  names.sort((a, b) => a.word - b.word || (a.name < b.name ? -1 : 1));
  const foldOfName = new Map(names.map(({ name }, place) => [name, place % folds]));
  return units.map((unit) => foldOfName.get(unit)!);
}
