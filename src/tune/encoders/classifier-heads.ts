/**
 * @file What stands between an encoder and the classes: one row a family, as its `…ForSequenceClassification` in Hugging Face's transformers
 * has it, so that a folder saved here loads there, and one saved there loads here. Encoders take one vector a text through a dense layer with
 * an activation, some through a normalization, and then through the last linear layer; decoders through that one alone.
 */
import { z } from "zod";
import type { Tensor } from "../../autodiff/graph.js";
import { relu } from "../../autodiff/math.js";
import { tanh } from "../../autodiff/ops.js";
import { float32, type TensorValue } from "../../autodiff/values.js";
import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import type { Pooling } from "../pretrained/pooling.js";
import { activationName, activations } from "./config-fields.js";

/** What the dense layer of a head may end on. */
export const headActivations = { ...activations, relu, tanh } as const satisfies Record<string, (x: Tensor) => Tensor>;
const headActivation = z.union([activationName, z.literal("tanh")]);

/** The layers of a head, by the names of their weights (without `.weight` and `.bias`). */
export interface HeadLayers {
  /** How the tokens become one vector. */
  readonly pooling: Pooling;
  /** From hidden size to hidden size; absent where the last layer reads the states as they are. */
  readonly dense?: { readonly name: string; readonly activation: keyof typeof headActivations; readonly hasBias: boolean };
  /** After the activation, where the family has it. */
  readonly norm?: { readonly name: string; readonly epsilon: number; readonly hasBias: boolean };
  /** The last layer: one output a label. It has a bias unless this says otherwise. */
  readonly output: string;
  readonly hasOutputBias?: boolean;
  /** Whether training drops units before the dense layer; before the last one all do. */
  readonly dropsInput: boolean;
  /** Whether the dense layer counts as part of the encoder: pre-trained with it, and stored below its prefix. */
  readonly isDenseInEncoder: boolean;
}

/** How a family classifies. */
export interface Architecture {
  /** The class in transformers, for `architectures` in `config.json`. */
  readonly name: string;
  /** Whether the class can be made to compute a classifier on pooled states, besides its own head (`carried-pooling.ts`). */
  readonly carriesPooling: boolean;
  /** The layers by the configuration. */
  layers(config: object): HeadLayers;
}

const bertDense = { name: "pooler.dense", activation: "tanh", hasBias: true } as const;
const robertaDense = { name: "classifier.dense", activation: "tanh", hasBias: true } as const;

/** BERT's pooler. */
export const bertHead: HeadLayers = {
  pooling: "cls",
  dense: bertDense,
  output: "classifier",
  dropsInput: false,
  isDenseInEncoder: true,
};

const distilbertHead: HeadLayers = {
  ...bertHead,
  dense: { name: "pre_classifier", activation: "relu", hasBias: true },
  isDenseInEncoder: false,
};

const robertaHead: HeadLayers = {
  pooling: "cls",
  dense: robertaDense,
  output: "classifier.out_proj",
  dropsInput: true,
  isDenseInEncoder: false,
};

/** With the exact gelu, whatever `hidden_act` is. */
const electraHead: HeadLayers = { ...robertaHead, dense: { ...robertaDense, activation: "gelu" } };

const debertaConfig = z.object({ pooler_hidden_act: headActivation.default("gelu") });

const modernbertConfig = z.object({
  classifier_pooling: z.literal(["cls", "mean"]).default("cls"),
  classifier_activation: headActivation.default("gelu"),
  classifier_bias: z.boolean().default(false),
  norm_bias: z.boolean().default(false),
  norm_eps: z.number().positive().default(1e-5),
});

/** Of all decoders: transformers' `GenericForSequenceClassification`. */
const decoderHead: HeadLayers = {
  pooling: "last",
  output: "score",
  hasOutputBias: false,
  dropsInput: false,
  isDenseInEncoder: false,
};

const always =
  (layers: HeadLayers): Architecture["layers"] =>
  () =>
    layers;

