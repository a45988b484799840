/** @file A whole run with a decision model: its rows are those of the server's log, and its bill that of the log's tokens. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRun, runComparison } from "../../../src/index.js";
import { openBill } from "../../../src/store/bill.js";
import { emptyFolder, ticketRows } from "../../cli/cli.js";
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
