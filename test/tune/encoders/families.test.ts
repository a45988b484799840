import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/autodiff/gradients.js";
import { inOrder, isOp, type Tensor } from "../../../src/autodiff/graph.js";
import { interpret, type NumberArray } from "../../../src/autodiff/interpret.js";
import { input, multiply, sum } from "../../../src/autodiff/ops.js";
import { createSession } from "../../../src/autodiff/session.js";
import { float32, float32Of, float64, type TensorValue } from "../../../src/autodiff/values.js";
import { dropoutBy, type EncoderStates, noDropout } from "../../../src/tune/encoders/encoder-graph.js";
import { buildEncoder, modelTypes } from "../../../src/tune/encoders/families.js";
import { packTokens } from "../../../src/tune/encoders/packed-tokens.js";
import { debertaBucket, mpnetBucket } from "../../../src/tune/encoders/relative-positions.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { tokenBatch } from "../../../src/tune/pretrained/token-batch.js";
import { createTokenizer } from "../../../src/tune/pretrained/tokenizer.js";
import { readWeights } from "../../../src/tune/pretrained/weights.js";
import { gradientError } from "../golden-gradient.js";
import { quietContext } from "../pretrained/golden-encoder.js";
import { type GoldenFamily, goldenFamilies, goldenFolder } from "./golden-families.js";

const { mask, buckets, texts } = goldenFamilies;
const shape = [mask.length, mask[0]!.length];

async function configOf(name: string): Promise<object> {
  return JSON.parse(await readFile(join(goldenFolder(name), "config.json"), "utf8")) as object;
}

interface Loaded {
  readonly width: number;
  readonly weights: Record<string, TensorValue<"float32">>;
  /** `hidden`, and for each weight `d <name>`, the gradient of the golden loss. */
  readonly outputs: Record<string, Tensor>;
  readonly feeds: Record<string, TensorValue>;
}

type Form = "padded" | "packed";

async function load(
  name: string,
  { padId, prefix: expectedPrefix }: GoldenFamily,
  form: Form,
  states: EncoderStates = "all",
): Promise<Loaded> {
  const { graph, prefix, hiddenSize: width } = buildEncoder(await configOf(name), name, noDropout, states);
  expect(prefix).toBe(expectedPrefix);
  const { inputIds, attentionMask, hidden } = graph;
  const isWeight = (x: Tensor): x is Tensor<"input"> => isOp(x, "input") && x !== inputIds && x !== attentionMask;
  const inputs = inOrder([hidden]).filter(isWeight);
  const weights = await readWeights(join(goldenFolder(name), "model.safetensors"), inputs, prefix);

  const plain = { hidden, loss: sum(multiply(hidden, input("cotangent", hidden.shape))) };
  const roots = form === "packed" ? packTokens(plain, graph).roots : plain;
  const names = inputs.map(({ params }) => params.name);
  const outputs = {
    hidden: roots.hidden,
    ...Object.fromEntries(gradients(roots.loss, inputs).map((g, i) => [`d ${names[i]!}`, g])),
  };
  const ids = goldenFamilies.ids.map((row, i) => row.map((id, k) => (mask[i]![k] === 1 ? id : padId)));
  // Nothing at padding enters the loss.
  const cotangent = goldenFamilies.cotangent.flatMap((row, i) => row.flatMap((column, k) => column.map((x) => x * mask[i]![k]!)));
  return {
    width,
    weights,
    outputs,
    feeds: {
      ...tokenBatch(
        ids.map((row, i) =>
          row.slice(
            0,
            mask[i]!.reduce((a, b) => a + b),
          ),
        ),
        padId,
      ),
      cotangent: float64(cotangent, [...shape, width]),
    },
  };
}

const numbers = (values: Readonly<Record<string, TensorValue>>): Record<string, NumberArray> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { shape: value.shape, data: Float64Array.from(value.data, Number) }]),
  );

/** The states where there are tokens. What stands at padding is nobody's business. */
function atTokens(hidden: ArrayLike<number>, width: number): number[] {
  return mask
    .flat()
    .flatMap((isToken, i) => (isToken === 1 ? Array.from({ length: width }, (_, k) => hidden[i * width + k]!) : []));
}

