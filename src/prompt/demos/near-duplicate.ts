import { jaccardSimilarity, nearDuplicateJaccard } from "../../data/near-duplicates.js";

/** Whether two texts are nearly the same: an example that is nearly the text asked about would give its answer away. */
export function isNearDuplicate(a: string, b: string): boolean {
  return jaccardSimilarity(a, b) >= nearDuplicateJaccard;
}
