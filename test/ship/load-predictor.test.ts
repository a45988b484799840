import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEncoder, loadPredictor, prompt, tune } from "../../src/index.js";
import { readSavedPrompt } from "../../src/prompt/files/read-prompt-folder.js";
import { tfidf } from "../../src/tune/tfidf.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import type { Prediction } from "../../src/types/prediction.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { fakeEncoder } from "../contract/fake-encoder.js";
import { firstLabelLlm, texts } from "../prompt/files/saved-prompt.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "predictor-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Fits the approach, writes its files as a run does, and returns what it answers. */
async function saved(approach: Approach, train: Dataset = contractData().train): Promise<readonly Prediction[]> {
  const context = recordingContext();
  await using predictor = await approach.fit(train, context);
  for (const [path, content] of await predictor.files()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return predictor.predict(
    texts.map((text, row) => ({ id: String(row), text })),
    context,
  );
}

describe("a predictor from its folder", () => {
  it("is a tuned model where there is one, and answers as before", async () => {
    const before = await saved(tfidf());
    await using predictor = await loadPredictor(folder);
    expect([predictor.kind, predictor.labels, predictor.isMultiLabel]).toEqual(["tfidf", contractData().train.labels, false]);
    expect(await predictor.classify(texts)).toEqual(before);
  });

  it("is a tuned encoder, too", async () => {
    await using encoder = await loadEncoder(tinyFolder, { threads: 1 });
    const before = await saved(tune({ encoder, method: "probe" }));
    await using predictor = await loadPredictor(folder, { threads: 1 });
    expect((await predictor.classify(texts)).map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
  });

  it("is a prompt where there is one: the same requests, and the same answers", async () => {
    const llm = firstLabelLlm({ isStructured: true });
    const before = await saved(prompt({ llm, demos: 4 }));
    const asked = [...llm.requests];
    const again = firstLabelLlm({ isStructured: true });
    await using predictor = await loadPredictor(folder, { llm: again });
    expect([predictor.kind, predictor.labels, predictor.isMultiLabel]).toEqual(["prompt", contractData().train.labels, false]);
    const answers = await predictor.classify(texts);
    expect(answers.map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
    expect(again.requests.map(({ messages }) => messages)).toEqual(asked.map(({ messages }) => messages));
  });

  it("asks for the encoder that found the prompt's examples", async () => {
    const encoder = fakeEncoder();
    await saved(prompt({ llm: firstLabelLlm(), method: "nearest", encoder, demos: 2 }));
    expect((await readSavedPrompt(folder)).settings.needs).toContain(`encoder ${encoder.name}`);
    await expect(loadPredictor(folder, { llm: firstLabelLlm() })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining(encoder.name) as string,
    });
    await using predictor = await loadPredictor(folder, { llm: firstLabelLlm(), encoder });
    expect((await predictor.classify([texts[0]!]))[0]!.answer).toHaveLength(1);
  });

  it("asks the model that the prompt names, and says which key is missing", async () => {
    await saved(prompt({ llm: { ...firstLabelLlm(), spec: "openai:gpt-6-luna", model: "gpt-6-luna" } }));
    await expect(loadPredictor(folder, { env: {} })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("OPENAI_API_KEY") as string,
    });
  });
});

describe("a folder that is none is a UserError that says what was found", () => {
  const refusal = async (place = folder): Promise<string> => {
    const error: unknown = await loadPredictor(place, { env: {} }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError" });
    return (error as Error).message;
  };

  it.each<[string, () => Promise<void>, RegExp]>([
    ["an empty one", async () => {}, /empty/],
    ["one of something else", () => writeFile(join(folder, "notes.txt"), "x"), /notes\.txt/],
    ["a baseline's", () => writeFile(join(folder, "majority.json"), "{}"), /majority\.json/],
    ["a run's that is none", () => writeFile(join(folder, "run.json"), "{}"), /run\.json/],
    ["the head of a probe alone", () => writeFile(join(folder, "probe.json"), "{}"), /probe\.json/],
    ["one of both kinds", () => both(), /config\.json.*prompt\.json/],
    ["a configuration that is no JSON", () => writeFile(join(folder, "config.json"), "{"), /config\.json/],
    ["a configuration of nothing", () => writeFile(join(folder, "config.json"), "{}"), /./],
    ["a prompt without its page", () => writeFile(join(folder, "prompt.json"), "{}"), /prompt\.md/],
  ])("%s", async (_, write, message) => {
    await write();
    expect(await refusal()).toMatch(message);
  });

  async function both(): Promise<void> {
    await writeFile(join(folder, "config.json"), "{}");
    await writeFile(join(folder, "prompt.json"), "{}");
  }

  it("one that is not there, and a file", async () => {
    expect(await refusal(join(folder, "nowhere"))).toContain("nowhere");
    await writeFile(join(folder, "file"), "");
    expect(await refusal(join(folder, "file"))).toContain("is a file");
  });

  it("one whose weights are cut off, or gone", async () => {
    await saved(tfidf());
    await truncate(join(folder, "model.safetensors"), 40);
    expect(await refusal()).toContain("model.safetensors");
    await rm(join(folder, "model.safetensors"));
    expect(await refusal()).toContain("model.safetensors");
  });
});