/** The largest difference, relative to the larger of 1 and the expected number. */
function worstError(found: readonly number[], expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!) / Math.max(1, Math.abs(value))));
}

function worstGradient(
  found: Readonly<Record<string, ArrayLike<number>>>,
  golden: GoldenFamily,
  least: number,
): { readonly name: string; readonly error: number } {
  const errors = Object.entries(golden.gradients).map(([name, expected]) => ({
    name,
    error: gradientError(found[`d ${name}`]!, expected, least),
  }));
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}

describe("the table of families", () => {
  it("has a golden model for each but BERT, which has its own test", () => {
    const golden = Object.values(goldenFamilies.families).map(({ modelType }) => modelType);
    expect([...new Set(["bert", ...golden])].sort()).toEqual([...modelTypes].sort());
  });
});

const forms = ["padded", "packed"] as const;
const cases = Object.entries(goldenFamilies.families).flatMap(([name, golden]) => forms.map((form) => ({ name, golden, form })));

describe.each(cases)("$name, $form,", ({ name, golden, form }) => {
  it("has the states and the gradients of transformers, in float64", async () => {
    const { width, weights, outputs, feeds } = await load(name, golden, form);
    const found = interpret(outputs, numbers({ ...weights, ...feeds }));
    expect(worstError(atTokens(found["hidden"]!.data, width), golden.states)).toBeLessThan(1e-6);

    // Every weight of the model that has a gradient in transformers has one here, and no other.
    expect(Object.keys(weights).sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [key, { shape: own }] of Object.entries(weights)) expect(found[`d ${key}`]!.shape).toEqual(own);
    const data = Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value.data]));
    // A shift of all scores changes nothing, so the bias of the keys has a gradient of rounding errors.
    const worst = worstGradient(data, golden, 1e-6);
    expect(worst.error, worst.name).toBeLessThan(1e-6);
  });

  it("has the same in ONNX, in float32", async () => {
    const { width, weights, outputs, feeds } = await load(name, golden, form);
    const cotangent = float32(Float64Array.from(feeds["cotangent"]!.data, Number), feeds["cotangent"]!.shape);
    await using training = await createSession(outputs, { threads: 1 });
    const found = await training.run({ ...weights, ...feeds, cotangent });
    // With its weights in the model, as an encoder that is not trained has them, ONNX Runtime computes in another order.
    await using frozen = await createSession({ hidden: outputs["hidden"]! }, { weights, threads: 1 });
    for (const { hidden } of [found, await frozen.run(feeds)]) {
      expect(hidden!.shape).toEqual([...shape, width]);
      expect(worstError(atTokens(float32Of(hidden!), width), golden.states)).toBeLessThan(1e-5);
    }

    const data = Object.fromEntries(Object.entries(found).map(([key, value]) => [key, float32Of(value)]));
    const largest = Math.max(...Object.values(golden.gradients).map(({ norm }) => norm));
    // The keys' biases, with gradients of rounding errors alone, are measured against the large ones.
    const worst = worstGradient(data, golden, 2e-3 * largest);
    expect(worst.error, worst.name).toBeLessThan(1e-4);
  });
});

describe.each(cases)("$name, $form, of which only the first states are wanted,", ({ name, golden, form }) => {
  it("has the same ones, with the same gradients, and computes the last layer for them alone", async () => {
    const [all, first] = [await load(name, golden, form), await load(name, golden, form, "first")];
    const { width } = all;
    const [batch, sequence] = shape as [number, number];
    // Nothing but the first token of each text enters the loss.
    const full = Float64Array.from(all.feeds["cotangent"]!.data, Number);
    const firsts = full.filter((_, i) => Math.floor(i / width) % sequence === 0);
    const only = full.map((x, i) => (Math.floor(i / width) % sequence === 0 ? x : 0));
    const run = (loaded: Loaded, cotangent: TensorValue): Record<string, NumberArray> =>
      interpret(loaded.outputs, numbers({ ...loaded.weights, ...loaded.feeds, cotangent }));
    const expected = run(all, float64(only, [batch, sequence, width]));
    const found = run(first, float64(firsts, [batch, 1, width]));
    const rows = expected["hidden"]!.data.filter((_, i) => Math.floor(i / width) % sequence === 0);
    expect(found["hidden"]!.shape).toEqual([batch, 1, width]);
    expect(worstError([...found["hidden"]!.data], [...rows])).toBeLessThan(1e-12);
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      if (key !== "hidden") expect(worstError([...found[key]!.data], [...value.data]), key).toBeLessThan(1e-12);
    }
    // The widest products of the last layer: of one state a text.
    const ffn = inOrder([first.outputs["hidden"]!]).filter((x) => isOp(x, "matmul") && x.shape.length === 3 && x.shape[1] === 1);
    expect(ffn.length).toBeGreaterThanOrEqual(3);
  });
});

