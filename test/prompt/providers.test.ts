import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { LlmError } from "../../src/prompt/llm.js";
import { describeModel, resolveLlm } from "../../src/prompt/providers/resolve.js";
import { parseSpec } from "../../src/prompt/providers/spec.js";
import { promptTemplate, renderRequest } from "../../src/prompt/template.js";
import { startFaultyServer } from "../servers/faulty-openai.js";

const never = new AbortController().signal;
const template = promptTemplate({ labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false });
const request = renderRequest(template, [{ text: "win a prize", labels: ["spam"] }], "see you later", "json");

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a request of any provider
  readonly body: any;
}

/** Answers everything with one JSON, and hands the requests to `use`. */
async function withServer(
  reply: unknown,
  use: (url: string, received: readonly Received[]) => Promise<void>,
  status = 200,
): Promise<void> {
  const received: Received[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    received.push({ path: message.url ?? "", headers: message.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a spec", () => {
  it("is a provider and a model, whose name may hold colons", () => {
    expect(parseSpec("ollama:qwen3:8b")).toEqual({ provider: "ollama", model: "qwen3:8b" });
    expect(parseSpec("recorded:a/b.jsonl")).toEqual({ provider: "recorded", model: "a/b.jsonl" });
  });

  it.each([
    ["opnai:gpt-5", /"opnai" is not a provider. Did you mean "openai"\?.*anthropic/],
    ["gpt-5-mini", /without its provider. Did you mean "openai:gpt-5-mini"/],
    ["claude-haiku-4-5", /Did you mean "anthropic:claude-haiku-4-5"/],
    ["openai:", /names no model/],
    ["recorded:", /names no file/],
    ["", /is not a provider/],
  ])("%j is told what is wrong", (spec, message) => {
    expect(() => parseSpec(spec)).toThrow(message);
  });
});

describe("a model", () => {
  it("of OpenAI that is newer than the list counts as one that thinks, a fine-tuned one as what it was made of", () => {
    const isReasoning = (spec: string): boolean => describeModel(spec, { env: {} }).isReasoning;
    expect(["openai:gpt-7-nova", "openai:ft:gpt-5-mini:acme::1", "openai:ft:gpt-4o-mini:acme::1"].map(isReasoning)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    ["openai:gpt-5-mini", /Set OPENAI_API_KEY, or choose a model without a key: --llm local:smollm2, --llm ollama/],
    ["anthropic:claude-haiku-4-5", /Set ANTHROPIC_API_KEY/],
    ["google:gemini-2.5-flash", /Set GOOGLE_GENERATIVE_AI_API_KEY/],
  ])("%s needs a key to be asked, and none to be described", async (spec, message) => {
    expect(describeModel(spec, { env: {} }).price).not.toBeNull();
    await expect(resolveLlm(spec, { env: {} })).rejects.toThrow(message);
  });

  it("needs no key at an address of one's own, and none of Ollama", async () => {
    const own = await resolveLlm("openai:qwen", { env: { OPENAI_BASE_URL: "http://localhost:8080/v1/" } });
    expect(own).toMatchObject({
      baseUrl: "http://localhost:8080/v1",
      price: { input_cost_per_token: 0 },
      needs: ["OPENAI_BASE_URL", "network"],
    });
    const ollama = await resolveLlm("ollama:qwen3:8b", { env: {} });
    expect(ollama).toMatchObject({ baseUrl: "http://127.0.0.1:11434/v1", model: "qwen3:8b", warnings: [], needs: ["ollama"] });
  });

  it.each([
    ["0.0.0.0", "http://127.0.0.1:11434/v1"],
    ["box:1234", "http://box:1234/v1"],
    ["https://box.example", "https://box.example/v1"],
    ["http://box:1234/", "http://box:1234/v1"],
  ])("is found where OLLAMA_HOST=%s says", (host, url) => {
    expect(describeModel("ollama:m", { env: { OLLAMA_HOST: host } }).baseUrl).toBe(url);
  });

  it("warns where its price is not known, or where it is about to be retired", () => {
    expect(describeModel("openai:gpt-99", { env: {} })).toMatchObject({ price: null, isReasoning: true });
    expect(describeModel("openai:gpt-99", { env: {} }).warnings[0]).toMatch(/price of gpt-99 is not known/);
    expect(describeModel("google:gemini-2.0-flash", { env: {}, today: "2026-05-01" }).warnings[0]).toMatch(
      /will be retired on 2026-06-01, in 31 days/,
    );
  });

  it("is known to reason, or not", () => {
    const isReasoning = (spec: string): boolean => describeModel(spec, { env: {} }).isReasoning;
    expect(["openai:gpt-5-mini", "openai:o3", "openai:gpt-5.4-nano"].map(isReasoning)).toEqual([true, true, true]);
    expect(["openai:gpt-4o-mini", "openai:gpt-3.5-turbo", "openai:gpt-5-chat-latest"].map(isReasoning)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("OpenAI's protocol", () => {
  it("sends temperature 0 and a seed to models that take them, and neither to those that reason", async () => {
    await using server = await startFaultyServer({ keywords: { spam: "prize" }, otherwise: "ham" });
    const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url };
    for (const model of ["gpt-4o-mini", "gpt-5-mini", "some-model"])
      await (await resolveLlm(`openai:${model}`, { env })).complete(request, never);
    const [plain, reasoning, other] = server.requests.map(({ body }) => body);
    expect(plain).toMatchObject({ temperature: 0, seed: 0, max_tokens: template.maxOutputTokens });
    expect(reasoning).toMatchObject({ max_completion_tokens: template.maxOutputTokens });
    expect(reasoning).not.toHaveProperty("temperature");
    expect(reasoning).not.toHaveProperty("seed");
    expect(reasoning).not.toHaveProperty("max_tokens");
    expect(other).toMatchObject({
      temperature: 0,
      response_format: { type: "json_schema", json_schema: { schema: request.schema } },
    });
    expect(plain!.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
  });

  it("brings back text, model, usage with cached and reasoning tokens, and the time it took", async () => {
    const reply = {
      id: "x",
      created: 1,
      model: "gpt-5-mini-2025-08-07",
      choices: [{ index: 0, message: { role: "assistant", content: '{"label":"ham"}', refusal: null }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 88,
        completion_tokens: 74,
        prompt_tokens_details: { cached_tokens: 16 },
        completion_tokens_details: { reasoning_tokens: 64 },
      },
    };
    await withServer(reply, async (url) => {
      const llm = await resolveLlm("openai:gpt-5-mini", { env: { OPENAI_BASE_URL: `${url}/v1` } });
      const { completion } = await llm.complete(request, never);
      expect(completion).toMatchObject({
        text: '{"label":"ham"}',
        finish: "stop",
        servedBy: "gpt-5-mini-2025-08-07",
        usage: { inputTokens: 88, cachedInputTokens: 16, outputTokens: 74, reasoningTokens: 64 },
      });
      expect(completion.latencySeconds).toBeGreaterThan(0);
    });
  });

  it("does without a temperature once it is refused", async () => {
    const error = {
      error: { message: "Unsupported value: 'temperature' does not support 0 with this model.", type: "invalid_request_error" },
    };
    await withServer(
      error,
      async (url) => {
        const llm = await resolveLlm("openai:new-model", { env: { OPENAI_BASE_URL: `${url}/v1` } });
        expect(llm.parameters).toEqual({ temperature: 0, seed: 0 });
        await expect(llm.complete(request, never)).rejects.toMatchObject({ kind: "unsupported" });
        expect(llm.parameters).toEqual({ seed: 0 });
        // The same complaint about what is no longer sent is about the request.
        await expect(llm.complete(request, never)).rejects.toMatchObject({ kind: "request" });
      },
      400,
    );
  });

  it("reports no usage where the server does not", async () => {
    const reply = {
      id: "x",
      created: 1,
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: "ham" }, finish_reason: "stop" }],
    };
    await withServer(reply, async (url) => {
      const llm = await resolveLlm("ollama:m", { env: { OLLAMA_HOST: url } });
      expect((await llm.complete(request, never)).completion).toMatchObject({ text: "ham", usage: null });
    });
  });
});

describe("Anthropic's protocol", () => {
  const reply = {
    type: "message",
    id: "msg_1",
    role: "assistant",
    model: "claude-haiku-4-5-20251001",
    content: [{ type: "text", text: '{"label":"ham"}' }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 80, cache_read_input_tokens: 20, cache_creation_input_tokens: 0, output_tokens: 7 },
  };

  it("is spoken: key, system message, temperature, schema and usage in their places", async () => {
    await withServer(reply, async (url, received) => {
      const llm = await resolveLlm("anthropic:claude-haiku-4-5", {
        env: { ANTHROPIC_API_KEY: "secret", ANTHROPIC_BASE_URL: `${url}/v1` },
      });
      const { completion } = await llm.complete(request, never);
      expect(received[0]).toMatchObject({
        path: "/v1/messages",
        headers: { "x-api-key": "secret" },
        body: { model: "claude-haiku-4-5", temperature: 0 },
      });
      expect(received[0]!.body.system[0].text).toContain("- spam");
      expect(received[0]!.body.messages.map((message: { role: string }) => message.role)).toEqual(["user", "assistant", "user"]);
      expect(JSON.stringify(received[0]!.body)).toContain('"enum":["ham","spam"]');
      expect(completion).toMatchObject({
        text: '{"label":"ham"}',
        finish: "stop",
        usage: { inputTokens: 100, cachedInputTokens: 20, outputTokens: 7 },
      });
    });
  });

  it("sends no temperature to models that refuse one, and reads a refusal", async () => {
    await withServer({ ...reply, content: [], stop_reason: "refusal" }, async (url, received) => {
      const llm = await resolveLlm("anthropic:claude-sonnet-5", {
        env: { ANTHROPIC_API_KEY: "secret", ANTHROPIC_BASE_URL: `${url}/v1` },
      });
      expect((await llm.complete(request, never)).completion.finish).toBe("refused");
      expect(received[0]!.body).not.toHaveProperty("temperature");
    });
  });
});

describe("Google's protocol", () => {
  const reply = {
    candidates: [{ content: { role: "model", parts: [{ text: '{"label":"ham"}' }] }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 90, candidatesTokenCount: 6, thoughtsTokenCount: 30, totalTokenCount: 126 },
    modelVersion: "gemini-2.5-flash",
  };

  it("is spoken: key, temperature, schema, and thoughts counted as output", async () => {
    await withServer(reply, async (url, received) => {
      const env = { GOOGLE_GENERATIVE_AI_API_KEY: "secret", GOOGLE_GENERATIVE_AI_BASE_URL: `${url}/v1beta` };
      const { completion } = await (await resolveLlm("google:gemini-2.5-flash", { env })).complete(request, never);
      expect(received[0]!.path).toContain("/v1beta/models/gemini-2.5-flash:generateContent");
      expect(received[0]!.headers["x-goog-api-key"]).toBe("secret");
      expect(received[0]!.body.generationConfig).toMatchObject({ temperature: 0, seed: 0, responseMimeType: "application/json" });
      expect(completion).toMatchObject({
        text: '{"label":"ham"}',
        finish: "stop",
        usage: { inputTokens: 90, outputTokens: 36, reasoningTokens: 30 },
      });
    });
  });

  it("reads a refusal by its filter", async () => {
    await withServer({ ...reply, candidates: [{ finishReason: "SAFETY" }] }, async (url) => {
      const env = { GOOGLE_GENERATIVE_AI_API_KEY: "secret", GOOGLE_GENERATIVE_AI_BASE_URL: `${url}/v1beta` };
      expect((await (await resolveLlm("google:gemini-2.5-flash", { env })).complete(request, never)).completion.finish).toBe(
        "filtered",
      );
    });
  });

  it("tells a bad key from a bad request", async () => {
    const error = {
      error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" },
    };
    await withServer(
      error,
      async (url) => {
        const env = { GOOGLE_GENERATIVE_AI_API_KEY: "secret", GOOGLE_GENERATIVE_AI_BASE_URL: `${url}/v1beta` };
        const llm = await resolveLlm("google:gemini-2.5-flash", { env });
        const failed = await llm.complete(request, never).catch((thrown: unknown) => thrown);
        expect(failed).toBeInstanceOf(LlmError);
        expect(failed).toMatchObject({ kind: "key" });
      },
      400,
    );
  });
});
