/**
 * @file A classifier on pooled states as a pipeline of sentence-transformers' modules: for families whose class in transformers computes no
 * such classifier. `SentenceTransformer(DIR).encode(texts)` gives the logits.
 */
import type { TensorValue } from "../../autodiff/values.js";
import { float32 } from "../../autodiff/values.js";
import type { Pooling } from "../pretrained/pooling.js";
import { encodeSafetensors } from "../pretrained/safetensors.js";

/** Before normalization, whose epsilon there is 1e-5: beside so large a variance it is nothing. */
const scale = 2 ** 10;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

function tensors(named: Readonly<Record<string, TensorValue<"float32">>>): Uint8Array {
  const entries = Object.entries(named).map(([name, { data, shape }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [name, { dtype: "F32", shape, bytes }] as const;
  });
  return encodeSafetensors(new Map(entries), { format: "pt" });
}

/** The files besides those of the encoder: pooling, standardization, the last layer. Their order is that of the paths. */
export function sentenceModules(
  pooling: Pooling,
  { weight, bias }: { readonly weight: TensorValue<"float32">; readonly bias: TensorValue<"float32"> },
  maxTokens: number,
): Map<string, Uint8Array> {
  const [labels, width] = weight.shape as [number, number];
  const diagonal = new Float32Array(width * width);
  for (let i = 0; i < width; i++) diagonal[i * width + i] = scale;
  const dense = (
    path: string,
    outputs: number,
    named: Readonly<Record<string, TensorValue<"float32">>>,
  ): [string, Uint8Array][] => [
    [
      `${path}/config.json`,
      json({
        in_features: width,
        out_features: outputs,
        bias: Object.hasOwn(named, "linear.bias"),
        activation_function: "torch.nn.modules.linear.Identity",
      }),
    ],
    [`${path}/model.safetensors`, tensors(named)],
  ];
  const kinds = { "": "Transformer", "1_Pooling": "Pooling", "2_Dense": "Dense", "3_LayerNorm": "LayerNorm", "4_Dense": "Dense" };
  const modules = Object.entries(kinds).map(([path, kind], idx) => ({
    idx,
    name: String(idx),
    path,
    type: `sentence_transformers.models.${kind}`,
  }));
  return new Map([
    ["modules.json", json(modules)],
    ["sentence_bert_config.json", json({ max_seq_length: maxTokens, do_lower_case: false })],
    [
      "1_Pooling/config.json",
      json({
        word_embedding_dimension: width,
        pooling_mode_cls_token: pooling === "cls",
        pooling_mode_mean_tokens: pooling === "mean",
        ...(pooling === "last" && { pooling_mode_lasttoken: true }),
      }),
    ],
    ...dense("2_Dense", width, { "linear.weight": float32(diagonal, [width, width]) }),
    ["3_LayerNorm/config.json", json({ dimension: width })],
    [
      "3_LayerNorm/model.safetensors",
      tensors({
        "norm.weight": float32(new Float32Array(width).fill(1), [width]),
        "norm.bias": float32(new Float32Array(width), [width]),
      }),
    ],
    ...dense("4_Dense", labels, { "linear.weight": weight, "linear.bias": bias }),
  ]);
}
