/**
 * @file Padding is not computed: a rewrite of any encoder's graph. What is done to each token by itself (linear layers, normalization,
 * activations, dropout: nearly all of the work) is done to the tokens alone, one after the other, [tokens, …] instead of
 * [batch, sequence, …]; where texts are looked at as wholes, as in attention, they are spread out with padding again. No family of encoders
 * knows of it.
 *
 * Krell et al. 2021 (arXiv 2107.02027) and Zeng et al. 2022 (arXiv 2208.08124) say what is gained by the like on other machines.
 */
import { product } from "../../autodiff/dims.js";
import { inOrder, isOp, type OpName, type OpParams, type Shape, type Tensor } from "../../autodiff/graph.js";
import { broadcast, cast, composite, gather, input, multiply, node, reshape } from "../../autodiff/ops.js";
import type { EncoderGraph } from "./encoder-graph.js";

/** The names of what a packed graph is fed besides `attention_mask`, all int64. */
export const packedInputs = {
  /** [tokens]: the ids of all tokens, text by text. Instead of `input_ids`. */
  ids: "token_ids",
  /** [tokens]: where each stands among the batch · sequence places. */
  places: "token_places",
  /** [batch, sequence]: which of them stands at each place; at padding any. */
  tokens: "place_tokens",
} as const;

/** The length of the axis that all tokens of a batch share. */
export const tokensAxis = "tokens";

/** The same values, computed without padding. */
export interface PackedGraph<Name extends string> {
  readonly roots: Readonly<Record<Name, Tensor>>;
  /** Takes the place of `EncoderGraph.inputIds`. */
  readonly ids: Tensor<"input">;
}

/** How an op reads where its result is packed: what its parameters become. `undefined`: it does not treat each token by itself. */
type TokenwiseParams = { readonly [Op in OpName]: (y: Tensor<Op>) => OpParams[Op] | undefined };

const same = <Op extends OpName>({ params }: Tensor<Op>): OpParams[Op] => params;
const never = (): undefined => undefined;
const overLastAxis = <Op extends OpName>({ params, shape }: Tensor<Op>): OpParams[Op] | undefined =>
  shape.length > 2 ? params : undefined;
/** Of an op along one axis, which comes one earlier. */
const shifted = <Params extends { readonly axis: number }>(params: Params): Params | undefined =>
  params.axis > 1 ? { ...params, axis: params.axis - 1 } : undefined;

const tokenwise: TokenwiseParams = {
  input: never,
  constant: never,
  literal: never,
  size: never,
  add: same,
  subtract: same,
  multiply: same,
  divide: same,
  greater: same,
  where: same,
  cast: same,
  exp: same,
  log: same,
  sqrt: same,
  erf: same,
  tanh: same,
  matmul: ({ inputs: [a, b], params }) =>
    a!.shape.length > 2 && b!.shape.length === 2 && !params.transposeA ? params : undefined,
  matmulBlocks: same,
  sum: ({ params: { axes, keepDims } }) =>
    axes.every((axis) => axis > 1) ? { axes: axes.map((axis) => axis - 1), keepDims } : undefined,
  transpose: never,
  reshape: ({ shape }) => ({ shape: packedShape(shape) }),
  broadcast: ({ shape }) => ({ shape: packedShape(shape) }),
  slice: ({ params }) => shifted(params),
  pad: ({ params }) => shifted(params),
  concat: ({ params }) => shifted(params),
  gather: same,
  scatterRows: never,
  softmax: overLastAxis,
  logSoftmax: overLastAxis,
  layerNorm: overLastAxis,
  inverseStd: overLastAxis,
  composite: same,
};

const isByPlace = ({ shape }: { readonly shape: Shape }): boolean => shape[0] === "batch" && shape[1] === "sequence";
const packedShape = ([, , ...rest]: Shape): Shape => [tokensAxis, ...rest];

/**
 * The roots of a graph over `inputIds` and `attentionMask` as roots of a graph that computes no padding, and takes `packedInputs` instead of
 * the ids. Other inputs by places that `isPacked` says by name, such as masks of dropout, become inputs by tokens, of the same name.
 *
 * A root must not depend on what stands at padding, as no score, loss or pooled vector does: gradients are right only then.
 */
