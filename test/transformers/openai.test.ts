import { afterEach, describe, expect, it, vi } from "vitest";
import { type ChatCompletionRequest, openai } from "../../src/transformers/openai.js";
import { type Fault, startFaultyServer } from "../servers/faulty-openai.js";

afterEach(() => {
  vi.unstubAllEnvs();
  openai.apiKey = undefined;
});

const request: ChatCompletionRequest = {
  model: "gpt-4",
  messages: [{ role: "user", content: "Is this good or bad: I loved it" }],
  temperature: 0,
};

/** A server that goes wrong at its first requests, each in one of these ways. */
async function serverWith(...faults: readonly Fault[]) {
  const server = await startFaultyServer({
    keywords: { Positive: "loved" },
    otherwise: "Negative",
    fault: ({ index }) => faults[index],
  });
  vi.stubEnv("OPENAI_BASE_URL", server.url);
  vi.stubEnv("OPENAI_API_KEY", "sk-of-the-environment");
  return server;
}

describe("openai.ChatCompletion.create", () => {
  it("asks, and gives the answer in the API's form", async () => {
    await using server = await serverWith();
    expect(await openai.ChatCompletion.create(request)).toEqual({
      object: "chat.completion",
      model: "test-model-2026-01-01",
      choices: [{ index: 0, message: { role: "assistant", content: "Positive" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 100, completion_tokens: 2, total_tokens: 102 },
    });
    expect(server.requests[0]!.body).toMatchObject({ model: "gpt-4", messages: request.messages, temperature: 0 });
    expect(server.requests[0]!.authorization).toBe("Bearer sk-of-the-environment");
  });

  it("takes the key that the program sets", async () => {
    await using server = await serverWith();
    openai.apiKey = "sk-of-the-program";
    await openai.ChatCompletion.create(request);
    expect(server.requests[0]!.authorization).toBe("Bearer sk-of-the-program");
  });

  it("asks again where the service is busy or breaks off", async () => {
    await using server = await serverWith("429 with Retry-After", "closed connection");
    const response = await openai.ChatCompletion.create(request);
    expect(response.choices[0].message.content).toBe("Positive");
    expect(server.requests).toHaveLength(3);
  });

  it("says where an answer was cut off or refused", async () => {
    await using _ = await serverWith("cut off", "refusal");
    const reasons = [await openai.ChatCompletion.create(request), await openai.ChatCompletion.create(request)];
    expect(reasons.map(({ choices: [{ finish_reason: reason }] }) => reason)).toEqual(["length", "content_filter"]);
  });

  it("asks again where no answer comes in time", async () => {
    await using server = await serverWith("silence");
    const response = await openai.ChatCompletion.create({ ...request, timeout: 0.2 });
    expect(response.choices[0].message.content).toBe("Positive");
    expect(server.requests).toHaveLength(2);
  });

  it("says where the key is wrong, without showing it", async () => {
    await using _ = await serverWith("401");
    const refused = openai.ChatCompletion.create(request);
    await expect(refused).rejects.toThrow(/openai:gpt-4 answered 401.*Check OPENAI_API_KEY/);
    await expect(refused).rejects.not.toThrow("sk-of-the-environment");
  });

  it("stops at the caller's signal", async () => {
    await using _ = await serverWith("silence");
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(openai.ChatCompletion.create({ ...request, signal: stop.signal })).rejects.toThrow("enough");
  });

  it("says what to set where there is no key", async () => {
    vi.stubEnv("OPENAI_API_KEY", undefined);
    vi.stubEnv("OPENAI_BASE_URL", undefined);
    await expect(openai.ChatCompletion.create(request)).rejects.toThrow(
      "The API key of OpenAI is missing. Set the environment variable OPENAI_API_KEY, or openai.apiKey in the program",
    );
  });

  it.each([
    [{ temperature: 0.7 }, "The temperature is 0.7. Models are asked at 0 here"],
    [{ top_p: 0.5 }, 'ChatCompletion.create can\'t honor "top_p". It takes'],
    [{ messages: [] }, "ChatCompletion.create needs messages"],
    [{ model: "" }, "ChatCompletion.create needs a model"],
    [{ max_tokens: 0 }, "max_tokens is 0. Give a whole number above 0."],
  ])("refuses %o", async (part, message) => {
    // Callers without types.
    await expect(openai.ChatCompletion.create({ ...request, ...(part as object) })).rejects.toThrow(message);
  });
});
