/** @file Fields that the `config.json` of several families share, and what of them is computed here. */
import { z } from "zod";
import type { Tensor } from "../../autodiff/graph.js";
import { gelu, geluTanh, relu } from "../../autodiff/math.js";
import { UserError } from "../../lib/errors.js";

/** A length or a number of something. No table of a model has more rows: what is beyond is a mistake, or meant to fill the memory. */
export const count = z.int().positive().max(1e7);

/** A number of layers, each of which becomes some dozens of nodes before any weight is read. The deepest published encoders have 48. */
export const layerCount = z.int().positive().max(256);

/** The functions between the two halves of a feed-forward layer, by the names that Hugging Face's configs give them. */
export const activations = { gelu, gelu_new: geluTanh, gelu_pytorch_tanh: geluTanh, relu } as const satisfies Record<
  string,
  (x: Tensor) => Tensor
>;

/** The name of a function of `activations`. */
export const activationName = z.literal(["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"]);

/** What BERT and those after it have in common. Rates of dropout are the trainer's business. */
export const encoderFields = {
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count,
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: activationName.default("gelu"),
};

/** Fields that may turn BERT into something else, with the one value of each that leaves it an encoder with learned positions. */
export const plainFields = {
  position_embedding_type: z.literal("absolute").default("absolute"),
  is_decoder: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
};

/** Adds to a configuration's checks that `whole` is a multiple of `parts`; the message names both. */
export function isMultiple<Whole extends string, Parts extends string>(
  whole: Whole,
  parts: Parts,
): (config: Readonly<Record<Whole | Parts, unknown>>, context: z.RefinementCtx) => void {
  return (config, context) => {
    if (Number(config[whole]) % Number(config[parts]) === 0) return;
    context.addIssue({ code: "custom", message: `${whole} ${config[whole]} is not a multiple of ${parts} ${config[parts]}.` });
  };
}

/** What `schema` makes of a configuration; a `UserError` names the field that does not fit, and what would. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, config: object, place: string): z.infer<Schema> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0]!;
  if (code === "custom") throw new UserError(`${place}: ${message}`);
  const field = path.join(".");
  const found = path.reduce<unknown>(
    (value, key) => Object.entries(value ?? {}).find(([own]) => own === String(key))?.[1],
    config,
  );
  const what = found === undefined ? "is missing" : `is ${JSON.stringify(found)?.slice(0, 60)}, which is not supported`;
  throw new UserError(`${place}: "${field}" ${what}. ${message}.`);
}