export function packTokens<Name extends string>(
  roots: Readonly<Record<Name, Tensor>>,
  { inputIds, attentionMask }: Pick<EncoderGraph, "inputIds" | "attentionMask">,
  isPacked: (name: string) => boolean = () => false,
): PackedGraph<Name> {
  const ids = input(packedInputs.ids, [tokensAxis], "int64");
  const places = input(packedInputs.places, [tokensAxis], "int64");
  const tokens = input(packedInputs.tokens, ["batch", "sequence"], "int64");
  const turn: Turn = { places, tokens, attentionMask };

  /** Each tensor of the old graph as it is computed in the new one, in one of the two forms, and in the other where that was asked for. */
  const packed = new Map<Tensor, Tensor>([[inputIds, ids]]);
  const padded = new Map<Tensor, Tensor>();
  const paddedOf = (x: Tensor): Tensor => found(padded, x, () => spread(packed.get(x)!, turn));
  const packedOf = (x: Tensor): Tensor => found(packed, x, () => gathered(paddedOf(x), turn));

  /** An operand of an elementwise op whose result has `rank` axes by places. */
  const operand = (x: Tensor, rank: number): Tensor => {
    if (packed.has(x) || (isByPlace(x) && x.shape.length === rank)) return packedOf(x);
    const leading = x.shape.length - (rank - 2);
    if (leading <= 0) return paddedOf(x);
    const rest = x.shape.slice(leading);
    // The same for all tokens, or else a number of its own for each place.
    if (x.shape.slice(0, leading).every((dim) => dim === 1)) return reshape(paddedOf(x), rest);
    return gathered(broadcast(paddedOf(x), ["batch", "sequence", ...rest]), turn);
  };

  for (const y of inOrder(Object.values<Tensor>(roots))) {
    if (packed.has(y)) continue;
    if (isOp(y, "input")) {
      const { name, dtype } = y.params;
      if (isByPlace(y) && isPacked(name)) packed.set(y, input(name, packedShape(y.shape), dtype));
      else padded.set(y, y);
      continue;
    }
    // The states that attention gives are worth packing for a product, not for what costs no more than that.
    const isWorthIt = y.inputs.some((x) => packed.has(x)) || (isOp(y, "matmul") && isByPlace(y.inputs[0]!));
    const params = isByPlace(y) && isWorthIt ? paramsOf(y) : undefined;
    if (params === undefined) {
      const inputs = y.inputs.map(paddedOf);
      padded.set(y, inputs.every((x, i) => x === y.inputs[i]) ? y : node(y.op, inputs, y.params));
    } else
      packed.set(
        y,
        node(
          y.op,
          y.inputs.map((x) => (readsWhole(y, x) ? paddedOf(x) : operand(x, y.shape.length))),
          params,
        ),
      );
  }
  const entries = Object.entries<Tensor>(roots).map(([name, root]) => [name, paddedOf(root)]);
  return { roots: Object.fromEntries(entries) as Record<Name, Tensor>, ids };
}

function paramsOf<Op extends OpName>(y: Tensor<Op>): OpParams[Op] | undefined {
  return tokenwise[y.op](y);
}

/** Weights and the like, whose axes are none of the result's. */
function readsWhole(y: Tensor, x: Tensor): boolean {
  if (isOp(y, "matmul")) return x === y.inputs[1];
  if (isOp(y, "gather")) return x === y.inputs[0];
  if (isOp(y, "layerNorm")) return x !== y.inputs[0];
  return isOp(y, "composite") && !isByPlace(x);
}

function found(known: Map<Tensor, Tensor>, x: Tensor, make: () => Tensor): Tensor {
  const value = known.get(x) ?? make();
  known.set(x, value);
  return value;
}

/** What says where tokens stand. */
interface Turn {
  readonly places: Tensor;
  readonly tokens: Tensor;
  readonly attentionMask: Tensor;
}

/** [batch, sequence, …] to [tokens, …]. What flows back to padding is 0. */
function gathered(x: Tensor, { places, tokens, attentionMask }: Turn): Tensor {
  return composite(take(x, places), [x, places, tokens, attentionMask], (g, [own, , ownTokens, mask]) => {
    const isToken = reshape(mask!, [...mask!.shape, ...own!.shape.slice(2).map(() => 1)]);
    return [multiply(cast(isToken, g.dtype), gather(g, ownTokens!)), null, null, null];
  });
}

/** [tokens, …] to [batch, sequence, …]. At padding stands some token, and what flows back from there is 0 (see `packTokens`). */
function spread(x: Tensor, { places, tokens }: Turn): Tensor {
  return composite(gather(x, tokens), [x, tokens, places], (g, [, , ownPlaces]) => [take(g, ownPlaces!), null, null]);
}

const take = (x: Tensor, places: Tensor): Tensor => {
  const [batch, sequence, ...rest] = x.shape;
  return gather(reshape(x, [product([batch!, sequence!]), ...rest]), places);
};
