import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { ServiceError, saidSeconds, toLlmError } from "../../../src/prompt/http/failure.js";
import type { LlmError } from "../../../src/prompt/llm.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { resolveLlm } from "../../../src/prompt/providers/resolve.js";
import { recordingContext } from "../../contract/approach.js";
import { failureOf, queries, train } from "../ask-server.js";

const caller = {
  card: { spec: "openai:m", provider: "openai", model: "m", baseUrl: "http://127.0.0.1:1/v1" },
  secrets: [],
  keyVariable: "OPENAI_API_KEY",
  addressVariable: "OPENAI_BASE_URL",
};
const failed = (statusCode: number, body: unknown): LlmError => {
  const responseBody = typeof body === "string" ? body : JSON.stringify(body);
  return toLlmError(new ServiceError(responseBody.slice(0, 500), { statusCode, responseBody }), caller) as LlmError;
};

describe("an account without money, in the words of", () => {
  it.each([
    [
      "OpenAI",
      429,
      {
        error: {
          message: "You exceeded your current quota, please check your plan and billing details.",
          code: "insufficient_quota",
        },
      },
    ],
    [
      "OpenAI's hard limit",
      400,
      { error: { message: "Billing hard limit has been reached", code: "billing_hard_limit_reached" } },
    ],
    [
      "OpenAI without billing",
      429,
      { error: { message: "Your account is not active, please check your billing details", code: "billing_not_active" } },
    ],
    [
      "Anthropic",
      400,
      { error: { message: "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing." } },
    ],
    [
      "Anthropic's limit",
      400,
      {
        error: {
          message: "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
        },
      },
    ],
    [
      "Anthropic's status",
      402,
      { type: "error", error: { type: "billing_error", message: "There is an issue with your billing." } },
    ],
    [
      "OpenRouter",
      402,
      { error: { message: "Insufficient credits. Add more using https://openrouter.ai/settings/credits", code: 402 } },
    ],
    [
      "OpenRouter's rest",
      402,
      { error: { message: "This request requires more credits, or fewer max_tokens. You can only afford 27." } },
    ],
    ["DeepSeek", 402, { error: { message: "Insufficient Balance", type: "unknown_error" } }],
    ["DeepSeek behind a proxy", 400, { error: { message: "DeepseekException - Insufficient Balance" } }],
    ["xAI", 403, { error: "Your newly created team doesn't have any credits yet." }],
    ["xAI's limit", 429, { error: "Your team has either used all available credits or reached its monthly spending limit." }],
    [
      "Google",
      429,
      { error: { message: "Your prepayment credits are depleted. Please go to AI Studio.", status: "RESOURCE_EXHAUSTED" } },
    ],
    [
      "Google without any share",
      429,
      {
        error: {
          message:
            "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro\nPlease retry in 20.04s.",
        },
      },
    ],
    [
      "LiteLLM",
      400,
      { error: { message: "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25", type: "budget_exceeded" } },
    ],
    ["LiteLLM's users", 429, { error: { message: "ExceededBudget: End User=x over budget. Spend=0.0008, Budget=0.0001" } }],
    ["Fireworks", 412, { error: { message: "Account x is suspended, possibly due to reaching the monthly spending limit" } }],
    [
      "Moonshot",
      429,
      {
        error: {
          message: "Your account is suspended, please check your plan and billing details",
          type: "exceeded_current_quota_error",
        },
      },
    ],
    ["Zhipu", 429, { error: { code: "1113", message: "余额不足或无可用资源包,请充值。" } }],
    [
      "Alibaba",
      400,
      { error: { code: "Arrearage", message: "Access denied, please make sure your account is in good standing." } },
    ],
    ["SiliconFlow", 403, { code: 30001, message: "Sorry, your account balance is insufficient" }],
    ["Hugging Face", 402, { error: "You have exceeded your monthly included credits for Inference Providers." }],
    ["a service without words", 402, ""],
    ["a proxy that answers 200", 200, { error: { code: 402, message: "Insufficient credits" } }],
  ])("%s stops everything", (_, status, body) => {
    const error = failed(status, body);
    expect([error.kind, error.isFatal, error.isPossiblyBilled]).toEqual(["credit", true, false]);
    expect(error.message).toContain("add credit and run again");
  });

  it.each([
    [
      "OpenAI's limit a day",
      "Rate limit reached for gpt-5-mini on requests per day (RPD): Limit 200. Please try again in 7m12s.",
      432,
    ],
    [
      "Groq",
      "Rate limit reached for model x on tokens per minute (TPM): Limit 6000. Please try again in 450ms. Upgrade your plan, visit billing",
      0.45,
    ],
    [
      "Google",
      "You exceeded your current quota, please check your plan and billing details. https://ai.google.dev/gemini-api/docs/rate-limits Please retry in 20.5s.",
      20.5,
    ],
    ["Azure", "Requests have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds.", 6],
    ["one that says nothing", "Too many requests", null],
  ])("%s is a limit that passes", (_, message, seconds) => {
    const error = failed(429, { error: { message } });
    expect([error.kind, error.isFatal, error.retryAfterSeconds]).toEqual(["limit", false, seconds]);
  });

  it("a text that is too long is its own fault", () => {
    expect(failed(400, { error: { message: "This model's maximum context length is 8192 tokens" } }).kind).toBe("request");
  });
});

