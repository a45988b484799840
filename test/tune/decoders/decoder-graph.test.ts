import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/autodiff/gradients.js";
import { inOrder, isOp, type Tensor } from "../../../src/autodiff/graph.js";
import { interpret, type NumberArray } from "../../../src/autodiff/interpret.js";
import { square } from "../../../src/autodiff/math.js";
import { multiply, sum } from "../../../src/autodiff/ops.js";
import { createSession } from "../../../src/autodiff/session.js";
import { float32Of, type TensorValue } from "../../../src/autodiff/values.js";
import type { DecoderConfig } from "../../../src/tune/decoders/decoder-config.js";
import { type DecoderGraph, decoderGraph } from "../../../src/tune/decoders/decoder-graph.js";
import { openDecoderSource, readDecoderWeights } from "../../../src/tune/decoders/decoder-source.js";
import { packTokens } from "../../../src/tune/encoders/packed-tokens.js";
import { withAdapters } from "../../../src/tune/lora/lora-graph.js";
import { tokenBatch } from "../../../src/tune/pretrained/token-batch.js";
import { goldenFile, goldenGguf } from "../pretrained/gguf/golden-gguf.js";

type States = "all" | "last";
type Form = "padded" | "packed";
type Batch = readonly (readonly number[])[];
type Weights = Record<string, TensorValue<"float32">>;

const maxTokens = 32;

interface Loaded {
  readonly config: DecoderConfig;
  readonly weights: Weights;
}

/** Each tiny model is read once. */
const models = new Map<string, Promise<Loaded>>();
function load(name: string): Promise<Loaded> {
  const known = models.get(name) ?? read(name);
  models.set(name, known);
  return known;
}

async function read(name: string): Promise<Loaded> {
  await using source = await openDecoderSource(goldenFile(name));
  const { config } = source;
  const wanted = weightInputs(decoderGraph(config, { maxTokens, states: "all" }));
  const weights = await readDecoderWeights(source, wanted);
  // None of the file's is left out.
  expect(Object.keys(weights).sort()).toEqual([...source.shapes.keys()].sort());
  return { config, weights };
}

function weightInputs({ logits, inputIds, attentionMask }: DecoderGraph): Tensor<"input">[] {
  return inOrder([logits]).filter((x): x is Tensor<"input"> => isOp(x, "input") && x !== inputIds && x !== attentionMask);
}

/** Logits of each text's tokens: [batch][token][word], without padding. */
async function logitsOf({ config, weights }: Loaded, batch: Batch, states: States, form: Form): Promise<Float32Array[][]> {
  const graph = decoderGraph(config, { maxTokens, states });
  const roots = { logits: graph.logits };
  await using session = await createSession(form === "packed" ? packTokens(roots, graph).roots : roots, { weights, threads: 1 });
  const { logits } = await session.run(
    tokenBatch(
      batch.map((ids) => [...ids]),
      0,
    ),
  );
  const [rows, columns, words] = logits.shape as [number, number, number];
  expect([rows, words]).toEqual([batch.length, config.vocabularySize]);
  const data = float32Of(logits);
  return batch.map((ids, row) =>
    Array.from({ length: states === "last" ? 1 : ids.length }, (_, i) =>
      data.slice((row * columns + i) * words, (row * columns + i + 1) * words),
    ),
  );
}

function worstError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
}

const forms = (["padded", "packed"] as const).flatMap((form) => (["all", "last"] as const).map((states) => ({ form, states })));

describe.each(Object.entries(goldenGguf.models))("the tiny %s", (name, { ids, lastLogits }) => {
  it.each(forms)("has the logits of transformers, $form, of $states tokens", async ({ form, states }) => {
    // A longer text beside it, so that there is padding.
    const [found] = await logitsOf(await load(name), [ids, [...ids, 7, 8, 9]], states, form);
    expect(worstError(found!.at(-1)!, lastLogits)).toBeLessThan(1e-4);
  });

  it("has them in the reference interpreter too, whose numbers have 64 bits", async () => {
    const { config, weights } = await load(name);
    const { logits } = decoderGraph(config, { maxTokens, states: "last" });
    const found = interpret({ logits }, numbers({ ...weights, ...tokenBatch([[...ids]], 0) }));
    // The reference has the angles in 32 bits.
    expect(worstError(found.logits.data, lastLogits)).toBeLessThan(1e-5);
  });

  it("sees nothing of what follows", async () => {
    const loaded = await load(name);
    const other = ids.with(-1, (ids.at(-1)! + 1) % loaded.config.vocabularySize);
    const [[before], [after]] = [
      await logitsOf(loaded, [ids], "all", "padded"),
      await logitsOf(loaded, [other], "all", "padded"),
    ];
    for (const [i, row] of before!.entries()) {
      const error = worstError(row, after![i]!);
      if (i < ids.length - 1) expect(error).toBe(0);
      else expect(error).toBeGreaterThan(0.1);
    }
  });

  it.each(forms)("gives two texts of a batch what each gives alone, $form, of $states tokens", async ({ form, states }) => {
    const loaded = await load(name);
    const texts = [ids.slice(0, 5), ids.toReversed()];
    const both = await logitsOf(loaded, texts, states, form);
    for (const [i, text] of texts.entries()) {
      const [alone] = await logitsOf(loaded, [text], states, form);
      for (const [place, row] of alone!.entries()) expect(worstError(both[i]![place]!, row)).toBeLessThan(1e-5);
    }
  });
});

