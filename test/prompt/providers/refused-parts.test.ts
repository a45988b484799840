import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prompt } from "../../../src/prompt/prompt.js";
import { refusedParts, saidOutputLimit } from "../../../src/prompt/providers/refused-parts.js";
import { openResponseCache } from "../../../src/store/response-cache.js";
import { recordingContext } from "../../contract/approach.js";
import type { ReceivedRequest, Refusal } from "../../servers/faulty-openai.js";
import { failureOf, key, queries, run, serve, train, truth } from "../ask-server.js";

type Body = ReceivedRequest["body"];

const openai = (message: string, rest: object = {}, status = 400): Refusal => ({
  status,
  body: { error: { message, type: "invalid_request_error", param: null, code: null, ...rest } },
});
const hasSystem = ({ messages }: Body): boolean => messages.some(({ role }) => role === "system");

/** A service that refuses what `is` true of, in its words. */
const refusing =
  (is: (body: Body) => boolean, refusal: Refusal) =>
  ({ body }: ReceivedRequest): Refusal | undefined =>
    is(body) ? refusal : undefined;

const answers = ({ predictions }: { predictions: readonly { readonly answer: readonly string[] | null }[] }) =>
  predictions.map(({ answer }) => answer?.[0]);

describe("a part that a service refuses", () => {
  const cases: readonly [name: string, model: string, is: (body: Body) => boolean, refusal: Refusal, note: RegExp | null][] = [
    [
      "a schema with too many states",
      "gpt-4o-mini",
      (body) => body.response_format !== undefined,
      openai("The specified schema produces a constraint that has too many states for serving."),
      /takes no schema/,
    ],
    [
      "a schema in the words of another service",
      "some-model",
      (body) => body.response_format !== undefined,
      {
        status: 422,
        body: { detail: [{ type: "extra_forbidden", loc: ["body", "response_format"], msg: "Extra inputs are not permitted" }] },
      },
      /takes no schema/,
    ],
    [
      "max_tokens, of a deployment whose name says nothing",
      "my-deployment",
      (body) => body.max_tokens !== undefined,
      openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", {
        param: "max_tokens",
        code: "unsupported_parameter",
      }),
      null,
    ],
    [
      "max_completion_tokens, of a proxy that does not know it",
      "gpt-5-mini",
      (body) => body.max_completion_tokens !== undefined,
      { status: 422, body: { detail: [{ loc: ["body", "max_completion_tokens"], msg: "Extra inputs are not permitted" }] } },
      null,
    ],
    [
      "a temperature",
      "some-model",
      (body) => body.temperature !== undefined,
      openai("temperature must be strictly positive"),
      /takes no temperature/,
    ],
    ["a seed", "some-model", (body) => body.seed !== undefined, openai("Unrecognized request argument supplied: seed"), null],
    ["a message of the system", "some-model", hasSystem, openai("System role not supported"), /takes no system message/],
    [
      "a message of the system, in Gemma's words",
      "some-model",
      hasSystem,
      openai("Conversation roles must alternate user/assistant/user/assistant/..."),
      /takes no system message/,
    ],
    [
      "a message of the developer",
      "gpt-5-mini",
      ({ messages }) => messages.some(({ role }) => role === "developer"),
      openai("Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user' for messages[0].role.", {
        param: "messages[0].role",
      }),
      null,
    ],
  ];
  it.each(cases)("is left out or put otherwise, once and for all: %s", async (_, model, is, refusal, note) => {
    await using server = await serve({ refusal: refusing(is, refusal) });
    const rows = queries(12);
    const asked = await run(server, rows, { model, attempts: 2, maxConcurrency: 4 });
    expect(answers(asked)).toEqual(rows.map(truth));
    const refused = server.requests.filter(({ body }) => is(body)).length;
    expect(refused).toBeGreaterThan(0);
    // Only those that were open together when the first refusal came.
    expect(refused).toBeLessThanOrEqual(4);
    expect(server.requests).toHaveLength(12 + refused);
    const told = asked.notes.filter((each) => /takes no/.test(each));
    expect(told).toHaveLength(note === null ? 0 : 1);
    if (note !== null) expect(told[0]).toMatch(note);
  });

  it("keeps what the system had to say, and the texts apart", async () => {
    await using server = await serve({ refusal: refusing(hasSystem, openai("System role not supported")) });
    await run(server, queries(1));
    const { messages } = server.requests.at(-1)!.body;
    expect(messages.map(({ role }) => role)).toEqual(["user"]);
    expect(messages[0]!.content).toMatch(/- refund: wants money back[\s\S]*<text-\w+>\nmoney please 0/);
  });

  it("is asked for up to the limit that the model has", async () => {
    const most = 40;
    await using server = await serve({
      refusal: refusing(
        (body) => (body.max_completion_tokens ?? 0) > most,
        openai(`max_tokens is too large: 4143. This model supports at most ${most} completion tokens.`, { param: "max_tokens" }),
      ),
    });
    expect(answers(await run(server, queries(3), { model: "gpt-5-mini", maxConcurrency: 1 }))).toEqual(queries(3).map(truth));
    expect(server.requests.map(({ body }) => body.max_completion_tokens! > most)).toEqual([true, false, false, false]);
  });

  it("may be several, one after the other, whatever the number of attempts", async () => {
    await using server = await serve({
      refusal: ({ body }) => {
        if (body.max_tokens !== undefined) return openai("Unsupported parameter: 'max_tokens'");
        if (body.temperature !== undefined) return openai("Unsupported value: 'temperature' does not support 0 with this model.");
        if (body.seed !== undefined) return openai("Unsupported parameter: 'seed'");
        return body.response_format === undefined ? undefined : openai("Unsupported parameter: 'response_format'");
      },
    });
    expect(answers(await run(server, queries(2), { model: "some-model", attempts: 1, maxConcurrency: 1 }))).toEqual([
      "refund",
      "login",
    ]);
    expect(server.requests).toHaveLength(6);
  });

  it("that is named, but was not sent, is about the request", async () => {
    await using server = await serve({ refusal: () => openai("Unsupported parameter: 'logprobs'") });
    const { predictions } = await run(server, queries(2), { maxConcurrency: 1 });
    expect(predictions.map(({ failure }) => failure)).toEqual(["error", "error"]);
    expect(server.requests).toHaveLength(2);
  });

  it("is known to the next approach of the run, and to no other run", async () => {
    await using server = await serve({
      refusal: refusing((body) => body.max_tokens !== undefined, openai("'max_tokens' is not supported")),
    });
    const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url };
    await run(server, queries(2), { model: "m", env, maxConcurrency: 1 });
    await run(server, queries(2), { model: "m", env, maxConcurrency: 1, method: "cot" });
    expect(server.requests).toHaveLength(5);
    await run(server, queries(1), { model: "m", maxConcurrency: 1 });
    expect(server.requests).toHaveLength(7);
  });

  it("has answers stored as they were asked for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-refused-"));
    try {
      await using server = await serve({
        refusal: refusing(({ temperature }) => temperature !== undefined, openai("temperature is not supported")),
      });
      await using cache = await openResponseCache(join(folder, "answers.db"));
      const rows = queries(8);
      await run(server, rows, { model: "m", cache, maxConcurrency: 8 });
      expect(await cache.count()).toBe(8);
      const before = server.requests.length;
      // Another run learns it again, and finds every answer.
      const again = await run(server, rows, { model: "m", cache, maxConcurrency: 1 });
      expect(server.requests.length - before).toBe(1);
      expect(answers(again)).toEqual(rows.map(truth));
      // One that takes a temperature is another request.
      await using other = await serve({ refusal: () => undefined });
      expect((await run(other, rows, { model: "m", cache })).predictions.every(({ isCached }) => isCached)).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("does not touch what a plan says of a prompt", async () => {
    await using server = await serve({
      refusal: refusing((body) => body.response_format !== undefined, openai("response_format is unavailable")),
    });
    const context = recordingContext();
    const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url };
    const approach = prompt({ llm: "openai:m", env, backoffSeconds: 0.002 });
    await using predictor = await approach.fit(train, context);
    const planned = predictor.facts.promptTokens;
    await predictor.predict(queries(1), context);
    // Words for JSON are other words.
    expect(predictor.facts.promptTokens).not.toBe(planned);
    const files = await predictor.files();
    expect(JSON.parse(new TextDecoder().decode(files.get("prompt.json"))).answerForm).toBe("text");
  });
});

