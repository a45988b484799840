import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTestScores } from "../../src/report/card-scores.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { probe } from "../../src/tune/probe.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import { tfidf } from "../../src/tune/tfidf.js";
import type { Approach, Predictor } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import type { Encoder } from "../../src/types/encoder.js";
import type { Prediction } from "../../src/types/prediction.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { comparisonOf } from "../report/fixture.js";
import { temporaryFolder, writeFiles } from "./classifier/saved-folders.js";

const tiny = join(import.meta.dirname, "../../golden/tiny-bert");

let encoder: Encoder;
let folder = "";
beforeAll(async () => {
  encoder = await loadEncoder(tiny, { threads: 1 });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await encoder[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Every way of tuning whose folder is no trained encoder's, which have tests of their own. */
const ways: readonly (readonly [name: string, make: () => Approach])[] = [
  ["tune:probe", () => probe({ encoder })],
  ["tune:tfidf", () => tfidf()],
];

const sorts: readonly (readonly [sort: string, data: () => Dataset])[] = [
  ["one label", () => contractData().train],
  ["two labels in all", () => without(contractData().train, "parcel")],
  ["several labels", () => contractData(true).train],
  ["a label that no row has", () => ({ ...contractData().train, labels: ["never", ...contractData().train.labels] })],
];

function without(data: Dataset, label: string): Dataset {
  const labels = data.labels.filter((each) => each !== label);
  return { ...data, labels, examples: data.examples.filter((example) => !example.labels.includes(label)) };
}

async function saved(predictor: Predictor, name: string): Promise<string> {
  const place = join(folder, name.replace(/\W+/g, "-"));
  await writeFiles(place, await predictor.files());
  return place;
}

function largestDifference(a: readonly Prediction[], b: readonly Prediction[]): number {
  return Math.max(
    ...a.flatMap(({ scores }, i) => Object.entries(scores!).map(([label, score]) => Math.abs(score - b[i]!.scores![label]!))),
  );
}

describe.each(ways)("the folder of %s", (way, make) => {
  it.each(sorts)("loads, and answers what the run answered (rows with %s)", async (sort, data) => {
    const context = recordingContext();
    await using fitted = await make().fit(data(), context);
    const place = await saved(fitted, `${way} ${sort}`);
    await using loaded = await loadClassifier(place, { threads: 1 });
    expect(loaded.labels).toEqual(data().labels);
    expect(loaded.isMultiLabel).toBe(data().isMultiLabel);
    const texts = [...data().examples, ...contractData().queries].map(({ text }) => text);
    const own = await fitted.predict(
      texts.map((text, i) => ({ id: String(i), text })),
      context,
    );
    const again = await loaded.classify([...texts]);
    expect(again.map(({ answer }) => answer)).toEqual(own.map(({ answer }) => answer));
    expect(largestDifference(own, again)).toBeLessThan(1e-5);
  });

  it("takes the bytes that the report says are to be shipped", async () => {
    await using fitted = await make().fit(contractData().train, recordingContext());
    const place = await saved(fitted, way);
    const running = ["config.json", "tokenizer.json", "tokenizer_config.json", "vocabulary.json", "model.safetensors"];
    const sizes = await Promise.all(
      running.map((file) =>
        stat(join(place, file)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    expect(fitted.facts.artifactBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(fitted.facts.needs).toEqual([]);
  });

  it("has a card that takes the scores of the test rows before anything else", async () => {
    await using fitted = await make().fit(contractData().train, recordingContext());
    const card = new TextDecoder().decode((await fitted.files()).get("README.md"));
    expect(card).not.toMatch(/^\| accuracy/m);
    const { task, summaries } = comparisonOf();
    const summary = summaries.find(({ approach }) => approach === "tune:probe")!;
    const whole = withTestScores(card, task, summary);
    expect(whole.match(/^## .*$/gm)![0]).toBe("## Measured");
    const value = `${(100 * summary.accuracy.value).toFixed(1)}%`;
    expect(whole).toContain(`| accuracy | ${value} (`);
    expect(whole.match(/^\| .+ \| [01]\.\d{3} \| .+ \| \d+ \|$/gm)).toHaveLength(task.labels.length);
    expect(whole).toContain(`            value: ${summary.accuracy.value}\n`);
  });
});
