import { appendFile, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelPrompt, loadEncoder, loadPredictor, prompt, tune } from "../../src/index.js";
import { artifactKinds, type Manifest, manifestFormat } from "../../src/ship/manifest/manifest.js";
import { majority } from "../../src/tune/majority.js";
import { nearestCentroid } from "../../src/tune/nearest-centroid.js";
import { tfidf } from "../../src/tune/tfidf.js";
import type { Approach } from "../../src/types/approach.js";
import type { Encoder } from "../../src/types/encoder.js";
import { contractData } from "../contract/approach.js";
import { fakeEncoder } from "../contract/fake-encoder.js";
import { firstLabelLlm, texts } from "../prompt/files/saved-prompt.js";
import { startDecisionServer } from "../servers/decisions/decision-server.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";
import { savedArtifact } from "./saved-artifact.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manifest-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = async (): Promise<Manifest> => JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
const write = (content: object): Promise<void> => writeFile(join(folder, "manifest.json"), JSON.stringify(content));

const onEncoder: readonly (readonly [Manifest["kind"], (encoder: Encoder) => Approach])[] = [
  ["majority", () => majority()],
  ["centroid", (encoder) => nearestCentroid({ encoder })],
  ["probe", (encoder) => tune({ encoder, method: "probe" })],
  ["labels", (encoder) => labelPrompt({ encoder })],
  ["tfidf", () => tfidf()],
];

describe.each([false, true])("a folder with a manifest, several labels a row: %s", (isMultiLabel) => {
  it.each(onEncoder)("of the kind %s answers as before", async (kind, make) => {
    const encoder = fakeEncoder();
    const { train } = contractData(isMultiLabel);
    const before = await savedArtifact(folder, make(encoder), train);
    await using predictor = await loadPredictor(folder, { encoder });
    expect(await predictor.classify(texts)).toEqual(before);
    expect([predictor.kind, predictor.asksLlm, predictor.labels, predictor.isMultiLabel]).toEqual([
      kind,
      false,
      train.labels,
      isMultiLabel,
    ]);
    expect(predictor.manifest).toMatchObject({ kind, approach: { seed: 7 }, labels: train.labels });
  });
});

