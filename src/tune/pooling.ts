/** @file One vector for a text from those of its tokens, as sentence-transformers' `1_Pooling/config.json` says. */
import { z } from "zod";
import type { Tensor } from "../autodiff/graph.js";
import { normalize, select } from "../autodiff/math.js";
import { cast, divide, matmul, reshape, sum } from "../autodiff/ops.js";
import { UserError } from "../lib/errors.js";
import type { EncoderGraph } from "./encoders/encoder-graph.js";

/** The mean over all tokens, or the state of the first one. */
export type Pooling = "mean" | "cls";

const current = z.object({ pooling_mode: z.string() });
const former = z.record(z.string(), z.unknown());

/** Reads `1_Pooling/config.json`, in the form of any version. A model without that file has its mean taken, as sentence-transformers does. */
export function readPooling(config: unknown, place: string): Pooling {
  if (config === undefined) return "mean";
  const named = current.safeParse(config);
  const flags = Object.entries(former.parse(config)).filter(([key, value]) => key.startsWith("pooling_mode_") && value === true);
  const modes = named.success ? [named.data.pooling_mode] : flags.map(([key]) => key.slice("pooling_mode_".length));
  const mode = modes.map((name) => name.replace(/_tokens?$/, "")).join(" and ");
  if (mode === "mean" || mode === "cls") return mode;
  throw new UserError(`${place} asks for pooling by "${mode}". Only "mean" and "cls" are computed here: choose another model.`);
}

/** float32 [batch, hidden]: one vector a text, of length 1. Padding has no part in it. */
export function pooled({ hidden, attentionMask }: EncoderGraph, pooling: Pooling): Tensor {
  if (pooling === "cls") return normalize(select(hidden, 1, 0));
  const [batch, sequence, width] = hidden.shape;
  const mask = cast(attentionMask, hidden.dtype);
  // A sum over the tokens that are there, as a product with the mask: [batch, 1, sequence] times [batch, sequence, hidden].
  const total = reshape(matmul(reshape(mask, [batch!, 1, sequence!]), hidden), [batch!, width!]);
  return normalize(divide(total, sum(mask, [1], true)));
}
