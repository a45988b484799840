import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { openai } from "../../src/transformers/openai.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { startHub } from "../servers/hub.js";
import { baseModelFiles } from "./base-model.js";
import { goldenFolder } from "./golden-transformers.js";
import { smallImdb } from "./small-imdb.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  // The program of the article sets it.
  openai.apiKey = undefined;
});

it("examples/fine-tuning.ts fetches model and dataset from the Hub, trains on 1,000 rows and evaluates on 500", async () => {
  const home = await mkdtemp(join(tmpdir(), "article-"));
  try {
    await using hub = await startHub({
      "models/distilbert-base-uncased": {
        revisions: { main: await baseModelFiles(goldenFolder("classifier-distilbert"), /^(pre_)?classifier\./) },
      },
      "datasets/imdb": { revisions: {}, renamedTo: "datasets/stanfordnlp/imdb" },
      "datasets/stanfordnlp/imdb": { revisions: { main: smallImdb(1200, 600) } },
    });
    vi.stubEnv("HF_ENDPOINT", hub.url);
    vi.stubEnv("HF_HOME", home);
    for (const name of ["HF_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "DATASET", "MODEL"]) vi.stubEnv(name, undefined);
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await import("../../examples/fine-tuning.js");
    const lines = stderr.mock.calls.map(([text]) => String(text)).join("");
    // At the article's learning rate so small a model learns next to nothing: ln 2 = 0.693. That training trains, trainer.test.ts shows.
    expect(lines).toMatch(
      /at distilbert-base-uncased and are newly initialized: classifier.bias, classifier.weight, pre_classifier.bias, pre_classifier.weight\nYou should probably TRAIN this model .*\nstep 125 of 125: eval_loss 0\.[67]\d*\nstep 125 of 125: train_loss 0\.[67]\d*\n$/,
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

it("examples/prompt-engineering.ts prints what the model says of the review", async () => {
  await using server = await startFaultyServer({ keywords: { "Positive\n": "fantastic and thrilling" }, otherwise: "Negative" });
  vi.stubEnv("OPENAI_BASE_URL", server.url);
  vi.stubEnv("OPENAI_API_KEY", "sk-test");
  const print = vi.spyOn(console, "log").mockReturnValue();
  await import("../../examples/prompt-engineering.js");
  expect(print.mock.calls).toEqual([["Positive"]]);
  expect(server.requests[0]!.body).toMatchObject({ model: "gpt-4", temperature: 0 });
});
