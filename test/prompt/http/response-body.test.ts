import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { readResponseBody } from "../../../src/prompt/http/response-body.js";
import { resolveLlm } from "../../../src/prompt/providers/resolve.js";
import { promptTemplate, renderRequest } from "../../../src/prompt/template.js";
import { answerBodies, faultyBodies } from "../../servers/answer-bodies.js";

const request = renderRequest(
  promptTemplate({ labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false }),
  [],
  "x",
  "text",
);

async function answeredLive(spec: string, reply: unknown, status = 200) {
  const server = createServer((message, response) => {
    message.resume();
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    OPENAI_BASE_URL: `${url}/v1`,
    ANTHROPIC_BASE_URL: `${url}/v1`,
    ANTHROPIC_API_KEY: "k",
    GOOGLE_GENERATIVE_AI_BASE_URL: `${url}/v1beta`,
    GOOGLE_GENERATIVE_AI_API_KEY: "k",
  };
  try {
    const llm = await resolveLlm(spec, { env });
    return (await llm.complete(request, new AbortController().signal)).completion;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("the body of a response", () => {
  it.each(answerBodies)("is read: $name", async ({ body, said, spec = "openai:some-model" }) => {
    expect(readResponseBody(body)).toMatchObject(said);
    expect(await answeredLive(spec, body)).toMatchObject(said);
  });

  it.each(faultyBodies)("is a fault of the service: $name", async ({ body, kind, words }) => {
    expect(readResponseBody(body)).toHaveProperty("fault");
    await expect(answeredLive("openai:some-model", body)).rejects.toMatchObject({
      kind,
      isRetryable: true,
      message: expect.stringContaining(words),
    });
  });

  it.each([[{}], [null], ["text"], [[]], [{ choices: [] }], [{ id: "x", data: [1] }]])("is none in %j", (body) => {
    expect(readResponseBody(body)).toBeNull();
  });

  it.each([
    [
      "openai:m",
      400,
      {
        error: {
          message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          code: "content_filter",
        },
      },
    ],
    [
      "openai:m",
      400,
      {
        error: {
          message: "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
          code: "invalid_prompt",
        },
      },
    ],
    [
      "openai:m",
      403,
      { error: { code: 403, message: 'Your chosen model requires moderation and your input was flagged for "violence"' } },
    ],
    ["openai:m", 403, { error: "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO" }],
    ["openai:m", 400, { error: { message: "Content Exists Risk", type: "invalid_request_error" } }],
    ["openai:m", 400, { error: { code: "data_inspection_failed", message: "Input data may contain inappropriate content." } }],
    [
      "anthropic:claude-haiku-4-5",
      400,
      { type: "error", error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" } },
    ],
  ])("of a refusal by the filter says so: %s %i %j", async (spec, status, body) => {
    await expect(answeredLive(spec, body, status)).rejects.toMatchObject({
      kind: "filtered",
      isRetryable: false,
      isFatal: false,
      isPossiblyBilled: false,
    });
  });
});
