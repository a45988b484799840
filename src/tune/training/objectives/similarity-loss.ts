/** @file The loss of contrastive fine-tuning: a text's vector is to be nearer to those of texts that it belongs with than to any others. */
import type { Tensor } from "../../../autodiff/graph.js";
import { crossEntropy, normalize } from "../../../autodiff/math.js";
import { add, input, matmul, multiply, sum } from "../../../autodiff/ops.js";

/** The names under which a batch's pairs are fed, both float32 [batch, batch]. */
export const pairInputs = { targets: "pair_targets", masks: "pair_masks" } as const;

/** What a mask adds to the cosine of two texts that do not meet, such that its softmax is 0. Finite: times a target of 0 it has to be 0. */
export const apart = -1e9;

/** Of the cosines, before the softmax: that of sentence-transformers, with which its encoders were pre-trained. */
const scale = 20;

/**
 * −Σᵢⱼ targetᵢⱼ · log softmaxⱼ(20 · cos(vᵢ, vⱼ) + maskᵢⱼ), as one number, over the vectors [batch, width] of a batch of texts: each is to be
 * told from all others by its similarity to those of its own kind.
 *
 * With the mask at i = j, and targets 1 / (texts of i's kind · texts) it is the supervised contrastive loss (Khosla et al. 2020,
 * arXiv 2004.11362, L_out at the temperature 1 / 20). With targets from the first half of the batch to the second it is
 * sentence-transformers' `MultipleNegativesRankingLoss` (checked with its gradients, `golden/make_setfit.py`).
 */
export function similarityLoss(vectors: Tensor): Tensor {
  const unit = normalize(vectors);
  const pairs = [vectors.shape[0]!, vectors.shape[0]!];
  const cosines = matmul(unit, unit, { transposeB: true });
  const logits = add(multiply(cosines, scale), input(pairInputs.masks, pairs, vectors.dtype));
  return sum(crossEntropy(logits, input(pairInputs.targets, pairs, vectors.dtype)));
}