/** By `model_type`; complete for the families of `encoders/families.ts` and of decoders, which a test sees to. */
export const architectures: Readonly<Record<string, Architecture>> = {
  bert: { name: "BertForSequenceClassification", carriesPooling: true, layers: always(bertHead) },
  "deberta-v2": {
    name: "DebertaV2ForSequenceClassification",
    carriesPooling: false,
    layers: (config) => {
      const { pooler_hidden_act: activation } = parsed(debertaConfig, config);
      return { ...bertHead, dense: { ...bertDense, activation }, isDenseInEncoder: false };
    },
  },
  distilbert: { name: "DistilBertForSequenceClassification", carriesPooling: false, layers: always(distilbertHead) },
  electra: { name: "ElectraForSequenceClassification", carriesPooling: false, layers: always(electraHead) },
  modernbert: {
    name: "ModernBertForSequenceClassification",
    carriesPooling: false,
    layers: (config) => {
      const found = parsed(modernbertConfig, config);
      return {
        pooling: found.classifier_pooling,
        dense: { name: "head.dense", activation: found.classifier_activation, hasBias: found.classifier_bias },
        norm: { name: "head.norm", epsilon: found.norm_eps, hasBias: found.norm_bias },
        output: "classifier",
        dropsInput: false,
        isDenseInEncoder: false,
      };
    },
  },
  llama: { name: "LlamaForSequenceClassification", carriesPooling: false, layers: always(decoderHead) },
  mistral: { name: "MistralForSequenceClassification", carriesPooling: false, layers: always(decoderHead) },
  mpnet: { name: "MPNetForSequenceClassification", carriesPooling: false, layers: always(robertaHead) },
  qwen2: { name: "Qwen2ForSequenceClassification", carriesPooling: false, layers: always(decoderHead) },
  qwen3: { name: "Qwen3ForSequenceClassification", carriesPooling: false, layers: always(decoderHead) },
  roberta: { name: "RobertaForSequenceClassification", carriesPooling: true, layers: always(robertaHead) },
  "xlm-roberta": { name: "XLMRobertaForSequenceClassification", carriesPooling: true, layers: always(robertaHead) },
};

/** The fields of a configuration that a head is built by; a `UserError` names the one that does not fit. */
function parsed<Schema extends z.ZodType>(schema: Schema, config: object): z.infer<Schema> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new UserError(`config.json: "${path.join(".")}" is not of a classifier that is supported. ${message}.`);
}

/** How the family of a configuration classifies; `undefined` for a family that is not in the table, which `buildEncoder` refuses. */
export function architectureOf(config: object): Architecture | undefined {
  const { model_type: type } = z.object({ model_type: z.string() }).catch({ model_type: "" }).parse(config);
  return Object.hasOwn(architectures, type) ? architectures[type] : undefined;
}

/** The name of the last layer. */
export const outputName = (pooling: Pooling | HeadLayers): string =>
  typeof pooling === "string" ? "classifier" : pooling.output;

/** Whether the last layer adds a number of its own for each label. */
export const hasOutputBias = (pooling: Pooling | HeadLayers): boolean =>
  typeof pooling === "string" || pooling.hasOutputBias !== false;

/** Standard deviation of new weights: BERT's `initializer_range`. */
const initialDeviation = 0.02;

/**
 * New weights of a head, by name: small random numbers, no bias, normalization that does nothing. Of the dense layer too, even where the
 * encoder comes with one: what was read goes over it.
 */
export function newHead(
  pooling: Pooling | HeadLayers,
  labelCount: number,
  width: number,
  seed: number,
): Record<string, TensorValue<"float32">> {
  const layer = (name: string, outputs: number, hasBias = true): Record<string, TensorValue<"float32">> => {
    const { normal } = random(seed, name);
    const numbers = Float32Array.from({ length: outputs * width }, () => initialDeviation * normal());
    return {
      [`${name}.weight`]: float32(numbers, [outputs, width]),
      ...(hasBias && { [`${name}.bias`]: float32(new Float32Array(outputs), [outputs]) }),
    };
  };
  const output = layer(outputName(pooling), labelCount, hasOutputBias(pooling));
  if (typeof pooling === "string") return output;
  const { dense, norm } = pooling;
  const constant = (value: number): TensorValue<"float32"> => float32(new Float32Array(width).fill(value), [width]);
  return {
    ...(dense && layer(dense.name, width, dense.hasBias)),
    ...(norm && { [`${norm.name}.weight`]: constant(1) }),
    ...(norm?.hasBias && { [`${norm.name}.bias`]: constant(0) }),
    ...output,
  };
}

/** The dense layer of a head that counts as part of the encoder, by name. */
export function denseInEncoder(pooling: Pooling | HeadLayers): string | undefined {
  return typeof pooling !== "string" && pooling.isDenseInEncoder ? pooling.dense?.name : undefined;
}

/** The names that the weights of a head begin with. */
export function headNames(pooling: Pooling | HeadLayers): readonly string[] {
  if (typeof pooling === "string") return [outputName(pooling)];
  const { dense, norm, output } = pooling;
  return [...(dense ? [dense.name] : []), ...(norm ? [norm.name] : []), output];
}
