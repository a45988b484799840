/** @file A whole run with a decision model: its rows are those of the server's log, and its bill that of the log's tokens. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRun, runComparison } from "../../../src/index.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { openBill } from "../../../src/store/bill.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { emptyFolder, ticketRows } from "../../cli/cli.js";
import { recordingContext } from "../../contract/approach.js";
import { boxedDecider } from "../../servers/decisions/boxed-decider.js";
import { type DecisionServer, startDecisionServer } from "../../servers/decisions/decision-server.js";
import { tinyFolder } from "../../tune/pretrained/golden-encoder.js";

let [folder, path, prices] = ["", "", ""];
let server: DecisionServer;
const price = 0.07e-6;
beforeAll(async () => {
  folder = await emptyFolder();
  path = join(folder, "tickets.jsonl");
  const lines = ticketRows(120).map(({ text, label }, i) => JSON.stringify({ id: `t${i}`, text: `${text} ${i}`, label }));
  await writeFile(path, `${lines.join("\n")}\n`);
  prices = join(folder, "prices.json");
  await writeFile(prices, JSON.stringify({ "decide/decider-1": { input_cost_per_token: price, output_cost_per_token: 0 } }));
  server = await startDecisionServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe.each(["systemone", "decisions"] as const)("a run with decide: in the shape of %s", (shape) => {
  const approaches = ["prompt:zero-shot", "prompt:few-shot", "tune:tfidf"];

  it("has the log's answers row by row, and its tokens times the price, to the digit", async () => {
    const llm = `decide:${server.url}/${shape}#decider-1`;
    const name = `run-${shape}`;
    const before = server.log.length;
    const runs = join(folder, "runs");
    await runComparison(
      { path, runs, name, model: tinyFolder, llm: [llm], approaches, prices, curve: "off", budgetUsd: 1, seed: 1 },
      { env: {}, confirm: async () => true },
    );
    const { measurements } = await readRun(join(runs, name));
    const texts = new Map((await readTexts(path)).map(({ id, text }) => [id, text]));
    const log = server.log.slice(before);
    let usd = 0;
    for (const method of ["zero-shot", "few-shot"]) {
      const measured = measurements.find(({ approach }) => approach === `prompt:${method}@${llm}`)!;
      expect(measured.outcomes.length).toBeGreaterThan(10);
      for (const { id, answer, usage, costUsd } of measured.outcomes) {
        const entry = log.find(
          ({ text, questions }) =>
            text === texts.get(id) && questions[0]!.instructions.includes("<text-") === (method === "few-shot"),
        )!;
        const told = [...entry.probabilities.get("label")!];
        expect(answer).toEqual([told.reduce((a, b) => (b[1] > a[1] ? b : a))[0]]);
        expect(usage!.inputTokens).toBe(entry.inputTokens);
        expect(costUsd).toBe(entry.inputTokens * price);
        usd += costUsd!;
      }
    }
    // All that was asked, also for what is no approach of its own, is in the bill, and nothing else.
    const tokens = log.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    const { paidUsd, uncertainUsd } = openBill(join(runs, name, "bill.jsonl"));
    expect(digits(paidUsd)).toBe(digits(tokens * price));
    expect(uncertainUsd).toBe(0);
    expect(usd).toBeGreaterThan(0);
    expect(usd).toBeLessThanOrEqual(paidUsd);
  }, 60_000);
});

/** As many decimals as a bill has. */
const digits = (usd: number): string => usd.toFixed(10);

async function readTexts(file: string): Promise<{ readonly id: string; readonly text: string }[]> {
  return (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("a server that the model in the box stands behind", () => {
  const labels = ["billing", "bug", "account"];
  const train = {
    name: "tickets",
    labels,
    isMultiLabel: false,
    descriptions: { billing: "payments and refunds", bug: "software errors", account: "login and access" },
    examples: [],
  };
  const queries = [
    "Please refund the double payment on my card.",
    "The app crashes whenever I open it.",
    "I cannot log in, my password is refused.",
    "Checkout returns an error 500 since 9am.",
  ].map((text, i) => ({ id: String(i), text }));

  it("answers both shapes alike, and is answered for row by row", async () => {
    await using boxed = await startDecisionServer({ model: await boxedDecider() });
    const told: Prediction[][] = [];
    for (const shape of ["systemone", "decisions"]) {
      const context = recordingContext();
      await using predictor = await prompt({ llm: `decide:${boxed.url}/${shape}#smollm2`, env: {} }).fit(train, context);
      told.push(await predictor.predict(queries, context));
    }
    const seen = ({ answer, scores, confidence }: Prediction) => ({ answer, scores, confidence });
    expect(told[0]!.map(seen)).toEqual(told[1]!.map(seen));
    for (const [i, { text }] of queries.entries()) {
      const distribution = [...boxed.log.find((entry) => entry.text === text)!.probabilities.get("label")!];
      expect(told[0]![i]!.answer).toEqual([distribution.reduce((a, b) => (b[1] > a[1] ? b : a))[0]]);
      for (const [label, probability] of distribution) expect(told[0]![i]!.scores![label]).toBeCloseTo(probability, 3);
    }
    // It is small, and no chance: of all texts a label is likeliest for its own. Which label is likeliest of a text hangs on the processor's rounding.
    const likeliestFor = (label: string): number => {
      const all = told[0]!.map(({ scores }) => scores![label]!);
      return all.indexOf(Math.max(...all));
    };
    expect([likeliestFor("billing"), likeliestFor("bug")]).toEqual([0, 1]);
  }, 60_000);
});
