import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { recordingContext } from "../../contract/approach.js";
import { type RedirectingServer, startRedirecting } from "../../servers/redirecting.js";
import { failureOf, key, queries, serve, train } from "../ask-server.js";
import { runBatches, serveBatches } from "../batch/ask-batches.js";

const [openai, anthropic, google, ollama] = [
  "openai:gpt-4o-mini",
  "anthropic:claude-haiku-4-5",
  "google:gemini-2.5-flash",
  "ollama:qwen3:8b",
];

let elsewhere: RedirectingServer;
beforeEach(async () => {
  elsewhere = await startRedirecting({ status: 200, leadTo: () => null });
});
afterEach(() => elsewhere[Symbol.asyncDispose]());

function environment(origin: string): Record<string, string> {
  return {
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: `${origin}/v1`,
    ANTHROPIC_API_KEY: key,
    ANTHROPIC_BASE_URL: `${origin}/v1`,
    GOOGLE_GENERATIVE_AI_API_KEY: key,
    GOOGLE_GENERATIVE_AI_BASE_URL: `${origin}/v1beta`,
    OLLAMA_HOST: origin,
  };
}

async function failureOfAsking(llm: string, origin: string, spent = createBudget(1)): Promise<string> {
  const context = recordingContext();
  const approach = prompt({ llm, env: environment(origin), budget: spent, backoffSeconds: 0.002, maxConcurrency: 4 });
  await using predictor = await approach.fit(train, context);
  const error = await failureOf(predictor.predict(queries(30), context));
  expect(error).toBeInstanceOf(UserError);
  return String(error);
}

describe.each([openai, anthropic, google, ollama])("a redirect of %s to another origin", (llm) => {
  it.each([301, 302, 303, 307, 308])("with %d takes neither key nor text there, costs nothing, and is told", async (status) => {
    await using server = await startRedirecting({ status, leadTo: () => `${elsewhere.origin}/steal?token=t0psecret` });
    const budget = createBudget(1);
    const message = await failureOfAsking(llm, server.origin, budget);
    expect(elsewhere.requests).toEqual([]);
    // Fatal: no more are sent than were open at once.
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect(budget.spentUsd).toBe(0);
    expect(message).toContain(elsewhere.origin);
    expect(message).toMatch(/(_BASE_URL|OLLAMA_HOST)/);
    for (const hidden of [key, "steal", "t0psecret"]) expect(message).not.toContain(hidden);
  });
});

it.each([openai, anthropic, google, ollama])(
  "what counts as another origin, asking %s: host, port and scheme, however the address is written",
  async (llm) => {
    const { port } = new URL(elsewhere.origin);
    for (const target of [
      `//localhost:${port}/x`,
      `https://127.0.0.1:${port}/x`,
      "ftp://127.0.0.1/x",
      "data:,x",
      "file:///etc/hosts",
    ]) {
      await using server = await startRedirecting({ status: 307, leadTo: () => target });
      const { host, protocol } = new URL(target, server.origin);
      expect(await failureOfAsking(llm, server.origin)).toContain(host || protocol);
    }
    expect(elsewhere.requests).toEqual([]);
  },
);

it.each([openai, anthropic, google, ollama])(
  "a redirect of %s that leads nowhere or in a circle ends, and is told",
  async (llm) => {
    for (const target of ["", "http://", "/v1/again"]) {
      await using server = await startRedirecting({ status: 308, leadTo: () => target });
      expect(await failureOfAsking(llm, server.origin)).toMatch(/answered 308: it redirects/);
      expect(server.requests.length).toBeLessThanOrEqual(24);
    }
  },
);

it.each([
  [307, true],
  [308, true],
  [301, false],
  [302, false],
  [303, false],
])("a redirect with %d within its origin keeps a question a POST, or is refused", async (status, isFollowed) => {
  await using llm = await serve();
  const moved = (request: string): string | null => (request.startsWith("POST /old/") ? request.replace("POST /old", "") : null);
  await using server = await startRedirecting({ status, leadTo: moved, behind: new URL(llm.url).origin });
  const approach = prompt({ llm: openai!, env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${server.origin}/old/v1` } });
  const context = recordingContext();
  await using predictor = await approach.fit(train, context);
  const predicted = predictor.predict(queries(2), context);
  if (isFollowed) expect((await predicted).map(({ answer }) => answer?.[0])).toEqual(["refund", "login"]);
  else expect(String(await failureOf(predicted))).toMatch(new RegExp(`answered ${status}: it redirects`));
});

describe.each([openai, anthropic])("batches of %s", (llm) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossover-redirects-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const steps: readonly (readonly [step: string, request: RegExp])[] =
    llm === openai
      ? [
          ["the upload", /^POST \/v1\/files/],
          ["the order", /^POST \/v1\/batches/],
          ["the question how far it is", /^GET \/v1\/batches\/[^/]+$/],
          ["the answers", /^GET \/v1\/files\/[^/]+\/content/],
        ]
      : [
          ["the order", /^POST \/v1\/messages\/batches/],
          ["the question how far it is", /^GET \/v1\/messages\/batches\/[^/]+$/],
          ["the answers", /^GET \/v1\/messages\/batches\/[^/]+\/results/],
        ];

  it.each(steps)("send nothing elsewhere where %s is redirected, and go on later", async (_, meant) => {
    await using service = await serveBatches();
    let isRedirecting = true;
    for (const status of [302, 307, 308]) {
      await using server = await startRedirecting({
        status,
        leadTo: (request) => (isRedirecting && meant.test(request) ? `${elsewhere.origin}/steal?token=t0psecret` : null),
        behind: new URL(service.url).origin,
      });
      const env = environment(server.origin);
      isRedirecting = true;
      const error = await failureOf(runBatches(service, queries(4), folder, { llm, env }));
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toContain(elsewhere.origin);
      expect(String(error)).not.toMatch(/steal|t0psecret/);
      expect(String(error)).not.toContain(key);
      expect(server.requests.filter((request) => meant.test(request))).toHaveLength(1);
      isRedirecting = false;
      const { predictions } = await runBatches(service, queries(4), folder, { llm, env });
      expect(predictions.map(({ answer }) => answer?.[0])).toEqual(["refund", "login", "refund", "login"]);
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it("follow the answers to another path of the same service", async () => {
    await using service = await serveBatches();
    const [, meant] = steps.at(-1)!;
    await using server = await startRedirecting({
      status: 302,
      leadTo: (request) => (meant.test(request) && !request.includes("?") ? `${request.replace("GET ", "")}?at=home` : null),
      behind: new URL(service.url).origin,
    });
    const { predictions } = await runBatches(service, queries(2), folder, { llm, env: environment(server.origin) });
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(["refund", "login"]);
  });
});
