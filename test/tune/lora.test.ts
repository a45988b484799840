import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { float32 } from "../../src/autodiff/values.js";
import { bertHead } from "../../src/tune/encoders/classifier-heads.js";
import { type LoraOptions, tuneLora } from "../../src/tune/lora/lora.js";
import { adapterFiles } from "../../src/tune/lora/lora-files.js";
import { factorNames, withAdapters } from "../../src/tune/lora/lora-graph.js";
import { readPretrained, weightsOf } from "../../src/tune/pretrained/pretrained.js";
import { openSafetensors, type SafetensorsFile } from "../../src/tune/pretrained/safetensors.js";
import type { Approach } from "../../src/types/approach.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { tinyFolder } from "./pretrained/golden-encoder.js";

const tiny = (part: Partial<LoraOptions> = {}): Approach =>
  tuneLora({ model: tinyFolder, minSteps: 6, epochs: 1, learningRate: 1e-2, threads: 1, ...part });

approachContract("tune:lora", () => tiny());

const { train } = contractData();
const golden = JSON.parse(readFileSync(new URL("../../golden/lora.json", import.meta.url), "utf8")) as {
  readonly r: number;
  readonly alpha: number;
  readonly saved: Readonly<Record<string, readonly number[]>>;
  readonly savedConfig: Readonly<Record<string, unknown>> & { readonly target_modules: readonly string[] };
};

/** Writes files flat into a folder of their own, and opens those that `names` say. */
async function opened<Result>(
  files: ReadonlyMap<string, Uint8Array>,
  names: readonly string[],
  use: (files: readonly SafetensorsFile[]) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "lora-"));
  const open: SafetensorsFile[] = [];
  try {
    for (const [i, name] of names.entries()) {
      const path = join(folder, String(i));
      await writeFile(path, files.get(name)!);
      open.push(await openSafetensors(path));
    }
    return await use(open);
  } finally {
    for (const file of open) await file[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

const configOf = (files: ReadonlyMap<string, Uint8Array>): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get("adapter/adapter_config.json"))) as Record<string, unknown>;

describe("tune:lora", () => {
  it("trains two thin factors of each linear layer, and the classifier", async () => {
    await using predictor = await tiny({ rank: 4 }).fit(train, recordingContext());
    // Two layers of 32 units: four square maps, and 32 to 64 and back; the pooler; three labels.
    const ofLayer = 4 * 4 * (32 + 32) + 2 * 4 * (32 + 64);
    expect(predictor.facts.trainedParameters).toBe(2 * ofLayer + 4 * (32 + 32) + 3 * 32 + 3);
  });

  it("writes the merged model, and the adapters that were merged beside it", async () => {
    await using predictor = await tiny().fit(train, recordingContext());
    const files = await predictor.files();
    const adapter = "adapter/adapter_model.safetensors";
    await opened(files, ["model.safetensors", adapter], async ([merged, adapters]) => {
      await using original = await openSafetensors(join(tinyFolder, "model.safetensors"));
      const module = "encoder.layer.1.intermediate.dense";
      const names = factorNames(`base_model.model.bert.${module}`);
      const [a, b] = [await adapters!.floats(names.a), await adapters!.floats(names.b)];
      const before = await original.floats(`${module}.weight`);
      const after = await merged!.floats(`bert.${module}.weight`);
      expect(Math.max(...b.map(Math.abs))).toBeGreaterThan(1e-3);
      for (const [i, weight] of after.entries()) {
        const [row, column] = [Math.floor(i / 32), i % 32];
        let added = 0;
        for (let k = 0; k < 8; k++) added += 2 * b[row * 8 + k]! * a[k * 32 + column]!;
        expect(weight).toBeCloseTo(before[i]! + added, 6);
      }
      expect(await merged!.bytes("bert.embeddings.LayerNorm.weight")).toEqual(
        await original.bytes("embeddings.LayerNorm.weight"),
      );
    });
  });

  it.each([
    [{ rank: 0 }, "rank is 0. Give a whole number above 0."],
    [{ alpha: Number.NaN }, "alpha is NaN. Give a number above 0."],
    [{ frozenLayers: 1 }, "frozenLayers has no part in tune:lora"],
  ])("refuses %o", (part, message) => {
    expect(() => tiny(part)).toThrow(message);
  });
});

describe("withAdapters in every family", () => {
  it.each(["bert", "deberta-v2", "distilbert", "electra", "modernbert", "mpnet", "roberta", "xlm-roberta"])(
    "adapts every linear layer of %s, and no table",
    async (type) => {
      const pretrained = await readPretrained(fileURLToPath(new URL(`../../golden/classifier-${type}`, import.meta.url)));
      const { hidden, inputIds, attentionMask } = pretrained.build();
      const matrices = weightsOf([hidden], [inputIds, attentionMask])
        .filter(({ shape }) => shape.length === 2)
        .map(({ params }) => params.name.replace(/\.weight$/, ""));
      const linear = matrices.filter((name) => !/embeddings\.|rel_embeddings|relative_attention_bias/.test(name));
      const { adapters } = withAdapters({ hidden }, { rank: 2, alpha: 4 }, () => true);
      expect(linear.length).toBeGreaterThan(5);
      expect(adapters.map(({ module }) => module).sort()).toEqual(linear.sort());
    },
  );
});

describe("adapterFiles", () => {
  it("has the tensors and the fields of what PEFT writes of the same model", async () => {
    const wrapped = "base_model.model.";
    const weights = Object.fromEntries(
      Object.entries(golden.saved).map(([name, shape]) => [
        name.slice(wrapped.length).replace(/^bert\./, ""),
        float32(new Float32Array(shape.reduce((a, b) => a * b)), shape),
      ]),
    );
    const modules = golden.savedConfig.target_modules.map((name) => name.replace(/^bert\./, ""));
    const files = adapterFiles({
      pretrained: { folder: { name: "some/bert", path: "." }, prefix: "bert" },
      head: { labelCount: 3, pooling: bertHead },
      weights,
      adapters: modules.map((module) => ({ module, inputs: 0, outputs: 0 })),
      settings: { rank: golden.r, alpha: golden.alpha },
    });
    await opened(files, ["adapter/adapter_model.safetensors"], async ([adapters]) => {
      const shapes = [...adapters!.tensors].map(([name, { shape }]) => [name, shape]);
      expect(Object.fromEntries(shapes)).toEqual(golden.saved);
    });
    const { base_model_name_or_path: base, modules_to_save: kept, ...config } = configOf(files);
    expect(base).toBe("some/bert");
    // PEFT also lists "score", the last layer of other models.
    expect(kept).toEqual(["classifier"]);
    for (const [field, value] of Object.entries(config)) expect(value, field).toEqual(golden.savedConfig[field]);
    expect(config["r"]).toBe(golden.r);
  });

  it("is for the bare encoder where no class of transformers has the head", () => {
    const names = factorNames("encoder.dense");
    const files = adapterFiles({
      pretrained: { folder: { name: "minilm", path: "." }, prefix: "bert" },
      head: { labelCount: 3, pooling: "mean" },
      weights: {
        [names.a]: float32([1, 2], [1, 2]),
        [names.b]: float32([0, 0], [2, 1]),
        "classifier.weight": float32([1], [1, 1]),
      },
      adapters: [{ module: "encoder.dense", inputs: 2, outputs: 2 }],
      settings: { rank: 1, alpha: 2 },
    });
    expect(configOf(files)).toMatchObject({
      task_type: "FEATURE_EXTRACTION",
      target_modules: ["encoder.dense"],
      modules_to_save: null,
    });
  });
});
