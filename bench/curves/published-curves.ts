/**
 * @file Learning curves that others have published, to stand beside ours: Bertsch et al., "In-Context Learning with Long-Context Models: An In-Depth
 * Exploration", arXiv 2405.00200. Accuracy in percent, means of seeds, by number of labels.
 */
export interface PublishedCurves {
  /** Llama-2-7B, its weights trained. */
  readonly fineTuned: Readonly<Record<number, number>>;
  /** Random examples in the prompt of Llama-2-7B with a context of 80,000 tokens. */
  readonly randomShots: Readonly<Record<number, number>>;
  /** Ten examples in the prompt, retrieved for each text from all training rows. */
  readonly retrievedTen?: number;
}

export const publishedCurves: Readonly<Record<string, PublishedCurves>> = {
  BANKING77: {
    fineTuned: { 32: 16.6, 128: 42.8, 512: 53.3, 2048: 77.9, 8192: 91.6 },
    randomShots: { 10: 35.9, 100: 58.6, 1000: 86.7 },
    retrievedTen: 89.2,
  },
  CLINC150: {
    fineTuned: { 32: 13.8, 128: 40.2, 512: 50.3, 2048: 74.6, 8192: 85.0 },
    randomShots: { 10: 47.3, 100: 58.8, 1000: 85.9 },
    retrievedTen: 93.8,
  },
  TREC: {
    fineTuned: { 32: 65.5, 128: 82.2, 512: 91.3, 2048: 96.0, 8192: 97.3 },
    randomShots: { 10: 76.0, 100: 85.6, 1000: 88.6 },
  },
};
