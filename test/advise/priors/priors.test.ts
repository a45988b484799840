/** @file Advice without data: what published figures say, never more than they do. */
import { describe, expect, test } from "vitest";
import { breakEvenPrior, leanOfLabels, manyClasses } from "../../../src/advise/priors/break-even.js";
import { firstRows } from "../../../src/advise/priors/first-rows.js";
import { priorsOf } from "../../../src/advise/priors/priors.js";
import { labelsToReach, publishedCurves } from "../../../src/advise/priors/published-curves.js";
import { nothingTold, type Situation, taskKinds } from "../../../src/advise/priors/situation.js";
import { sources } from "../../../src/advise/priors/sources.js";
import { volumeExample } from "../../../src/advise/priors/volume.js";
import { priorFindingText, priorVerdictText, publishedText } from "../../../src/advise/words/priors.js";

const told = (changes: Partial<Situation>): Situation => ({ ...nothingTold, ...changes });

describe("published figures", () => {
  test("have each a source with its catalog id and address", () => {
    for (const { reference, url } of Object.values(sources)) {
      expect(reference).toMatch(/arXiv:\d{4}\.\d{5}/);
      expect(url).toMatch(/^https:\/\//);
    }
    for (const task of taskKinds) {
      for (const figure of breakEvenPrior(told({ task })).published) expect(publishedText(figure)).toMatch(/\[.*arXiv:/);
    }
  });

  test("are read off a curve in the logarithm of labels, and never beyond it", () => {
    const trec = publishedCurves.find(({ dataset }) => dataset === "TREC")!;
    // Between 128 labels (82.2) and 512 (91.3): 88.6 lies 64/91 of the way, and 128 · 4^(64/91) is 339.
    expect(labelsToReach(trec.tuned, 88.6)).toBe(339);
    expect(labelsToReach(trec.tuned, 65.5)).toBe(32);
    expect(labelsToReach(trec.tuned, 99)).toBeNull();
  });

  test("of data sets with many labels bear on tasks with many labels alone", () => {
    const datasets = (classes: number) => breakEvenPrior(told({ classes })).published.map(({ of }) => of);
    expect(manyClasses).toBe(21);
    expect(datasets(8)).toContain("TREC");
    expect(datasets(8)).not.toContain("BANKING77");
    expect(datasets(77)).toEqual(expect.arrayContaining(["BANKING77", "CLINC150"]));
    expect(datasets(2)).toEqual(["tasks with two labels"]);
  });
});

describe("the verdict", () => {
  test("leans no less to fine-tuning with more labels, whatever else is told", () => {
    const counts = [0, 5, 10, 50, 100, 200, 400, 1000, 5000, 20_000];
    for (const task of [null, "stance", "sentiment", "intents"] as const) {
      for (const classes of [null, 2, 8, 77]) {
        const prior = breakEvenPrior(told({ task, classes }));
        const leans = counts.map((labels) => leanOfLabels(labels, prior));
        expect(leans).toEqual(leans.toSorted((a, b) => a - b));
      }
    }
  });

  test("says nothing of accuracy without a number of labels, and never more than likelier", () => {
    expect(priorsOf(nothingTold).verdict).toEqual({ kind: "labels-not-told", others: null });
    expect(priorsOf(told({ labels: 5, classes: 8 })).verdict).toEqual({ kind: "likelier", way: "prompt", strength: "strong" });
    expect(priorsOf(told({ labels: 20_000, classes: 8 })).verdict).toEqual({ kind: "likelier", way: "tune", strength: "strong" });
    expect(priorsOf(told({ labels: 400, classes: 8 })).verdict).toMatchObject({ kind: "open" });
    expect(priorVerdictText({ kind: "likelier", way: "tune", strength: "weak" })).toContain("likelier");
  });

  test("knows where only one way, or none, is possible", () => {
    expect(priorsOf(told({ labels: 50, isPrivate: true, hasLocalLlm: false })).verdict).toEqual({ kind: "only-tune" });
    expect(priorsOf(told({ labels: 0, labelsPossible: 0, isPrivate: true, hasLocalLlm: false })).verdict).toEqual({
      kind: "neither",
    });
    expect(priorsOf(told({ labels: 50, isPrivate: true, hasLocalLlm: true })).verdict.kind).not.toBe("only-tune");
    const generation = priorsOf(told({ task: "generation" }));
    expect(generation).toMatchObject({ verdict: { kind: "not-classification" }, breakEven: null, firstRows: null, options: [] });
  });
});

describe("what follows from the answers", () => {
  test("the volume of the example is where the machine costs what the requests do", () => {
    const { usdPerMachineMonth, usdPer1k, requests } = volumeExample;
    expect((requests.high / 1000) * usdPer1k.low).toBeCloseTo(usdPerMachineMonth, 2);
    expect((requests.low / 1000) * usdPer1k.high).toBeCloseTo(usdPerMachineMonth, 2);
    const favors = (requestsPerMonth: number) =>
      priorsOf(told({ requestsPerMonth })).findings.find(({ kind }) => kind === "volume")!.favors;
    expect([favors(1000), favors(500_000), favors(10_000_000)]).toEqual(["prompt", "open", "tune"]);
  });

  test("the first rows suffice for the test that they name, and for eight of a label", () => {
    expect(firstRows({ classes: 8, labels: 200 })).toMatchObject({ missing: firstRows({ classes: 8, labels: 0 }).rows - 200 });
    expect(firstRows({ classes: 200, labels: null })).toMatchObject({ trainRows: 1600, missing: null });
    expect(firstRows({ classes: 8, labels: 100_000 }).missing).toBe(0);
    const { rows, testRows } = firstRows({ classes: 8, labels: null });
    expect(rows * 0.25).toBeGreaterThanOrEqual(testRows);
  });

  test("no service is named where texts may not leave the machine, and the options of a run say what was told", () => {
    const options = (changes: Partial<Situation>) => priorsOf(told({ labels: 100, ...changes })).options;
    const named = (changes: Partial<Situation>) => Object.fromEntries(options(changes).map(({ name, value }) => [name, value]));
    expect(named({ isPrivate: true })["llm"]).toMatch(/^ollama:/);
    expect(named({ isPrivate: true, hasLocalLlm: false })).not.toHaveProperty("llm");
    expect(named({ isPrivate: false })["llm"]).toMatch(/^openai:/);
    expect(named({ isPrivate: true, requestsPerMonth: 5000, maxLatencyMs: 200 })).toMatchObject({
      private: "",
      requestsPerMonth: "5000",
      maxLatencyMs: "200",
    });
    expect(named({ languages: ["de"] })["model"]).toMatch(/multilingual/);
    expect(named({ languages: ["en", "en-gb"] })).not.toHaveProperty("model");
  });

  test("every kind of finding is said in a sentence", () => {
    const all = priorsOf(
      told({
        labels: 10,
        labelsPossible: 1000,
        classes: 100,
        requestsPerMonth: 5,
        maxLatencyMs: 100,
        isPrivate: true,
        people: "domain",
        stage: "production",
        isChanging: true,
        languages: ["de"],
      }),
    );
    expect(new Set(all.findings.map(({ kind }) => kind)).size).toBe(10);
    for (const finding of all.findings) expect(priorFindingText(finding)).toMatch(/[.)]$/);
  });
});