describe("a refusal that names no part", () => {
  const vague = openai("Request contains an invalid argument.", { status: "INVALID_ARGUMENT" });
  const shape = ({ body }: ReceivedRequest): string =>
    [
      body.response_format && "schema",
      body.seed !== undefined && "seed",
      body.temperature !== undefined && "temperature",
      hasSystem(body) && "system",
      body.max_tokens !== undefined && "max_tokens",
    ]
      .filter(Boolean)
      .join(" ");

  it("has the schema left out first", async () => {
    await using server = await serve({ refusal: refusing((body) => body.response_format !== undefined, vague) });
    const asked = await run(server, queries(6), { model: "m", maxConcurrency: 1 });
    expect(answers(asked)).toEqual(queries(6).map(truth));
    expect(server.requests.map(shape)).toEqual([
      "schema seed temperature system max_tokens",
      // Tried out, then asked in the words for it, and all others so.
      ...new Array(7).fill("seed temperature system max_tokens"),
    ]);
    expect(asked.notes.filter((note) => /takes no schema/.test(note))).toHaveLength(1);
  });

  it("may have the status of a model that is not there", async () => {
    const message = "No endpoints found that can handle the requested parameters.";
    await using server = await serve({
      refusal: refusing((body) => body.response_format !== undefined, { status: 404, body: { error: { code: 404, message } } }),
    });
    expect(answers(await run(server, queries(4), { model: "m" }))).toEqual(queries(4).map(truth));
  });

  it("has parts tried one by one, and keeps those that are taken", async () => {
    await using server = await serve({ refusal: refusing(({ temperature }) => temperature !== undefined, vague) });
    expect(answers(await run(server, queries(4), { model: "m", maxConcurrency: 1 }))).toEqual(queries(4).map(truth));
    expect(server.requests.map(shape)).toEqual([
      "schema seed temperature system max_tokens",
      "seed temperature system max_tokens",
      "schema temperature system max_tokens",
      ...new Array(5).fill("schema seed system max_tokens"),
    ]);
  });

  it("has all parts left out where no single one helps", async () => {
    const is = (body: Body): boolean => body.seed !== undefined || body.response_format !== undefined;
    await using server = await serve({ refusal: refusing(is, vague) });
    expect(answers(await run(server, queries(3), { model: "m", maxConcurrency: 1 }))).toEqual(queries(3).map(truth));
    // The first one, five parts alone, and all of them.
    expect(server.requests).toHaveLength(1 + 5 + 1 + 3);
    for (const { body } of server.requests.slice(-3)) {
      expect(body).not.toHaveProperty("seed");
      expect(body).not.toHaveProperty("response_format");
    }
  });

  it("is tried by one request at a time", async () => {
    await using server = await serve({
      latencyMs: 5,
      refusal: refusing(({ seed }) => seed !== undefined, vague),
    });
    const rows = queries(40);
    expect(answers(await run(server, rows, { model: "m", maxConcurrency: 8 }))).toEqual(rows.map(truth));
    // Those that were open together, two that were tried, and the answers.
    expect(server.requests.length).toBeLessThanOrEqual(8 + 2 + 40);
  });

  it("is about the text where others were answered", async () => {
    await using server = await serve({ refusal: ({ body }) => (JSON.stringify(body).includes("lost 3") ? vague : undefined) });
    const { predictions } = await run(server, queries(6), { model: "m", maxConcurrency: 1 });
    expect(predictions.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined, "error", undefined, undefined]);
    expect(server.requests).toHaveLength(6);
  });

  it("is about the text where nothing helps: the others are asked as before", async () => {
    await using server = await serve({ refusal: ({ body }) => (JSON.stringify(body).includes("please 0") ? vague : undefined) });
    const { predictions } = await run(server, queries(4), { model: "m", maxConcurrency: 1 });
    expect(predictions.map(({ failure }) => failure)).toEqual(["error", undefined, undefined, undefined]);
    // Five parts, each alone, and all of them.
    expect(server.requests).toHaveLength(1 + 6 + 3);
    expect(server.requests.map(shape).slice(-3)).toEqual(new Array(3).fill("schema seed temperature system max_tokens"));
  });

  it("ends where everything is refused", async () => {
    await using server = await serve({ refusal: () => vague });
    expect(String(await failureOf(run(server, queries(100), { model: "m" })))).toMatch(
      /first 10 requests to openai:m all failed/,
    );
    expect(server.requests.length).toBeLessThan(40);
  });
});

