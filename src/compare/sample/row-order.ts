/** @file The order in which some of the test rows are chosen by chance: one for all who ask about a part, so that what one takes the other has too. */
import { random } from "../../lib/random.js";

/**
 * The rows in random order, fixed by the seed and by how many there are. Whoever needs some takes the first of them: more rows hold those that fewer
 * would have been.
 */
export function rowOrder<Row>(rows: readonly Row[], seed: number): Row[] {
  return random(seed, "rows of experiments").shuffle(rows);
}
