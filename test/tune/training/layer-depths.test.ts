import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { inOrder, isOp } from "../../../src/autodiff/graph.js";
import { sum } from "../../../src/autodiff/ops.js";
import { float32 } from "../../../src/autodiff/values.js";
import { trainingGraph } from "../../../src/tune/classifier/classifier.js";
import { buildEncoder } from "../../../src/tune/encoders/families.js";
import { withFreshLayers } from "../../../src/tune/training/fresh-layers.js";
import { depthScale, type LayerDepths, layerDepths } from "../../../src/tune/training/layer-depths.js";

const golden = resolve(import.meta.dirname, "../../../golden");

/** The depths of a family's weights, and their names. */
function depthsOf(type: string): LayerDepths & { readonly names: readonly string[] } {
  const folder = join(golden, `tiny-${type}`);
  const config: object = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
  const { hidden } = buildEncoder(config, folder).graph;
  const names = inOrder([hidden]).flatMap((tensor) => (isOp(tensor, "input") ? [tensor.params.name] : []));
  return { ...layerDepths(hidden), names };
}

describe("the depth of a weight", () => {
  it.each(["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "electra", "deberta-v2", "modernbert"])(
    "is its layer's in a model of type %s, and the bottom for what all layers share",
    (type) => {
      const { layers, depthOf, names } = depthsOf(type);
      expect(layers).toBeGreaterThan(1);
      const numbered = names.filter((name) => /layers?\.\d/.test(name));
      for (const name of numbered) expect(depthOf(name)).toBe(Number(/layers?\.(\d+)/.exec(name)![1]) + 1);
      const above = names.filter((name) => depthOf(name) === layers + 1);
      expect(above).toEqual(type === "modernbert" ? ["final_norm.weight"] : []);
      const below = names.filter((name) => depthOf(name) === 0 && !["input_ids", "attention_mask"].includes(name));
      expect(below.length + numbered.length + above.length).toBe(names.length - 2);
      const shared = below.filter((name) => !name.startsWith("embeddings"));
      expect(shared.sort()).toEqual(
        {
          mpnet: ["encoder.relative_attention_bias.weight"],
          "deberta-v2": ["encoder.LayerNorm.bias", "encoder.LayerNorm.weight", "encoder.rel_embeddings.weight"],
        }[type] ?? [],
      );
    },
  );

  it.each(["mpnet", "deberta-v2"])("spares a model of type %s the way back through layers that are frozen", (type) => {
    const folder = join(golden, `tiny-${type}`);
    const graph = buildEncoder(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")), folder).graph;
    const { depthOf, layers } = layerDepths(graph.hidden);
    const loss = sum(graph.hidden);
    const forward = inOrder([loss]).length;
    const sizeOf = (isTrained: (name: string) => boolean): number =>
      inOrder(Object.values(trainingGraph(graph, loss, isTrained).outputs)).length;
    const isTop = (name: string): boolean => depthOf(name) === layers;
    const isShared = (name: string): boolean => /^encoder\.rel/.test(name);
    const top = sizeOf(isTop) - forward;
    // The shared table would lead the gradients through all layers.
    expect(sizeOf((name) => isTop(name) || isShared(name)) - forward).toBeGreaterThan(1.3 * top);
    expect(sizeOf(() => true) - forward).toBeGreaterThan(1.7 * top);
  });

  it("lowers the learning rate layer by layer, from the top down", () => {
    const depths = depthsOf("modernbert");
    const scale = depthScale(depths, 0.5);
    const { layers } = depths;
    expect(scale("final_norm.weight")).toBe(1);
    expect(scale(`layers.${layers - 1}.attn.Wo.weight`)).toBe(0.5);
    expect(scale("layers.0.attn.Wo.weight")).toBe(0.5 ** layers);
    expect(scale("embeddings.norm.weight")).toBe(0.5 ** (layers + 1));
  });
});

describe("layers that start anew", () => {
  it("are those at the top: small matrices, no bias, normalization that does nothing; the others stay", () => {
    const { depthOf, layers, names } = depthsOf("bert");
    const weights = Object.fromEntries(
      names
        .filter((name) => !["input_ids", "attention_mask"].includes(name))
        .map((name) => {
          const shape = /bias|LayerNorm/.test(name) ? [64] : [64, 64];
          return [name, float32(new Float32Array(shape.reduce((a, b) => a * b)).fill(7), shape)];
        }),
    );
    const fresh = withFreshLayers(weights, { depthOf, layers }, 1, 3);
    const top = `encoder.layer.${layers - 1}`;
    expect(fresh["encoder.layer.0.output.dense.weight"]).toBe(weights["encoder.layer.0.output.dense.weight"]);
    expect(fresh["embeddings.word_embeddings.weight"]).toBe(weights["embeddings.word_embeddings.weight"]);
    expect(new Set(fresh[`${top}.output.dense.bias`]!.data)).toEqual(new Set([0]));
    expect(new Set(fresh[`${top}.output.LayerNorm.bias`]!.data)).toEqual(new Set([0]));
    expect(new Set(fresh[`${top}.output.LayerNorm.weight`]!.data)).toEqual(new Set([1]));
    const matrix = Array.from(fresh[`${top}.output.dense.weight`]!.data);
    const deviation = Math.sqrt(matrix.reduce((total, value) => total + value ** 2, 0) / matrix.length);
    expect(deviation).toBeGreaterThan(0.019);
    expect(deviation).toBeLessThan(0.021);
    expect(fresh[`${top}.attention.output.dense.weight`]!.data).not.toEqual(fresh[`${top}.output.dense.weight`]!.data);
    expect(withFreshLayers(weights, { depthOf, layers }, 0, 3)).toBe(weights);
  });
});