it.each([
  ["Please try again in 1h2m3s.", 3723],
  ["retry after 90 minutes", 5400],
  ["try again in 20 ms", 0.02],
  ["try again later", null],
])("%j asks to wait %s s", (said, seconds) => {
  expect(saidSeconds(said)).toBe(seconds);
});

describe("a fault that never reached the service costs nothing:", () => {
  const worst = { input_cost_per_token: 1e-3, output_cost_per_token: 1e-3 };
  const prices = { asOf: "2026-01-01", source: "test", models: { m: worst } };
  const ask = async (provider: "openai" | "anthropic", url: string, key = "sk-x") => {
    const budget = createBudget(1e6);
    const name = provider === "openai" ? "OPENAI" : "ANTHROPIC";
    const context = recordingContext();
    const approach = prompt({
      llm: `${provider}:m`,
      env: { [`${name}_API_KEY`]: key, [`${name}_BASE_URL`]: url },
      prices: { ...prices, models: { m: worst, "anthropic/m": worst } },
      budget,
      attempts: 2,
      backoffSeconds: 0.001,
    });
    const asking = async (): Promise<void> => {
      await using predictor = await approach.fit(train, context);
      await predictor.predict(queries(12), context);
    };
    const error = await failureOf(asking());
    expect(error).toBeInstanceOf(UserError);
    return { spentUsd: budget.spentUsd, message: String(error) };
  };
  /** A port at which nothing listens any more. */
  const closedPort = async (): Promise<number> => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  };

  it.each(["openai", "anthropic"] as const)("nobody listens (%s)", async (provider) => {
    const { spentUsd, message } = await ask(provider, `http://127.0.0.1:${await closedPort()}/v1`);
    expect(spentUsd).toBe(0);
    expect(message).toContain("cannot be reached");
  });

  it.each(["openai", "anthropic"] as const)("no such host (%s)", async (provider) => {
    expect((await ask(provider, "http://no-such-host.invalid/v1")).spentUsd).toBe(0);
  });

  it.each(["openai", "anthropic"] as const)("the other side speaks no TLS (%s)", async (provider) => {
    const server = createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      expect((await ask(provider, `https://127.0.0.1:${port}/v1`)).spentUsd).toBe(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each(["openai", "anthropic"] as const)("a key with a line feed (%s), which is said and not shown", async (provider) => {
    // A request is refused before anything is sent, wherever it would have gone.
    const { spentUsd, message } = await ask(provider, "http://127.0.0.1:9/v1", "sk-secret\nvalue");
    expect(spentUsd).toBe(0);
    expect(message).toContain("_API_KEY");
    expect(message).not.toContain("secret");
  });

  it("a connection that broke off after the request was sent may have cost something", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.destroy())).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      const llm = await resolveLlm("openai:m", { env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` } });
      const request = { messages: [{ role: "user", content: "x" }], maxOutputTokens: 5 } as const;
      const error = await failureOf(llm.complete(request, new AbortController().signal));
      expect(error).toMatchObject({ kind: "connection", isPossiblyBilled: true });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
