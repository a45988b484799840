/** A new label counts as learned from this part of the share that is found with all rows. */
export const enoughShare = 0.95;
