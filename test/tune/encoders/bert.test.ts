import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/autodiff/gradients.js";
import { inOrder, isOp, type Tensor } from "../../../src/autodiff/graph.js";
import { interpret, type NumberArray } from "../../../src/autodiff/interpret.js";
import { square } from "../../../src/autodiff/math.js";
import { sum } from "../../../src/autodiff/ops.js";
import { createSession } from "../../../src/autodiff/session.js";
import { float32Of, int64, type TensorValue } from "../../../src/autodiff/values.js";
import { type BertConfig, bertConfig, bertGraph } from "../../../src/tune/encoders/bert.js";
import { pooled } from "../../../src/tune/pretrained/pooling.js";
import { readWeights } from "../../../src/tune/pretrained/weights.js";
import { tiny, tinyFolder } from "../pretrained/golden-encoder.js";

const stored: unknown = JSON.parse(readFileSync(join(tinyFolder, "config.json"), "utf8"));
const config = bertConfig.parse(stored);
const shape = [tiny.ids.length, tiny.ids[0]!.length];
const batch = { input_ids: int64(tiny.ids.flat(), shape), attention_mask: int64(tiny.mask.flat(), shape) };

function weightsOf(tensor: Tensor): Promise<Record<string, TensorValue<"float32">>> {
  const wanted = inOrder([tensor]).filter((x): x is Tensor<"input"> => isOp(x, "input") && !(x.params.name in batch));
  return readWeights(join(tinyFolder, "model.safetensors"), wanted, "bert");
}

/** The largest difference at tokens; what stands at padding is nobody's business. */
function worstError(hidden: ArrayLike<number>, expected: readonly (readonly (readonly number[])[])[]): number {
  const flat = expected.flat(2);
  const errors = flat.map((value, i) => {
    const isToken = tiny.mask.flat()[Math.floor(i / config.hidden_size)] === 1;
    return isToken ? Math.abs(value - hidden[i]!) : 0;
  });
  return Math.max(...errors);
}

describe("BERT", () => {
  it.each(["gelu", "gelu_new", "relu"] as const)("has the hidden states of Hugging Face's with %s", async (hidden_act) => {
    const { hidden } = bertGraph({ ...config, hidden_act });
    await using session = await createSession({ hidden }, { weights: await weightsOf(hidden), threads: 1 });
    const result = await session.run(batch);
    expect(result.hidden.shape).toEqual([...shape, config.hidden_size]);
    expect(worstError(float32Of(result.hidden), tiny.hidden[hidden_act])).toBeLessThan(1e-5);
  });

  it("has the same hidden states in the reference interpreter", async () => {
    const { hidden } = bertGraph(config);
    const numbers = (values: Readonly<Record<string, TensorValue>>): Record<string, NumberArray> =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          { shape: value.shape, data: Float64Array.from(value.data, Number) },
        ]),
      );
    const { hidden: result } = interpret({ hidden }, numbers({ ...(await weightsOf(hidden)), ...batch }));
    expect(worstError(result.data, tiny.hidden.gelu)).toBeLessThan(1e-5);
  });

  it("is pooled by the first token as by the mean", async () => {
    const graph = bertGraph(config);
    const outputs = { mean: pooled(graph, "mean"), cls: pooled(graph, "cls") };
    await using session = await createSession(outputs, { weights: await weightsOf(outputs.mean), threads: 1 });
    const result = await session.run(batch);
    for (const pooling of ["mean", "cls"] as const) {
      const expected = tiny[pooling].flat();
      const errors = Array.from(float32Of(result[pooling]), (value, i) => Math.abs(value - expected[i]!));
      expect(Math.max(...errors)).toBeLessThan(1e-6);
    }
  });

  it("has gradients for all its weights that lead downhill as far as they say", async () => {
    const small: BertConfig = { ...config, num_hidden_layers: 1 };
    const { hidden } = bertGraph(small);
    const weights = await weightsOf(hidden);
    const inputs = inOrder([hidden]).filter((x): x is Tensor<"input"> => isOp(x, "input") && x.params.name in weights);
    const loss = sum(square(pooledWithoutLength(hidden)));
    const outputs = { loss, ...Object.fromEntries(gradients(loss, inputs).map((g, i) => [`d ${inputs[i]!.params.name}`, g])) };
    await using session = await createSession<string>(outputs, { threads: 1 });
    const result = await session.run({ ...weights, ...batch });
    for (const { params } of inputs) expect(result[`d ${params.name}`]!.shape).toEqual(params.shape);

    // The interpreter, in float64, along one direction: all gradients at once.
    const at = (step: number): number => {
      const feeds = Object.fromEntries(
        Object.entries({ ...weights, ...batch }).map(([name, { data, shape: own }]) => {
          const slope = result[`d ${name}`]?.data;
          return [
            name,
            { shape: own, data: Float64Array.from(data, (value, i) => Number(value) + step * Number(slope?.[i] ?? 0)) },
          ];
        }),
      );
      return interpret({ loss }, feeds).loss.data[0]!;
    };
    const lengths = inputs.map(({ params }) => float32Of(result[`d ${params.name}`]!).reduce((total, g) => total + g * g, 0));
    const predicted = lengths.reduce((a, b) => a + b, 0);
    const step = 1e-5 / Math.sqrt(predicted);
    expect((at(step) - at(-step)) / (2 * step) / predicted).toBeCloseTo(1, 4);
  });
});

/** Something that all weights change: the squares of normalized states would always sum to the same. */
function pooledWithoutLength(hidden: Tensor): Tensor {
  return sum(hidden, [1]);
}
