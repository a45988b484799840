import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import { tfidf } from "../../src/tune/tfidf.js";
import type { Dataset } from "../../src/types/data.js";
import type { ProgressEvent } from "../../src/types/events.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { writeFiles } from "./classifier/saved-folders.js";

approachContract("tune:tfidf", () => tfidf());
approachContract("tune:tfidf with balanced weights", () => tfidf({ classWeight: "balanced" }));
approachContract(
  "tune:tfidf with several labels a row",
  () => tfidf(),
  () => contractData(true),
);

const datasetOf = (rows: readonly (readonly [text: string, label: string])[]): Dataset => ({
  name: "rows",
  labels: [...new Set(rows.map(([, label]) => label))].sort(),
  isMultiLabel: false,
  descriptions: {},
  examples: rows.map(([text, label], i) => ({ id: String(i), text, labels: [label] })),
});

async function answersOf(data: Dataset, texts: readonly string[]): Promise<(readonly string[] | null)[]> {
  const context = recordingContext();
  await using predictor = await tfidf().fit(data, context);
  const found = await predictor.predict(
    texts.map((text, i) => ({ id: String(i), text })),
    context,
  );
  return found.map(({ answer }) => answer);
}

describe("tune:tfidf", () => {
  it("learns a language without spaces by its letters", async () => {
    const rows = ["包裹还没有到", "我的包裹坏了", "包裹在哪里", "包裹丢了"].map((text) => [text, "parcel"] as const);
    const others = ["密码不对", "我忘记密码了", "请重置密码", "密码错误"].map((text) => [text, "login"] as const);
    expect(await answersOf(datasetOf([...rows, ...others]), ["你的包裹很慢", "新密码"])).toEqual([["parcel"], ["login"]]);
  });

  it("answers an empty text, and learns from empty ones", async () => {
    const rows = [
      ["", "none"],
      ["  ", "none"],
      ["refund my money", "refund"],
    ] as const;
    expect(await answersOf(datasetOf(rows), ["", "money"])).toEqual([["none"], ["refund"]]);
  });

  it("says what is wrong with rows of one label", async () => {
    await expect(tfidf().fit(datasetOf([["a", "b"]]), recordingContext())).rejects.toThrow(/there is nothing to tell apart/);
  });

  it("chooses its C as the probe does", async () => {
    await using predictor = await tfidf({ classWeight: "balanced" }).fit(contractData().train, recordingContext());
    expect(predictor.facts.chosen).toEqual({ C: expect.any(Number), classWeight: "balanced" });
    expect(predictor.facts.needs).toEqual([]);
  });
});

describe("tune:tfidf of very many labels", () => {
  /** What is told before the fit, which is then given up. */
  async function notesOf(labels: number, words: number): Promise<string> {
    const rows = Array.from(
      { length: labels },
      (_, i) => [Array.from({ length: words }, (_w, k) => `w${(i * 7 + k * 13) % 97}`).join(" "), `label ${i}`] as const,
    );
    const giveUp = new AbortController();
    const notes: string[] = [];
    const context = {
      ...recordingContext(),
      signal: giveUp.signal,
      log: (event: ProgressEvent) => {
        if (event.kind === "note") notes.push(event.text);
        if (event.kind === "progress" && event.phase === "fitting") giveUp.abort();
      },
    };
    await expect(tfidf().fit(datasetOf(rows), context)).rejects.toThrow();
    return notes.join(" ");
  }

  it("says that its C is not chosen, and how many steps a fit of thousands of labels has that would take an hour", async () => {
    const hundreds = await notesOf(700, 20);
    expect(hundreds).toContain("31.62");
    expect(hundreds).not.toMatch(/\d steps/);
    const steps = Number(/(\d+) steps/.exec(await notesOf(3000, 60))?.[1]);
    expect(steps).toBeGreaterThanOrEqual(10);
    expect(steps).toBeLessThan(35);
  });
});

describe("a folder of tune:tfidf", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tfidf-"));
    await using predictor = await tfidf().fit(contractData().train, recordingContext());
    await writeFiles(folder, await predictor.files());
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ["config.json", (text: string) => text.replace('"thresholds"', '"threshold"'), /"thresholds" is missing/],
    ["config.json", (text: string) => text.replace('"learned": [\n    0', '"learned": [\n    7'), /there is no label 7/],
    ["vocabulary.json", (text: string) => text.replace('{"word":["', '{"word":["x","'), /"weights" should have the shape/],
    ["vocabulary.json", () => "[]", /should hold a JSON object/],
  ])("that is damaged is a user's error (%s)", async (file, damage, message) => {
    const whole = await readFile(join(folder, file), "utf8");
    const damaged = damage(whole);
    expect(damaged).not.toBe(whole);
    await writeFile(join(folder, file), damaged);
    try {
      await expect(loadClassifier(folder)).rejects.toThrow(message);
      await expect(loadClassifier(folder)).rejects.toThrow(UserError);
    } finally {
      await writeFile(join(folder, file), whole);
    }
  });
});