/** Linear layers that are applied to every token. */
function tokenwiseLayers(hidden: Tensor): number {
  const isOfAll = ({ shape }: Tensor): boolean => shape[0] === "tokens" || (shape[0] === "batch" && shape[1] === "sequence");
  return inOrder([hidden]).filter((x) => isOp(x, "matmul") && x.inputs[1]!.op === "input" && isOfAll(x)).length;
}

describe.each(cases)("$name, $form, of which only an answer is wanted,", ({ name, golden, form }) => {
  it("has the same first states, without keys and values in the last layer where the scores are plain products", async () => {
    const [first, answer] = [await load(name, golden, form, "first"), await load(name, golden, form, "answer")];
    const statesOf = ({ outputs, weights, feeds }: Loaded): readonly number[] => {
      const found = interpret({ hidden: outputs["hidden"]! }, numbers({ ...weights, ...feeds }));
      return [...found["hidden"]!.data];
    };
    expect(worstError(statesOf(answer), statesOf(first))).toBeLessThan(1e-12);
    const spared = tokenwiseLayers(first.outputs["hidden"]!) - tokenwiseLayers(answer.outputs["hidden"]!);
    const hasPlainScores = ["distilbert", "electra", "roberta", "xlm-roberta"].includes(golden.modelType);
    expect(spared).toBe(hasPlainScores ? 2 : 0);
  });
});

describe.each(modelTypes.map((type) => ({ type })))("$type in training", ({ type }) => {
  it("drops units at places that each have a name of their own, in all layers", async () => {
    const places: string[] = [];
    const config = await configOf(type);
    const record = dropoutBy((_, place) => {
      places.push(place);
      return undefined;
    });
    buildEncoder(config, type, record);
    expect(places).toContain("embeddings");
    expect(new Set(places).size).toBe(places.length);
    // Two layers: the attention's probabilities in each, and what each half of it adds. DistilBERT keeps all that its attention adds.
    const inLayers = places.filter((place) => place !== "embeddings" && !place.endsWith(".distances"));
    expect(inLayers.length).toBe(type === "distilbert" ? 4 : 6);
  });
});

describe("ELECTRA", () => {
  it("projects its embeddings only if they are narrower than the layers, so that base models have no such weights", async () => {
    const config = await configOf("electra");
    const namesOf = (settings: object): string[] =>
      inOrder([buildEncoder(settings, "DIR").graph.hidden]).flatMap((x) => (isOp(x, "input") ? [x.params.name] : []));
    const projection = ["embeddings_project.weight", "embeddings_project.bias"];
    expect(namesOf(config)).toEqual(expect.arrayContaining(projection));
    const expected = namesOf(config).filter((name) => !projection.includes(name));
    expect(namesOf({ ...config, embedding_size: 32 })).toEqual(expected);
  });
});

describe("buckets of distances are those of transformers", () => {
  it("for MPNet", () => {
    expect(buckets.distances.map(mpnetBucket)).toEqual(buckets.mpnet);
  });

  it("for DeBERTa v3", () => {
    expect(buckets.distances.map((distance) => debertaBucket(distance, 256, 512))).toEqual(buckets.deberta);
  });
});