describe("a folder with a manifest", () => {
  it("of a tuned encoder answers as before, and keeps what its way tells", async () => {
    await using encoder = await loadEncoder(tinyFolder, { threads: 1 });
    const before = await savedArtifact(folder, tune({ encoder, method: "probe" }));
    await using predictor = await loadPredictor(folder, { threads: 1 });
    expect(predictor.kind).toBe("classifier");
    expect((await predictor.classify(texts)).map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
    const { files, details } = await read();
    expect(Object.keys(files)).toContain("onnx/model.onnx");
    expect(Object.keys(files)).not.toContain("README.md");
    expect(details).toHaveProperty("quantization");
  });

  it("of a prompt asks as before", async () => {
    const before = await savedArtifact(folder, prompt({ llm: firstLabelLlm({ isStructured: true }), demos: 4 }));
    const llm = firstLabelLlm({ isStructured: true });
    await using predictor = await loadPredictor(folder, { llm });
    expect((await predictor.classify(texts)).map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
    expect([predictor.kind, predictor.asksLlm]).toEqual(["prompt", true]);
  });

  it.each(["systemone", "decisions"])("of a prompt for a decision model asks it again, in the shape of %s", async (shape) => {
    await using server = await startDecisionServer();
    const before = await savedArtifact(folder, prompt({ llm: `decide:${server.url}/${shape}#decider-1`, env: {}, demos: 2 }));
    const asked = server.log.map(({ questions }) => questions);
    await using predictor = await loadPredictor(folder, { env: {} });
    const answers = await predictor.classify(texts);
    expect(answers.map(({ answer, scores }) => [answer, scores])).toEqual(before.map(({ answer, scores }) => [answer, scores]));
    expect(server.log.slice(asked.length).map(({ questions }) => questions)).toEqual(asked);
  });

  it("loads the encoder by the name in its file, and refuses another one", async () => {
    await using encoder = await loadEncoder(tinyFolder, { threads: 1 });
    const before = await savedArtifact(folder, nearestCentroid({ encoder }));
    await using predictor = await loadPredictor(folder, { threads: 1 });
    expect(await predictor.classify(texts)).toEqual(before);
    await expect(loadPredictor(folder, { encoder: fakeEncoder() })).rejects.toMatchObject({ name: "UserError" });
  });

  it("lets people add to the card, and put files beside it", async () => {
    const before = await savedArtifact(folder, tfidf());
    await appendFile(join(folder, "README.md"), "\nMine.\n");
    await writeFile(join(folder, "notes.txt"), "x");
    await using predictor = await loadPredictor(folder);
    expect(await predictor.classify(texts)).toEqual(before);
  });

  it("is a prompt whose key is missing: refused when it is loaded", async () => {
    await savedArtifact(folder, prompt({ llm: { ...firstLabelLlm(), spec: "openai:gpt-6-luna", model: "gpt-6-luna" } }));
    await expect(loadPredictor(folder, { env: {} })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("OPENAI_API_KEY") as string,
    });
  });
});

describe("what is not as it was written is a UserError that names the place", () => {
  const refusal = async (): Promise<string> => {
    const error: unknown = await loadPredictor(folder).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError" });
    return (error as Error).message;
  };
  const change = async (changes: object): Promise<void> => write({ ...(await read()), ...changes });
  const flip = async (): Promise<void> => {
    const path = join(folder, "model.safetensors");
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
  };

  it.each<[string, () => Promise<void>, RegExp]>([
    ["a file is missing", () => rm(join(folder, "vocabulary.json")), /vocabulary\.json is missing/],
    ["a file is cut off", () => truncate(join(folder, "model.safetensors"), 100), /model\.safetensors has 100 bytes/],
    ["one bit of the weights", flip, /model\.safetensors.*SHA-256/],
    ["a file that is a folder", async () => rename(join(folder, "config.json"), join(folder, "c")), /config\.json/],
    ["a manifest that is cut off", () => truncate(join(folder, "manifest.json"), 200), /manifest\.json.*cut off/],
    ["an empty manifest", () => truncate(join(folder, "manifest.json"), 0), /manifest\.json/],
    ["a manifest of something else", () => write({ name: "a web page", icons: [] }), /not written by crossover/],
    ["a list", () => write([]), /not written by crossover/],
    ["a newer format", () => change({ format: manifestFormat + 1 }), /newer version/],
    ["a kind that is not known", () => change({ kind: "oracle" }), /oracle/],
    ["another kind", () => change({ kind: "majority" }), /majority/],
    ["labels that are not the files'", () => change({ labels: ["refund", "parcel", "other"] }), /"other"/],
    ["several labels in place of one", () => change({ isMultiLabel: true }), /several labels/],
    ["a field that is missing", () => change({ needs: undefined }), /needs/],
    [
      "a way out of the folder",
      async () => change({ files: { "../../etc/passwd": (await read()).files["config.json"] } }),
      /outside/,
    ],
    [
      "a manifest that is a link",
      async () => {
        await rename(join(folder, "manifest.json"), `${folder}.json`);
        await symlink(`${folder}.json`, join(folder, "manifest.json"));
      },
      /outside/,
    ],
  ])("%s", async (_, damage, message) => {
    await savedArtifact(folder, tfidf());
    await damage();
    const text = await refusal();
    expect(text).toMatch(message);
    expect(text).toContain(folder);
  });

  it("leaves hashes unread where that is asked for, and never sizes", async () => {
    await savedArtifact(folder, tfidf());
    await flip();
    await using predictor = await loadPredictor(folder, { checksHashes: false });
    expect(predictor.kind).toBe("tfidf");
    await truncate(join(folder, "model.safetensors"), 100);
    await expect(loadPredictor(folder, { checksHashes: false })).rejects.toMatchObject({ name: "UserError" });
  });

  it("a prompt that was edited, which is used again once its manifest is gone", async () => {
    await savedArtifact(folder, prompt({ llm: firstLabelLlm() }));
    await appendFile(join(folder, "prompt.md"), "\n");
    const llm = firstLabelLlm();
    await expect(loadPredictor(folder, { llm })).rejects.toThrow(/prompt\.md/);
    await rm(join(folder, "manifest.json"));
    await using predictor = await loadPredictor(folder, { llm });
    expect(predictor.manifest).toBeNull();
  });

  it("a folder that is no run's, with an approach named", async () => {
    await savedArtifact(folder, tfidf());
    await expect(loadPredictor(folder, { approach: "tune:tfidf" })).rejects.toMatchObject({ name: "UserError" });
  });
});

it("every kind is in the list that a newer one is compared with", () => {
  expect(new Set(artifactKinds).size).toBe(artifactKinds.length);
  expect(artifactKinds).toContain("classifier");
});
