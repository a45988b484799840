/** @file A small model that a language model labels rows for: what it learns from, what it is charged, what a killed fit keeps. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { distilled } from "../../../src/ship/distill/distilled.js";
import { tfidf } from "../../../src/tune/tfidf.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Dataset, Query } from "../../../src/types/data.js";
import type { Cost, Prediction } from "../../../src/types/prediction.js";
import { emptyFolder, ticketRows } from "../../cli/cli.js";

let folder = "";
beforeAll(async () => {
  folder = await emptyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** Of a fifth of the rows the words say another label: what learns from words errs there, and the LLM knows. */
const { uniform } = random(3, "odd rows");
const plain = ticketRows(500);
const labels = [...new Set(plain.map(({ label }) => label))].sort();
const rows = plain.map(({ text, label }, i) => ({
  id: `t${i}`,
  text: `${text} ${i}`,
  labels: [uniform() < 0.2 ? labels.find((other) => other !== label)! : label],
}));
const data = (examples: Dataset["examples"]): Dataset => ({
  name: "tickets",
  labels,
  isMultiLabel: false,
  descriptions: {},
  examples,
});
const truthOf = new Map(rows.map(({ id, labels: [label] }) => [id, label!]));
const train = data(rows.slice(0, 120));
const pool: Query[] = rows.slice(120).map(({ id, text }) => ({ id, text }));

interface Teaching {
  /** Of the rows whose number ends so it is unsure, and wrong. */
  readonly isUnsure?: (id: string) => boolean;
  readonly answer?: (id: string) => Partial<Prediction>;
  readonly asked?: string[];
  /** Rows after which asking is stopped from outside. */
  readonly stopAfter?: number;
}

/** One that knows the truth, but where it is unsure. */
function teacher({ isUnsure = () => false, answer, asked = [], stopAfter = Number.POSITIVE_INFINITY }: Teaching = {}): Approach {
  return {
    name: "prompt:few-shot@big",
    arm: "prompt",
    method: "few-shot",
    model: "big",
    summary: "",
    estimate: async (_, queries) => ({
      calls: queries.length,
      inputTokens: 0,
      outputTokens: 0,
      usd: queries.length / 1000,
      seconds: 1,
    }),
    fit: async () => ({
      facts: {
        trainedParameters: 0,
        totalParameters: null,
        promptTokens: 9,
        humanWords: 7,
        chosen: {},
        artifactBytes: null,
        needs: [],
      },
      predict: async (queries, { spend }) => {
        if (asked.length >= stopAfter) throw new DOMException("stopped", "AbortError");
        return queries.map(({ id }): Prediction => {
          asked.push(id);
          spend({ usd: 0.001, labels: 5 });
          if (answer !== undefined) return { answer: [truthOf.get(id)!], costUsd: 0.001, ...answer(id) };
          const truth = truthOf.get(id)!;
          const label = isUnsure(id) ? labels.find((other) => other !== truth)! : truth;
          return { answer: [label], confidence: { value: isUnsure(id) ? 0.3 : 0.95, source: "logprob" }, costUsd: 0.001 };
        });
      },
      files: async () => new Map(),
      async [Symbol.asyncDispose]() {},
    }),
  };
}

/** TF-IDF that tells what it was trained on. */
function student(seen: Dataset[]): Approach {
  const own = tfidf({});
  return {
    ...own,
    fit: (dataset, context) => {
      seen.push(dataset);
      return own.fit(dataset, context);
    },
  };
}

function contextOf(spent: Partial<Cost>[], checkpointFolder?: string) {
  const signal = new AbortController().signal;
  const notes: string[] = [];
  const context = {
    signal,
    seed: 1,
    spend: (cost: Partial<Cost>) => void spent.push(cost),
    log: (event: { readonly kind: string; readonly text?: string }) => void (event.kind === "note" && notes.push(event.text!)),
    ...(checkpointFolder !== undefined && { checkpointFolder }),
  };
  return { context, notes };
}

const sum = (spent: readonly Partial<Cost>[], part: keyof Cost): number =>
  spent.reduce((all, cost) => all + (cost[part] ?? 0), 0);

async function fitted(teaching: Teaching, dataset = train, checkpointFolder?: string) {
  const [seen, spent]: [Dataset[], Partial<Cost>[]] = [[], []];
  const approach = distilled({ teacher: teacher(teaching), student: student(seen), pool });
  const { context, notes } = contextOf(spent, checkpointFolder);
  await using predictor = await approach.fit(dataset, context);
  const files = await predictor.files();
  return { approach, facts: predictor.facts, seen, spent, notes, files };
}

