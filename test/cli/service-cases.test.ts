/** @file What services do to people's money and time, by the cases that were reported of other tools: run and label say what happens, and end so. */

import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openBill } from "../../src/store/bill.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

/** What a service says to the request of this number: a status and a body, with headers. */
type Say = (
  index: number,
  label: string,
) => { readonly status: number; readonly body: object; readonly headers?: Record<string, string> };

async function serve(say: Say) {
  let requests = 0;
  const server = createServer((message, response) => {
    let text = "";
    message.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    message.on("end", () => {
      // Asked when the model will be shut down: this service does not say.
      if (message.method === "GET") return void response.writeHead(404).end();
      const asked = (JSON.parse(text) as { messages: { content: string }[] }).messages.at(-1)!.content;
      const { status, body, headers } = say(requests++, asked.includes("money") ? "refund" : "login");
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const good = (label: string, usage?: object) => ({
  status: 200,
  body: {
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: JSON.stringify({ label }) }, finish_reason: "stop" }],
    ...(usage === undefined ? {} : { usage }),
  },
});
const plain = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 };
const error = (status: number, message: string, headers?: Record<string, string>) => ({
  status,
  body: { error: { message, code: "error" } },
  ...(headers === undefined ? {} : { headers }),
});

let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
});
const path = (name: string): string => join(folder, name);
const llm = ["--llm", "openai:gpt-5-mini"];
const run = async (url: string, ...words: string[]) =>
  crossover(
    [
      "run",
      await writeTickets(folder),
      "--runs",
      path("runs"),
      "--name",
      "r",
      ...llm,
      "--approaches",
      "baseline:majority,prompt:zero-shot",
      ...words,
    ],
    { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: url } },
  );
const label = async (url: string, ...words: string[]) => {
  const lines = ticketRows(36).map(({ text }, i) => `${i},"${text}"`);
  await writeFile(path("rows.csv"), `nr,text\n${lines.join("\n")}\n`);
  return crossover(["label", path("rows.csv"), "--runs", path("runs"), ...llm, "--labels", "refund,login", ...words], {
    env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: url },
  });
};

describe("a run whose account is out of credit", () => {
  it.each([
    ["402", error(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits")],
    [
      "usage limits",
      error(400, "You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC."),
    ],
  ])("(%s) leaves the LLM out, with code 2, and goes on when there is credit", async (_, refusal) => {
    let hasCredit = false;
    await using server = await serve((index, said) => (!hasCredit && index >= 6 ? refusal : good(said, plain)));
    const stopped = await run(server.url, "-j", "2");
    expect(stopped.code).toBe(2);
    expect(stopped.err).toMatch(/Not measured: prompt:zero-shot.*add credit and run again/);
    expect(server.requests).toBeLessThan(12);
    hasCredit = true;
    const asked = server.requests;
    const resumed = await crossover(["resume", "r", "--runs", path("runs")], {
      env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url },
    });
    expect(resumed.code).toBe(0);
    expect(server.requests - asked).toBe(15 - 6);
  });
});

describe("usage of other dialects", () => {
  it.each([
    // Cached and input: 15 + 85, of which 85 cost a tenth.
    [
      "the cache beside the input",
      { prompt_tokens: 15, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 85 } },
      15 * 0.25 + 85 * 0.025 + 5 * 2,
    ],
    [
      "reasoning beside the output",
      { prompt_tokens: 100, completion_tokens: 5, total_tokens: 605, completion_tokens_details: { reasoning_tokens: 500 } },
      100 * 0.25 + 505 * 2,
    ],
  ])("(%s) costs what it costs", async (_, usage, perMillion) => {
    await using server = await serve((_index, said) => good(said, usage));
    const { code } = await run(server.url);
    expect(code).toBe(0);
    const { summaries, spending } = JSON.parse(await readFile(join(path("runs"), "r", "results.json"), "utf8"));
    const prompted = summaries.find(({ approach }: { approach: string }) => approach.startsWith("prompt:"));
    expect(prompted.usdPerThousand.value).toBeCloseTo(perMillion / 1000, 9);
    expect(spending).toEqual({ paidUsd: expect.closeTo((15 * perMillion) / 1e6, 9), uncertainUsd: 0, uncertainRequests: 0 });
  });

  it("(all zeros) leaves the cost unknown, and the budget counts the worst", async () => {
    await using server = await serve((_index, said) => good(said, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }));
    const { code, err } = await run(server.url);
    expect(code).toBe(0);
    expect(err).toMatch(/15 of 15 rows were answered without a count of tokens/);
    expect(err).toMatch(/Paid for answers: \$0; at most \$\S+ more for 15 requests whose fate is unknown/);
    const results = await readFile(join(path("runs"), "r", "results.json"), "utf8");
    const { summaries, spending } = JSON.parse(results);
    expect(summaries.find(({ approach }: { approach: string }) => approach.startsWith("prompt:")).usdPerThousand).toBeNull();
    expect(spending).toMatchObject({ paidUsd: 0, uncertainRequests: 15 });
  });
});

describe("a limit a day", () => {
  it("is said with its reason and its time, and after the patience everything is kept", async () => {
    let isLimited = true;
    const refusal = error(429, "Rate limit reached for gpt-5-mini on requests per day (RPD): Limit 200, Used 200.", {
      "retry-after": "432",
    });
    await using server = await serve((index, said) => (isLimited && index >= 7 ? refusal : good(said, plain)));
    const stopped = await label(server.url, "--patience-seconds", "3", "-j", "4");
    expect(stopped.code).toBe(2);
    expect(stopped.err).toMatch(/requests per day.*Waiting: the service is tried again in/);
    expect(stopped.err).toMatch(/has answered nothing for[\s\S]*Go on with: crossover label/);
    expect(server.requests).toBeLessThan(20);
    isLimited = false;
    const asked = server.requests;
    expect((await label(server.url)).code).toBe(0);
    expect(server.requests - asked).toBe(36 - 7);
    expect(openBill(join(path("rows.labelled.csv.crossover"), "bill.jsonl")).paidUsd).toBeCloseTo(
      36 * (100 * 0.25 + 5 * 2) * 1e-6,
      9,
    );
  });
});

describe("a file of few rows that are all refused", () => {
  it("is not done", async () => {
    await using server = await serve(() => error(400, "No such thing"));
    const { code, err } = await label(server.url, "-n", "5");
    expect(code).toBe(2);
    expect(err).toMatch(/5 rows got no answer/);
  });
});