it.each(forms)("a window hides what is farther back, $form, of $states tokens", async ({ form, states }) => {
  const { config, weights } = await load("llama");
  // Of one layer: more of them see farther, through what others have seen.
  const loaded = { config: { ...config, layers: 1, windows: [4] }, weights: withoutLayer(weights, 1) };
  const { ids } = goldenGguf.models["llama"]!;
  const last = async (text: readonly number[]): Promise<Float32Array> =>
    (await logitsOf(loaded, [text, ids.toReversed().concat(5, 6)], states, form))[0]!.at(-1)!;
  const before = await last(ids);
  expect(worstError(await last(ids.with(-5, 99)), before)).toBe(0);
  expect(worstError(await last(ids.with(-4, 99)), before)).toBeGreaterThan(1e-3);
});

function withoutLayer(weights: Weights, layer: number): Weights {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith(`model.layers.${layer}.`)));
}

it("has biases wherever a configuration says so", async () => {
  const { config } = await load("llama");
  const names = (hasBias: DecoderConfig["hasBias"]): string[] =>
    weightInputs(decoderGraph({ ...config, layers: 1, hasBias }, { maxTokens, states: "all" }))
      .map(({ params }) => params.name)
      .filter((name) => name.endsWith(".bias"))
      .map((name) => name.split(".").at(-2)!)
      .sort();
  expect(names({ query: false, output: false, feedForward: false })).toEqual([]);
  expect(names({ query: true, output: false, feedForward: false })).toEqual(["k_proj", "q_proj", "v_proj"]);
  expect(names({ query: false, output: true, feedForward: false })).toEqual(["o_proj"]);
  expect(names({ query: false, output: false, feedForward: true })).toEqual(["down_proj", "gate_proj", "up_proj"]);
});

it("takes adapters beside all linear layers of its layers", async () => {
  const { config } = await load("smollm");
  const { logits } = decoderGraph(config, { maxTokens, states: "last" });
  const { adapters } = withAdapters({ logits }, { rank: 2, alpha: 4 }, (module) => module.startsWith("model.layers."));
  expect(adapters.length).toBe(7 * config.layers);
});

it("refuses to be built for longer texts than the model was made for", async () => {
  const { config } = await load("llama");
  expect(() => decoderGraph(config, { maxTokens: 513, states: "all" })).toThrow(/513 tokens are more than the model's 512/);
});

/** Numbers of 64 bits, for the interpreter. */
const numbers = (values: Readonly<Record<string, TensorValue>>): Record<string, NumberArray> =>
  Object.fromEntries(
    Object.entries(values).map(([name, { data, shape }]) => [name, { shape, data: Float64Array.from(data, Number) }]),
  );

describe.each(["smollm", "qwen2", "qwen3"])("the gradients of the tiny %s", (name) => {
  const batch = [goldenGguf.models[name]!.ids.slice(0, 3), goldenGguf.models[name]!.ids.slice(3, 8)];
  const feeds = numbers(
    tokenBatch(
      batch.map((ids) => [...ids]),
      0,
    ),
  );

  function outputsOf(config: DecoderConfig, form: Form): Record<string, Tensor> {
    const graph = decoderGraph(config, { maxTokens: 8, states: "last" });
    const loss = multiply(sum(square(graph.logits)), 0.5);
    const { roots, ids } = form === "packed" ? packTokens({ loss }, graph) : { roots: { loss }, ids: graph.inputIds };
    const inputs = inOrder([roots.loss]).filter(
      (x): x is Tensor<"input"> => isOp(x, "input") && x !== ids && /^(model|lm_head)\./.test(x.params.name),
    );
    return {
      loss: roots.loss,
      ...Object.fromEntries(gradients(roots.loss, inputs).map((g, i) => [`d ${inputs[i]!.params.name}`, g])),
    };
  }

  it("lead downhill as far as they say, for every weight, and are the same without padding", async () => {
    const { config, weights } = await load(name);
    const all = numbers(weights);
    const outputs = outputsOf(config, "padded");
    const found = interpret(outputs, { ...all, ...feeds });
    const lossAt = (feedsOfWeight: Record<string, NumberArray>): number =>
      interpret({ loss: outputs["loss"]! }, { ...all, ...feeds, ...feedsOfWeight }).loss.data[0]!;
    const named = Object.keys(outputs).filter((key) => key.startsWith("d "));
    expect(named.map((key) => key.slice(2)).sort()).toEqual(Object.keys(weights).sort());
    for (const key of named) {
      const weight = all[key.slice(2)]!;
      const slope = found[key]!;
      expect(slope.shape).toEqual(weight.shape);
      const squares = slope.data.reduce((total, g) => total + g * g, 0);
      const step = 1e-4 / Math.sqrt(squares);
      const moved = (sign: number): Record<string, NumberArray> => ({
        [key.slice(2)]: { shape: weight.shape, data: weight.data.map((value, i) => value + sign * step * slope.data[i]!) },
      });
      expect((lossAt(moved(1)) - lossAt(moved(-1))) / (2 * step) / squares, key).toBeCloseTo(1, 4);
    }
    const packed = interpret(outputsOf(config, "packed"), { ...all, ...feeds });
    for (const key of named) expect(worstError(packed[key]!.data, found[key]!.data), key).toBeLessThan(1e-9);
  });
});
