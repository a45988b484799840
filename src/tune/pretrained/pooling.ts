/** @file One vector for a text from those of its tokens, as sentence-transformers' `1_Pooling/config.json` says. */
import { join } from "node:path";
import { z } from "zod";
import type { Tensor } from "../../autodiff/graph.js";
import { normalize, select } from "../../autodiff/math.js";
import { cast, divide, matmul, reshape, sum } from "../../autodiff/ops.js";
import { UserError } from "../../lib/errors.js";
import type { EncoderGraph, WantedStates } from "../encoders/encoder-graph.js";
import { type ModelFolder, readObject, readText } from "./model-folder.js";

/** The mean over all tokens, the state of the first one, or that of the last one, which of a decoder alone has seen the whole text. */
export type Pooling = "mean" | "cls" | "last";

/**
 * Where a folder does not say: what sentence-transformers takes. Of a language model's frozen states too, although its classes read the last: measured
 * in `decisions/0054-language-models-as-classifiers.md`.
 */
export const usualPooling: Pooling = "mean";

const current = z.object({ pooling_mode: z.string() });
const former = z.record(z.string(), z.unknown());

/** Reads `1_Pooling/config.json`, in the form of any version. */
function readPooling(config: object, place: string): Pooling {
  const named = current.safeParse(config);
  const flags = Object.entries(former.parse(config)).filter(([key, value]) => key.startsWith("pooling_mode_") && value === true);
  const modes = named.success ? [named.data.pooling_mode] : flags.map(([key]) => key.slice("pooling_mode_".length));
  const mode = modes.map((name) => name.replace(/_tokens?$/, "")).join(" and ");
  if (mode === "mean" || mode === "cls") return mode;
  if (mode === "lasttoken") return "last";
  throw new UserError(
    `${place} asks for pooling by "${mode}". Only "mean", "cls" and "lasttoken" are computed here: choose another model.`,
  );
}

const moduleList = z.array(z.object({ path: z.string(), type: z.string() }));

/**
 * How the folder's tokens become one vector; `undefined` where it does not say, and sentence-transformers would take the mean. A layer after
 * that, which would change it, is refused.
 */
export async function readFolderPooling(folder: ModelFolder): Promise<Pooling | undefined> {
  const text = await readText(folder, "modules.json");
  const place = join(folder.path, "modules.json");
  const modules = text === undefined ? [] : moduleList.safeParse(parseJson(text)).data;
  if (modules === undefined) throw new UserError(`${place} should be a list of modules with path and type.`);
  const foreign = modules.find(({ type }) => !/\.(Transformer|Pooling|Normalize)$/.test(type));
  if (foreign !== undefined)
    throw new UserError(
      `${place} has a module "${foreign.type}" that is not computed here, only Transformer, Pooling and Normalize.`,
    );
  const file = join(modules.find(({ type }) => type.endsWith(".Pooling"))?.path ?? "1_Pooling", "config.json");
  const config = await readObject(folder, file);
  return config && readPooling(config, join(folder.path, file));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Which states of the last layer a way of pooling reads; of the first ones, `first` says for what. */
export const statesFor = (pooling: Pooling, first: "first" | "answer" = "first"): WantedStates =>
  (({ mean: "all", cls: first, last: "last" }) as const)[pooling];

/** float32 [batch, hidden]: one vector a text. Padding has no part in it. */
export function pooledStates({ hidden, attentionMask }: EncoderGraph, pooling: Pooling): Tensor {
  // Of the last tokens `statesFor` had no other states made.
  if (pooling !== "mean") return select(hidden, 1, 0);
  const [batch, sequence, width] = hidden.shape;
  const mask = cast(attentionMask, hidden.dtype);
  // A sum over the tokens that are there, as a product with the mask: [batch, 1, sequence] times [batch, sequence, hidden].
  const total = reshape(matmul(reshape(mask, [batch!, 1, sequence!]), hidden), [batch!, width!]);
  return divide(total, sum(mask, [1], true));
}

/** The same, each vector of length 1. */
export function pooled(graph: EncoderGraph, pooling: Pooling): Tensor {
  return normalize(pooledStates(graph, pooling));
}
