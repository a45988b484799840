import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadEncoder, loadPredictor, prompt, tune } from "../../../src/index.js";
import { promptfooExport } from "../../../src/run/saved-prompts.js";
import { exportArtifact } from "../../../src/ship/export/export-artifact.js";
import { majority } from "../../../src/tune/majority.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { crossover } from "../../cli/cli.js";
import { contractData } from "../../contract/approach.js";
import { refusal } from "../../hub/served.js";
import { firstLabelLlm, texts } from "../../prompt/files/saved-prompt.js";
import { tinyFolder } from "../../tune/pretrained/golden-encoder.js";
import { savedArtifact } from "../saved-artifact.js";

let root = "";
let tuned = "";
let before: readonly Prediction[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "export-"));
  tuned = join(root, "tuned");
  await using encoder = await loadEncoder(tinyFolder, { threads: 1 });
  before = await savedArtifact(tuned, tune({ encoder, method: "probe" }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

let to = "";
beforeEach(() => {
  to = join(root, "to");
});
afterEach(() => rm(to, { recursive: true, force: true }));

const bytesOf = async (folder: string, path: string): Promise<Buffer> => readFile(join(folder, path));
const answersOf = (predictions: readonly Prediction[]) => predictions.map(({ answer }) => answer);

describe("a tuned model", () => {
  it("is exported for Python without ONNX, and is loaded again with the same answers", async () => {
    const { files, quantization } = await exportArtifact(tuned, { as: "hf", to });
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json", "README.md"]));
    expect(paths.filter((path) => path.startsWith("onnx/"))).toEqual([]);
    expect(quantization).toBeUndefined();
    for (const { path } of files) expect(await bytesOf(to, path)).toEqual(await bytesOf(tuned, path));
    await using predictor = await loadPredictor(to, { threads: 1 });
    expect(answersOf(await predictor.classify(texts))).toEqual(answersOf(before));
    expect(predictor.manifest?.files).not.toHaveProperty("onnx/model.onnx");
  });

  it("is exported as ONNX with what it takes to read a text, and tells what 8 bits lose", async () => {
    const { files, quantization } = await exportArtifact(tuned, { as: "onnx", to });
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model_quantized.onnx"]),
    );
    expect(paths).not.toContain("model.safetensors");
    const manifest = JSON.parse(await readFile(join(tuned, "manifest.json"), "utf8"));
    expect(quantization).toMatchObject({ rows: manifest.details.quantization.rows, changed: expect.any(Number) });
  });

  it("has no form of a prompt, and the refusal names those that it has", async () => {
    const told = await refusal(exportArtifact(tuned, { as: "promptfoo", to }));
    expect(told).toMatch(/hf or onnx/);
    await expect(readdir(to)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a prompt", () => {
  it("is exported as files that ask the same, and for promptfoo where that can", async () => {
    const { train: test } = contractData();
    const folder = join(root, "prompt");
    const asked = await savedArtifact(folder, prompt({ llm: firstLabelLlm({ isStructured: true }), demos: 4 }));
    const own = await Promise.all(
      (await readdir(folder)).map(async (path) => [path, new Uint8Array(await bytesOf(folder, path))] as const),
    );
    expect(await refusal(exportArtifact(folder, { as: "promptfoo", to }))).toMatch(/promptfooconfig\.yaml/);
    for (const [path, content] of promptfooExport(new Map(own), test)) await writeFile(join(folder, path), content);
    await exportArtifact(folder, { as: "prompt", to });
    expect(await readdir(to)).toEqual(expect.arrayContaining(["examples.jsonl", "manifest.json", "prompt.json", "prompt.md"]));
    await using predictor = await loadPredictor(to, { llm: firstLabelLlm({ isStructured: true }) });
    expect(answersOf(await predictor.classify(texts))).toEqual(answersOf(asked));
    expect(await refusal(exportArtifact(folder, { as: "hf", to: join(root, "other") }))).toMatch(/prompt/);
  });
});

describe("what is in the way", () => {
  it("is told, and nothing is overwritten or left behind", async () => {
    const baseline = join(root, "baseline");
    await savedArtifact(baseline, majority());
    expect(await refusal(exportArtifact(baseline, { as: "hf", to }))).toMatch(/can't be exported/);
    await mkdir(to);
    await writeFile(join(to, "mine.txt"), "mine");
    expect(await refusal(exportArtifact(tuned, { as: "hf", to }))).toMatch(/holds 1 file/);
    expect(await readFile(join(to, "mine.txt"), "utf8")).toBe("mine");
    expect(await refusal(exportArtifact(tuned, { as: "hf", to: join(to, "mine.txt") }))).toMatch(/is a file/);
    expect(await refusal(exportArtifact(tuned, { as: "hf", to: join(tuned, "out") }))).toMatch(/lies in/);
    const copy = join(root, "damaged");
    await exportArtifact(tuned, { as: "hf", to: copy });
    await appendFile(join(copy, "config.json"), " ");
    expect(await refusal(exportArtifact(copy, { as: "hf", to: join(root, "never") }))).toMatch(/damaged/);
    expect((await readdir(root)).filter((name) => name === "never" || name.endsWith(".part"))).toEqual([]);
  });
});

it("by the command: the form and the folder are asked for, and told what was written", async () => {
  expect((await crossover(["export", tuned])).err).toMatch(/--as .* and --to/);
  const { code, out } = await crossover(["export", tuned, "--as", "onnx", "--to", to]);
  expect([code, out]).toEqual([0, expect.stringMatching(/8-bit model changes/)]);
  const [, forms = ""] = (await crossover(["export", "--help"])).out.split("Forms:");
  for (const line of forms.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