describe("hybrid:distilled", () => {
  it("trains the small model on the human rows and on those that the LLM is sure of, and charges the human labels alone", async () => {
    const { approach, facts, seen, spent, files } = await fitted({ isUnsure: (id) => Number(id.slice(1)) % 3 === 0 });
    expect(approach).toMatchObject({ name: "hybrid:distilled@big", arm: "hybrid", method: "distilled", model: "big" });
    const last = seen.at(-1)!.examples;
    const taught = last.slice(train.examples.length);
    expect(last.slice(0, train.examples.length)).toEqual(train.examples);
    expect(facts.distilled).toMatchObject({
      student: "tune:tfidf",
      teacher: "prompt:few-shot@big",
      pool: 380,
      asked: 380,
      isSoft: false,
    });
    expect(facts.distilled!.rule).toMatchObject({ kind: "from", confidence: expect.any(Number) });
    expect(taught).toHaveLength(facts.distilled!.kept);
    expect(taught.length).toBeGreaterThan(200);
    // What it was unsure of is not among them, and no id is that of a human row.
    for (const { id, labels: own } of taught) {
      const known = pool.find((row) => id.endsWith(` ${row.id}`))!;
      expect(Number(known.id.slice(1)) % 3).not.toBe(0);
      expect(own).toEqual([truthOf.get(known.id)]);
    }
    expect(sum(spent, "labels")).toBe(120);
    expect(sum(spent, "usd")).toBeCloseTo(0.001 * (380 + facts.distilled!.judged.rows), 9);
    expect(facts.humanWords).toBe(7);
    expect(files.size).toBeGreaterThan(1);
  });

  it("judges both on human rows that neither has seen", async () => {
    const asked: string[] = [];
    const { facts, seen } = await fitted({ asked });
    const { judged } = facts.distilled!;
    expect(judged.rows).toBeGreaterThanOrEqual(10);
    const learned = new Set(seen[0]!.examples.map(({ id }) => id));
    const first = asked.slice(0, judged.rows);
    expect(first.every((id) => !learned.has(id))).toBe(true);
    expect(learned.size + first.length).toBe(120);
    expect(judged.right).toBe(judged.rows);
  });

  it("asks about no unlabelled row where the LLM is nowhere as good, and says so", async () => {
    const asked: string[] = [];
    const { facts, seen, notes } = await fitted({ asked, isUnsure: () => true });
    expect(facts.distilled).toMatchObject({ rule: { kind: "none" }, asked: 0, kept: 0 });
    expect(asked).toHaveLength(facts.distilled!.judged.rows);
    expect(seen.at(-1)!.examples).toEqual(train.examples);
    expect(notes.join(" ")).toContain("asked about no unlabelled row");
  });

  it("learns probabilities where the LLM has some, calibrated on human rows", async () => {
    const isOdd = (id: string) => Number(id.slice(1)) % 4 === 0;
    const { facts, seen } = await fitted(
      {
        // Too sure: a quarter of what it gives nearly all of the probability is wrong.
        answer: (id) => {
          const truth = truthOf.get(id)!;
          const said = isOdd(id) && Number(id.slice(1)) < 120 ? labels.find((label) => label !== truth)! : truth;
          return {
            answer: [said],
            scores: Object.fromEntries(labels.map((label) => [label, label === said ? 0.99 : 0.01 / (labels.length - 1)])),
          };
        },
      },
      train,
    );
    if (facts.distilled!.kept === 0) throw new Error("nothing was kept");
    expect(facts.distilled!.isSoft).toBe(true);
    const soft = seen.at(-1)!.examples.at(-1)!.softLabels!;
    expect(Object.values(soft).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(Math.max(...Object.values(soft))).toBeLessThan(0.99);
  });

  it("leaves out rows that got no answer", async () => {
    const { facts } = await fitted({
      answer: (id) => (Number(id.slice(1)) % 2 === 0 && Number(id.slice(1)) >= 120 ? { answer: null, failure: "refused" } : {}),
    });
    expect(facts.distilled).toMatchObject({ asked: 380, answered: 190, rule: { kind: "all" } });
    expect(facts.distilled!.kept).toBeLessThanOrEqual(190);
  });

  it("takes the LLM at its word where there are too few human rows to judge it by", async () => {
    const few = data(rows.filter((_, i) => i < 16));
    const { facts } = await fitted({}, few);
    expect(facts.distilled).toMatchObject({ judged: { rows: 0 }, rule: { kind: "all" }, asked: 380 });
  });

  it("goes on after it was killed with the answers that it had, and pays for none twice", async () => {
    const place = `${folder}/killed`;
    const before: string[] = [];
    await expect(fitted({ asked: before, stopAfter: 200 }, train, place)).rejects.toThrow("stopped");
    const after: string[] = [];
    const { facts, spent } = await fitted({ asked: after }, train, place);
    expect(before.length).toBeGreaterThan(200);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(before.length + after.length).toBe(380 + facts.distilled!.judged.rows);
    // The whole is what it cost, whenever that was paid.
    expect(sum(spent, "usd")).toBeCloseTo(0.001 * (before.length + after.length), 9);
    const { facts: whole } = await fitted({});
    expect(facts).toEqual(whole);
  });

  it("prices the pool before anything is asked", async () => {
    const { approach } = await fitted({});
    const estimate = await approach.estimate(train, rows.slice(0, 10));
    expect(estimate.calls).toBeGreaterThan(380);
    expect(estimate.usd).toBeCloseTo(estimate.calls / 1000, 9);
  });
});
