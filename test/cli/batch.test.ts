import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBill } from "../../src/store/bill.js";
import { serveBatches } from "../prompt/batch/ask-batches.js";
import type { SimulatedLlm } from "../servers/simulated-llm/simulated-llm.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

let server: SimulatedLlm;
let folder: string;
beforeEach(async () => {
  server = await serveBatches();
  folder = await emptyFolder();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const run = (...words: string[]) =>
  crossover([...words, "--runs", join(folder, "runs"), "--yes"], {
    env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url },
  });
const llm = ["--llm", "openai:gpt-5-mini", "--batch"];

describe("--batch", () => {
  it("compares through a batch, at half the price, and says so", async () => {
    const data = await writeTickets(folder);
    const words = ["run", data, ...llm, "--approaches", "tune:probe,prompt:zero-shot", "--name", "batched"];
    const { code, out, err } = await run(...words);
    expect(code).toBe(0);
    expect(err).toMatch(/15 requests are at openai:gpt-5-mini as batch_0/);
    expect(out).toContain("prompt:zero-shot@openai:gpt-5-mini");
    expect(server.batches.map(({ keys }) => keys.length)).toEqual([15]);
    const { totalUsd: paid } = openBill(join(folder, "runs", "batched", "bill.jsonl"));
    // $0.125 and $1 a million.
    expect(paid).toBeCloseTo(server.usage.inputTokens * 0.125e-6 + server.usage.outputTokens * 1e-6, 12);
    const report = await readFile(join(folder, "runs", "batched", "report.md"), "utf8");
    expect(report).toContain("its batch interface (priced so; answers within 24 hours)");
  });

  it("labels a file through a batch", async () => {
    const data = join(folder, "rows.csv");
    await writeFile(
      data,
      `text\n${ticketRows(30)
        .map(({ text }) => `"${text}"\n`)
        .join("")}`,
    );
    const { code, out } = await run("label", data, ...llm, "--labels", "refund,login");
    expect(code).toBe(0);
    expect(out).toContain("30 rows in");
    expect(server.batches).toHaveLength(1);
  });

  it.each([
    [["run", "DATA", "--batch"], /--batch asks an LLM in batches, and none is named/],
    [["run", "DATA", "--llm", "ollama:qwen3:8b", "--batch"], /ollama:qwen3:8b cannot be asked in batches/],
    [["run", "DATA", ...llm, "--optimizer", "auto"], /search for a prompt asks in dozens of rounds/],
    [["run", "DATA", ...llm, "--approaches", "prompt:optimized"], /--prompt DIR --batch/],
    [["label", "DATA", "--model", "somewhere", "--batch"], /tuned model runs here. Leave it out/],
  ])("is refused where it makes no sense: %s", async (words, message) => {
    const data = await writeTickets(folder);
    const { code, err } = await run(...words.map((word) => (word === "DATA" ? data : word)));
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
