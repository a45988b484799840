/** @file The loss of contrastive fine-tuning: vectors of texts that belong together are to point the same way, others at right angles. */
import type { Tensor } from "../autodiff/graph.js";
import { normalize, square } from "../autodiff/math.js";
import { input, matmul, multiply, subtract, sum } from "../autodiff/ops.js";

/** The names under which pairs are fed, both float32 [batch, batch]. */
export const pairInputs = { targets: "pair_targets", weights: "pair_weights" } as const;

/**
 * Σᵢⱼ weightᵢⱼ · (cos(vᵢ, vⱼ) − targetᵢⱼ)², as one number, over the vectors [batch, width] of a batch of different texts: each is encoded
 * once, however many pairs it is in.
 *
 * With the weight 1 / pairs at the pairs that were drawn and 0 elsewhere it is sentence-transformers' `CosineSimilarityLoss` (checked with
 * its gradients, `golden/make_setfit.py`), which encodes both sides of every pair.
 */
export function similarityLoss(vectors: Tensor): Tensor {
  const unit = normalize(vectors);
  const pairs = [vectors.shape[0]!, vectors.shape[0]!];
  const difference = subtract(matmul(unit, unit, { transposeB: true }), input(pairInputs.targets, pairs, vectors.dtype));
  return sum(multiply(square(difference), input(pairInputs.weights, pairs, vectors.dtype)));
}
