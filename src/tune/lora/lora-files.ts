/**
 * @file Adapters as PEFT keeps them, `adapter_model.safetensors` and `adapter_config.json`: `PeftModel.from_pretrained(base, folder)` in
 * Python puts them on the model they were trained on. Names, shapes and fields are checked against files of PEFT's own (`golden/make_lora.py`).
 */
import type { ClassifierHead } from "../classifier/classifier.js";
import { denseInEncoder, headNames } from "../encoders/classifier-heads.js";
import { bareName, type Pretrained, storedName } from "../pretrained/pretrained.js";
import { encodeSafetensors } from "../pretrained/safetensors.js";
import type { Weights } from "../training/training-job.js";
import { type Adapter, factorNames, type LoraSettings } from "./lora-graph.js";

/** A model whose adapters were trained, not merged. */
export interface AdaptedModel {
  readonly pretrained: Pick<Pretrained, "folder" | "prefix">;
  readonly head: ClassifierHead;
  readonly weights: Weights;
  readonly adapters: readonly Adapter[];
  readonly settings: LoraSettings;
}

/** PEFT's prefix for everything within the model that it wraps. */
const wrapped = "base_model.model.";

/**
 * The layers of a head that no pre-training has seen, by name: they are trained whole. A dense layer that belongs to the encoder is adapted
 * like the encoder's others.
 */
export function newLayers({ pooling }: ClassifierHead): readonly string[] {
  const inEncoder = denseInEncoder(pooling);
  return headNames(pooling).filter((name) => name !== inEncoder);
}

/**
 * The files, under `adapter/`. Where the last layer reads the family's own head, they are for its class in transformers
 * (`AutoModelForSequenceClassification`), and have the trained head too. Where it reads pooled states, they are for the bare encoder
 * (`AutoModel`): no class in transformers has that head, and the merged model beside them is the one that answers.
 */
export function adapterFiles(model: AdaptedModel): Map<string, Uint8Array> {
  const { pretrained, head, weights, adapters, settings } = model;
  const isClassifier = typeof head.pooling !== "string";
  const stored = (name: string): string => (isClassifier ? storedName(pretrained, name) : bareName(pretrained, name));
  const fresh = newLayers(head);
  const kept = Object.keys(weights).filter((name) => isClassifier && fresh.some((layer) => name.startsWith(`${layer}.`)));
  const named = [
    ...adapters.flatMap(({ module }) => Object.values(factorNames(module)).map((name) => [stored(name), name] as const)),
    ...kept.map((name) => [name, name] as const),
  ];
  const tensors = named.map(([place, name]) => {
    const { data, shape } = weights[name]!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [wrapped + place, { dtype: "F32", shape, bytes }] as const;
  });
  const config = {
    base_model_name_or_path: pretrained.folder.name,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: settings.alpha,
    lora_dropout: 0,
    modules_to_save: isClassifier ? [...new Set(fresh.map((name) => name.split(".")[0]!))] : null,
    peft_type: "LORA",
    r: settings.rank,
    target_modules: adapters.map(({ module }) => stored(module)),
    task_type: isClassifier ? "SEQ_CLS" : "FEATURE_EXTRACTION",
  };
  return new Map([
    ["adapter/adapter_model.safetensors", encodeSafetensors(new Map(tensors), { format: "pt" })],
    ["adapter/adapter_config.json", new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)],
  ]);
}