describe("what is no refusal of a part", () => {
  it.each([
    [
      "a text that is too long",
      openai(
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion: max_tokens).",
        { code: "context_length_exceeded" },
      ),
      1,
      /context length/,
    ],
    ["a key", openai("Invalid API key not valid. Please pass a valid API key.", {}), 1, /Check OPENAI_API_KEY/],
    ["a model", openai("The model `m` does not exist", { code: "model_not_found" }), 1, /Check the model's name/],
    ["a model of which nothing is known", openai("m is not a valid model ID"), 1, /Check the model's name/],
    ["an empty account", openai("Your credit balance is too low to access the API."), 1, /add credit/],
  ])("%s", async (_, refusal, requests, message) => {
    await using server = await serve({ refusal: () => refusal });
    const asked = await run(server, queries(1), { model: "m", maxConcurrency: 1 }).catch((error: unknown) => ({
      notes: [String(error)],
    }));
    expect(asked.notes.join("\n")).toMatch(message);
    expect(server.requests).toHaveLength(requests);
  });

  it.each([
    [400, "prompt is too long: 210000 tokens > 200000 maximum", null],
    [400, "Input tokens exceed the configured limit of 272000 tokens", null],
    [413, "Payload too large", null],
    [429, "temperature", null],
    [500, "response_format", null],
    [400, "Bad Request", []],
    [400, "Developer instruction is not enabled for models/gemma-3-27b-it", ["role"]],
    [400, "JSON mode is not enabled for models/gemma-3-27b-it", ["structure"]],
    [400, "This response_format type is unavailable now", ["structure"]],
    [400, "`temperature` and `top_p` cannot both be specified", ["temperature"]],
    [404, "The model does not exist", null],
  ])("%i %j names %j", (status, message, parts) => {
    expect(refusedParts(status, message, undefined)).toEqual(parts);
  });

  it.each([
    ["max_tokens is too large: 5000. This model supports at most 4096 completion tokens", 4096],
    ["max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for claude", 8192],
    ["max_tokens must be less than or equal to `8192`, the maximum value for `max_tokens`", 8192],
    ["max_completion_tokens=4156 cannot be greater than max_model_len=2048. Please request fewer output tokens.", 2048],
    ["Unsupported parameter: 'max_tokens'", null],
  ])("%j tells of a limit of %j", (message, limit) => {
    expect(saidOutputLimit(message)).toBe(limit);
  });
});

describe("JSON that a service finds fault with (Groq's json_validate_failed)", () => {
  const failed = (generation: string): Refusal =>
    openai("Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.", {
      code: "json_validate_failed",
      failed_generation: generation,
    });

  it("is asked for again, with a schema as before", async () => {
    const seen = new Set<string>();
    const isFirst = (text: string): boolean => !seen.has(text) && seen.add(text).has(text);
    await using server = await serve({ refusal: ({ lastMessage }) => (isFirst(lastMessage) ? failed("") : undefined) });
    const rows = queries(6);
    expect(answers(await run(server, rows))).toEqual(rows.map(truth));
    expect(server.requests).toHaveLength(12);
    expect(server.requests.every(({ body }) => body.response_format !== undefined)).toBe(true);
  });

  it.each([
    ["refund", "refund"],
    ['The text asks for money: {"label": "refund"}', "refund"],
    ['{"label": "ref', "truncated"],
  ])("is read where it fails again: %j", async (generation, expected) => {
    await using server = await serve({ refusal: () => failed(generation) });
    const { predictions } = await run(server, queries(1));
    expect(predictions[0]!.answer?.[0] ?? predictions[0]!.failure).toBe(expected);
    expect(server.requests).toHaveLength(2);
  });
});

it("Google's schema with too many states is left out", async () => {
  const bodies: { generationConfig?: { responseSchema?: unknown; responseMimeType?: string } }[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    bodies.push(body);
    const isRefused = body.generationConfig?.responseMimeType === "application/json";
    response.writeHead(isRefused ? 400 : 200, { "content-type": "application/json" });
    const error = {
      code: 400,
      message: "The specified schema produces a constraint that has too many states for serving.",
      status: "INVALID_ARGUMENT",
    };
    const answer = { candidates: [{ content: { parts: [{ text: "refund" }] }, finishReason: "STOP" }] };
    response.end(JSON.stringify(isRefused ? { error } : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1beta`;
    const context = recordingContext();
    const env = { GOOGLE_GENERATIVE_AI_API_KEY: "k", GOOGLE_GENERATIVE_AI_BASE_URL: url };
    const approach = prompt({ llm: "google:gemini-2.5-flash", env, maxConcurrency: 1 });
    await using predictor = await approach.fit(train, context);
    const predictions = await predictor.predict(queries(3), context);
    expect(predictions.map(({ answer }) => answer)).toEqual(new Array(3).fill(["refund"]));
    expect(bodies).toHaveLength(4);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
