import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { describeModel } from "../../src/prompt/providers/resolve.js";
import { jobModel } from "../../src/prompt/providers/vllm.js";
import { answerOf, vllmWords } from "../../src/run/engine/model-jobs.js";

/** A line of vLLM's output, and the answer that it is taken for. */
const lineOf = (status_code: number, body: unknown, error: unknown = null): unknown => ({
  id: "vllm-1",
  custom_id: "k",
  response: { status_code, request_id: "vllm-batch-1", body },
  error,
});
const refusal = (code: number, message: string, param: string | null = null): unknown =>
  lineOf(code, null, { error: { message, type: "BadRequestError", param, code } });

describe("a line that vLLM writes", () => {
  it("is an answer with its share of the job's time", () => {
    const body = { choices: [{ index: 0, message: { content: "refund" }, finish_reason: "stop" }] };
    const { key, answer } = answerOf(lineOf(200, body), 0.25);
    expect(key).toBe("k");
    expect(answer).toMatchObject({ status: 200, headers: { "x-crossover-seconds": "0.25" } });
    expect(JSON.parse((answer as { body: string }).body)).toEqual(body);
  });

  it.each<readonly [unknown, number, RegExp]>([
    [refusal(400, "too long"), 400, /^too long$/],
    [refusal(404, "The model `x` does not exist."), 404, /does not exist/],
    // To ask again would be a job: the job has asked twice.
    [refusal(500, "EngineCore encountered an issue"), 400, /^\(500\) EngineCore/],
    [refusal(503, "too many"), 400, /503/],
    [refusal(429, "too many"), 400, /429/],
    [lineOf(400, null, "Request must not be sent in stream mode"), 400, /stream mode/],
    [{ custom_id: "k", response: null, error: { message: "vLLM wrote no answer to it" } }, 400, /wrote no answer/],
    [lineOf(200, { choices: [{ message: { content: "" }, finish_reason: "error" }] }), 400, /200/],
    [lineOf(200, null), 400, /no reason/],
  ])("is a refusal of that request alone: %j", (line, status, message) => {
    const { answer } = answerOf(line, 1);
    const { status: found, body } = answer as { status: number; body: string };
    expect(found).toBe(status);
    expect((JSON.parse(body) as { error: { message: string } }).error.message).toMatch(message);
  });

  it("tells which part of the request is refused", () => {
    const { answer } = answerOf(refusal(400, "too many", "max_completion_tokens"), 1);
    expect(JSON.parse((answer as { body: string }).body)).toEqual({
      error: { message: "too many", param: "max_completion_tokens" },
    });
  });
});

describe("arguments of vLLM", () => {
  it("are words", () => {
    expect(vllmWords(undefined)).toEqual([]);
    expect(vllmWords("--max-model-len 8192 --hf-overrides '{\"a\": 1}' -tp 2")).toEqual([
      ...["--max-model-len", "8192", "--hf-overrides", '{"a": 1}', "-tp", "2"],
    ]);
  });

  it.each(["--hf-token x", "--hf_token=x", "--hf-tok x", "--model a/b", "-o /etc/x", "--revision main", "--output_file x"])(
    "are refused: %s",
    (given) => {
      expect(() => vllmWords(given)).toThrow(UserError);
    },
  );
});

describe("a vllm: model", () => {
  it.each<readonly [string, unknown]>([
    ["Qwen/Qwen3-8B", { repo: "Qwen/Qwen3-8B" }],
    ["Qwen/Qwen3-8B@abc", { repo: "Qwen/Qwen3-8B", revision: "abc" }],
    ["gpt2", { repo: "gpt2" }],
    ["/models/a@b", { path: "/models/a@b" }],
  ])("is one of the Hub or a folder of the engine's machine: %s", (model, source) => {
    expect(jobModel(`vllm:${model}`, model)).toEqual({ name: model, source });
  });

  it.each(["./a", "../a", "~/a", "a/b/c", "a/b@", "a/b@c@d", "s3://bucket/a", "-o"])("is refused: %s", (model) => {
    expect(() => describeModel(`vllm:${model}`, { env: {} })).toThrow(UserError);
  });

  it("has stored answers of its own for each way of running vLLM", () => {
    const batch = { folder: "nowhere" };
    const of = (vllmArguments: readonly string[]): string => {
      const batches = (): never => expect.fail("nothing is asked");
      return describeModel("vllm:a/b", { env: {}, jobs: { vllmArguments, batch, batches } }).baseUrl;
    };
    expect(new Set([of([]), of(["--dtype", "half"]), of(["--dtype half"]), of(["--dtype", "float"])]).size).toBe(4);
    expect(describeModel("vllm:a/b", { env: {} })).toMatchObject({ baseUrl: of([]), isAskedByJobs: true, provider: "vllm" });
  });
});
