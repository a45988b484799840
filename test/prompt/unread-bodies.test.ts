/** Bodies that come in place of an answer, or around one. */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createBudget } from "../../src/prompt/client/budget.js";
import { ServiceError, toLlmError } from "../../src/prompt/http/failure.js";
import type { LlmError } from "../../src/prompt/llm.js";
import { prompt } from "../../src/prompt/prompt.js";
import type { Prediction } from "../../src/types/prediction.js";
import { recordingContext } from "../contract/approach.js";
import { failureOf, key, queries, train } from "./ask-server.js";

const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 };
const choice = (label: string, index = 0) => ({
  index,
  message: { role: "assistant", content: JSON.stringify({ label }) },
  finish_reason: "stop",
});
const answer = JSON.stringify({ model: "m", choices: [choice("refund")], usage });
const page = "<!DOCTYPE html>\n<html><head><title>Sign in to\n the network</title></head><body>Your account</body></html>";

type Reply = (response: ServerResponse, number: number) => void;
const send =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Reply =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);

/** What 30 rows become, and how many requests were made. */
async function ask(reply: Reply) {
  let requests = 0;
  const server = createServer((message, response) => {
    message.resume().on("end", () => {
      if (message.method === "GET") response.writeHead(404).end();
      else reply(response, requests++);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const context = recordingContext();
    const budget = createBudget(10);
    const approach = prompt({
      llm: "openai:gpt-4o-mini",
      env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: url },
      backoffSeconds: 0.002,
      maxConcurrency: 4,
      budget,
    });
    await using predictor = await approach.fit(train, context);
    const asked: Promise<readonly Prediction[]> = predictor.predict(queries(30), context);
    const error = await failureOf(asked);
    return {
      answers: error === undefined ? (await asked).map(({ answer }) => answer?.[0]) : [],
      words: String(error),
      requests,
      budget,
    };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("an answer", () => {
  it.each([
    ["packed though nobody asked for it", send(gzipSync(answer), { "content-encoding": "gzip" })],
    ["packed by brotli", send(brotliCompressSync(answer), { "content-encoding": "br" })],
    ["that only says to be packed", send(answer, { "content-encoding": "gzip" })],
    ["behind a mark of UTF-8", send(`\uFEFF${answer}`)],
    ["with a number that JSON does not have", send(answer.replace('"index":0', '"index":0,"score":NaN,"other":-Infinity'))],
    [
      "whose first choice stands second",
      send(JSON.stringify({ model: "m", choices: [choice("login", 1), choice("refund")], usage })),
    ],
    ["with two choices of one index", send(JSON.stringify({ model: "m", choices: [choice("refund"), choice("login")], usage }))],
  ])("(%s) is read", async (_, reply) => {
    const { answers, requests, budget } = await ask(reply);
    expect(answers).toEqual(Array(30).fill("refund"));
    expect(requests).toBe(30);
    expect(budget.uncertainUsd).toBe(0);
  });

  it("whose count of tokens no model can have used costs what it can cost at most", async () => {
    const { budget, answers } = await ask(send(answer.replace('"prompt_tokens":100', '"prompt_tokens":1000000000000')));
    expect(answers).toHaveLength(30);
    expect(budget.spentUsd).toBeLessThan(10);
    expect(budget.uncertainUsd).toBeGreaterThan(0);
  });
});

describe("a service that sends what is no answer, from the first request on,", () => {
  it.each([
    ["nothing", send(""), /an empty body/],
    ["no content", send("", {}, 204), /an empty body/],
    ["half a JSON", send(answer.slice(0, 60)), /not JSON/],
    ["broken packing", send(gzipSync(answer).subarray(0, 40), { "content-encoding": "gzip" }), /not JSON/],
    ["events", send(`data: ${answer}\n\ndata: [DONE]\n\n`, { "content-type": "text/event-stream" }), /stream of events/],
    ["an error of its own", send('{"error":{"message":"upstream is gone"}}'), /upstream is gone/],
    ["a word to the anonymous", send('{"detail":"Not authenticated"}'), /Not authenticated/],
    ["a broken connection", ((response) => void response.destroy()) satisfies Reply, /cannot be reached/],
  ])("(%s) is not asked until the budget is gone", async (_, reply, words) => {
    const { words: said, requests, budget } = await ask(reply);
    expect(said).toMatch(words);
    expect(requests).toBeLessThan(60);
    expect(budget.spentUsd).toBeLessThan(1);
  });

  it("a page to log in on, is told by its title", async () => {
    const { words, requests } = await ask(send(page, { "content-type": "text/html" }));
    expect(words).toContain("Sign in to the network");
    expect(words).not.toContain("<");
    expect(words).toContain("OPENAI_BASE_URL");
    expect(requests).toBeLessThan(60);
  });

  it("also where the page comes with a refusal", async () => {
    const { words } = await ask(send(page, { "content-type": "text/html" }, 403));
    expect(words).toMatch(/403.*Sign in to the network/);
    expect(words).not.toContain("<");
  });
});

it("a page is told by its title whatever a library says of it", () => {
  const error = toLlmError(new ServiceError("Invalid JSON response", { statusCode: 200, responseBody: page }), {
    card: { spec: "anthropic:m", provider: "anthropic", model: "m", baseUrl: "http://127.0.0.1:1/v1" },
    secrets: [],
    keyVariable: "ANTHROPIC_API_KEY",
    addressVariable: "ANTHROPIC_BASE_URL",
  }) as LlmError;
  expect(error.kind).toBe("page");
  expect(error.message).toContain('sent a web page ("Sign in to the network") in place of an answer');
});

describe("a service whose account is empty, with a status of success,", () => {
  it.each([
    '{"code":1113,"msg":"Your account is in arrears, please recharge and try again"}',
    '{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}',
    '{"error":{"code":402,"message":"Insufficient credits"}}',
  ])("is stopped at once: %s", async (body) => {
    const { words, requests, budget } = await ask(send(body));
    expect(words).toMatch(/add credit/);
    expect(requests).toBeLessThan(20);
    expect(budget.spentUsd).toBe(0);
  });
});
