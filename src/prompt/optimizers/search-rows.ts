import { splitDataset } from "../../data/split.js";
import { UserError } from "../../lib/errors.js";
import type { Dataset, Example } from "../../types/data.js";
import { leastDecidingRows } from "./real-gain.js";

/** The training rows of a search, in three parts that share no row, no group and no near-duplicate. */
export interface SearchRows {
  /** To learn from and to show. */
  readonly learning: Dataset;
  /** To choose by. */
  readonly selection: readonly Example[];
  /** To decide by, once, whether what was chosen is better than what the search began with. */
  readonly deciding: readonly Example[];
}

/** Above these more rows would say little more, and each prompt that is judged costs as many calls as there are selection rows. */
const [mostSelectionRows, mostDecidingRows] = [200, 200] as const;
/** Of the training rows. */
const [selectionShare, decidingShare] = [0.3, 0.3] as const;
/** Of the budget: the deciding rows are asked about twice; the selection rows by every prompt, so that about twelve can be judged. */
const [selectionPart, decidingPart] = [1 / 16, 1 / 10] as const;

/**
 * Cuts training rows for a search that can ask about `rowsInBudget` rows: three tenths to choose by and three tenths to decide by, fewer where the
 * budget or the use of more is small, the labels in proportion; the rest to learn from. Why not, in a sentence, where that leaves too few.
 */
export function cutSearchRows(train: Dataset, rowsInBudget: number, seed: number): SearchRows | string {
  const mostSelection = Math.min(mostSelectionRows, Math.floor(rowsInBudget * selectionPart));
  const mostDeciding = Math.min(mostDecidingRows, Math.floor(rowsInBudget * decidingPart));
  if (Math.min(mostSelection, mostDeciding) < leastDecidingRows)
    return `a budget for ${Math.floor(rowsInBudget)} answers is too small to tell prompts apart`;
  try {
    const first = splitDataset(train, { share: decidingShare, maxRows: mostDeciding, seed });
    const share = selectionShare / (1 - decidingShare);
    const second = splitDataset(first.kept, { share, maxRows: mostSelection, seed: seed + 1 });
    const rows = { learning: second.kept, selection: second.held.examples, deciding: first.held.examples };
    if (Math.min(rows.selection.length, rows.deciding.length) >= leastDecidingRows) return rows;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return `${train.examples.length} training rows are too few to choose a prompt by some and to check the choice by others`;
}