describe.each(Object.entries(goldenFamilies.byText))("a folder of %s with its tokenizer", (name, golden) => {
  it("gives the ids of Python and its vectors", async () => {
    const read = async (file: string): Promise<object> =>
      JSON.parse(await readFile(join(goldenFolder(name), file), "utf8")) as object;
    const files = { tokenizer: await read("tokenizer.json"), config: await read("tokenizer_config.json") };
    const tokenizer = createTokenizer(files, name);
    expect(texts.map((text) => tokenizer.encode(text, golden.maxTokens))).toEqual(golden.ids);
    expect(tokenizer.padId).toBe(golden.padId);
    const former = { ...files, config: { ...files.config, pad_token: { __type: "AddedToken", content: "<pad>" } } };
    expect(createTokenizer(former, name).padId).toBe(golden.padId);

    await using encoder = await loadEncoder(goldenFolder(name), { threads: 1 });
    expect(encoder.maxTokens).toBe(golden.maxTokens);
    const vectors = await encoder.embed(texts, quietContext());
    const errors = vectors.flatMap((vector, i) => Array.from(vector, (value, k) => Math.abs(value - golden.vectors[i]![k]!)));
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });
});

describe("config.json in the words of other versions means the same", () => {
  /** What decides the numbers: the graph, without the tensors' identity. */
  const described = (config: object): string =>
    JSON.stringify(inOrder([buildEncoder(config, "DIR").graph.hidden]).map(({ op, params, shape: own }) => [op, params, own]));

  it.each<[string, object, object]>([
    ["deberta-v2", { pos_att_type: ["p2c", "c2p"] }, { pos_att_type: "c2p|p2c" }],
    ["modernbert", { layer_types: ["full_attention", "sliding_attention"] }, { layer_types: undefined }],
    [
      "modernbert",
      { rope_parameters: { full_attention: { rope_theta: 5e4 }, sliding_attention: { rope_theta: 2e4 } } },
      { rope_parameters: undefined, global_rope_theta: 5e4, local_rope_theta: 2e4 },
    ],
    ["distilbert", { sinusoidal_pos_embds: true }, { sinusoidal_pos_embds: false }],
  ])("%s %j", async (name, now, former) => {
    const config = await configOf(name);
    expect(described({ ...config, ...former })).toBe(described({ ...config, ...now }));
  });
});

describe("config.json is refused with the field, what it has, and what is supported", () => {
  it.each<[string, object, RegExp]>([
    ["distilbert", { activation: "silu" }, /"activation" is "silu", which is not supported\. .*"gelu"/],
    ["distilbert", { n_heads: 5 }, /config\.json: dim 32 is not a multiple of n_heads 5\./],
    ["distilbert", { n_layers: undefined }, /"n_layers" is missing/],
    ["roberta", { is_decoder: true }, /"is_decoder" is true, which is not supported\. .*false/],
    ["roberta", { max_position_embeddings: 2 }, /max_position_embeddings leaves no position after pad_token_id\./],
    ["xlm-roberta", { position_embedding_type: "relative_key" }, /"position_embedding_type" is "relative_key".*"absolute"/],
    ["mpnet", { relative_attention_num_buckets: 64 }, /"relative_attention_num_buckets" is 64, .*32/],
    ["mpnet", { max_position_embeddings: 2 }, /max_position_embeddings has to be above 2/],
    ["electra", { embedding_size: 0 }, /"embedding_size" is 0, which is not supported/],
    ["modernbert", { rope_scaling: { type: "yarn" } }, /"rope_scaling" is \{"type":"yarn"\}, which is not supported/],
    [
      "modernbert",
      { rope_parameters: { full_attention: { rope_type: "yarn" } } },
      /"rope_parameters\.full_attention\.rope_type" is "yarn", which is not supported\. .*"default"/,
    ],
    ["modernbert", { num_attention_heads: 32 }, /hidden_size \/ num_attention_heads has to be even/],
    ["modernbert", { layer_types: ["full_attention"] }, /layer_types has to have num_hidden_layers entries/],
    ["deberta-v2", { relative_attention: false }, /"relative_attention" is false, which is not supported\. .*true/],
    ["deberta-v2", { conv_kernel_size: 3 }, /"conv_kernel_size" is 3, which is not supported\. .*0/],
    ["deberta-v2", { pos_att_type: ["p2p"] }, /"pos_att_type\.0" is "p2p", which is not supported\. .*"c2p"/],
    ["deberta-v2", { embedding_size: 16 }, /embedding_size differs from hidden_size, which is not supported/],
  ])("%s %j", async (name, change, message) => {
    const config = { ...(await configOf(name)), ...change };
    expect(() => buildEncoder(config, "DIR")).toThrow(message);
    expect(() => buildEncoder(config, "DIR")).toThrow(expect.objectContaining({ name: "UserError" }));
  });
});
