import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, ticketRows } from "./cli.js";

const usage = { prompt_tokens: 100, completion_tokens: 20 };
/** 100 × $0.25 + 20 × $2 a million. */
const usdEach = 65e-6;
const llm = ["--llm", "openai:gpt-5-mini", "--labels", "refund,login"];

let folder: string;
const path = (name: string): string => join(folder, name);

async function writeRows(name: string, count: number): Promise<string> {
  const lines = ticketRows(count).map(({ text }, i) => `${i},"${text}"`);
  await writeFile(path(name), `nr,text\n${lines.join("\n")}\n`);
  return path(name);
}

describe("labeling that is stopped", () => {
  let program: ChildScript;
  beforeEach(async () => {
    folder = await emptyFolder();
  });
  beforeAll(async () => {
    program = await bundleChild("src/cli/cli.ts");
  }, 60_000);
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
  });

  const start = async (slow: FaultyServer, data: string, ...words: string[]) => {
    await writeFile(path("keys.env"), `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${slow.url}\n`);
    return program.start("label", data, "--runs", path("runs"), "--env-file", path("keys.env"), ...llm, ...words);
  };
  const serveSlowly = (latencyMs: number) =>
    startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login", usage, latencyMs });

  it("by SIGKILL at any moment goes on, with the same file and the same totals as if it had not been", async () => {
    const data = await writeRows("rows.csv", 240);
    await using slow = await serveSlowly(3);
    const words = ["-j", "4", "-o", path("killed.csv"), "--json"];
    for (const requests of [40, 100, 170]) {
      const child = await start(slow, data, ...words);
      while (slow.requests.length < requests && child.exitCode === null) await delay(1);
      child.kill("SIGKILL");
      await ended(child);
    }
    const killed = await start(slow, data, ...words);
    const printed: Buffer[] = [];
    killed.stdout!.on("data", (chunk: Buffer) => printed.push(chunk));
    expect(await ended(killed)).toBe(0);
    const totals = JSON.parse(Buffer.concat(printed).toString("utf8"));
    // Only the requests that were open when it was killed are asked again.
    const sent = slow.requests.length;
    expect(sent).toBeLessThanOrEqual(240 + 3 * 4);

    const again = ["label", data, ...llm, "-j", "4", "-o", path("whole.csv"), "--runs", path("other"), "--json"];
    const { out } = await crossover(again, { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: slow.url } });
    const whole = JSON.parse(out);
    expect(await readFile(path("killed.csv"), "utf8")).toBe(await readFile(path("whole.csv"), "utf8"));
    const unbilled = { output: "", paidUsd: 0, uncertainUsd: 0, uncertainRequests: 0, usd: 0 };
    expect({ ...totals, ...unbilled }).toEqual({ ...whole, ...unbilled });
    expect(totals.usd).toBeCloseTo(whole.usd, 12);
    expect(whole.usd).toBeCloseTo(240 * usdEach, 9);
    // Every request that was sent is in the bill: the whole price of those that were answered, and apart from it the worst case of those cut off.
    expect(totals.paidUsd + totals.uncertainUsd).toBeGreaterThanOrEqual(sent * usdEach - 1e-9);
    expect(totals.paidUsd).toBeCloseTo(240 * usdEach, 9);
    expect(totals.uncertainRequests).toBeLessThanOrEqual(3 * 4);
    expect(whole.paidUsd).toBeCloseTo(240 * usdEach, 9);
  });

  it("by Ctrl-C ends with code 130, says how to go on, and keeps what was answered", async () => {
    const data = await writeRows("rows.csv", 120);
    await using slow = await serveSlowly(20);
    const child = await start(slow, data, "-j", "2");
    while (slow.requests.length < 40) await delay(5);
    child.kill("SIGINT");
    expect(await ended(child)).toBe(130);
    const asked = slow.requests.length;
    expect(await ended(await start(slow, data, "-j", "2"))).toBe(0);
    expect(slow.requests.length).toBeLessThanOrEqual(120 + 2);
    expect(slow.requests.length).toBeGreaterThan(asked);
  });
});
