import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCompletion } from "../../../src/prompt/reading/read-completion.js";
import { recordedPrompt } from "../../../src/prompt/recorded/recorded-prompt.js";
import { readRecording } from "../../../src/prompt/recorded/recording.js";
import type { Dataset } from "../../../src/types/data.js";
import { approachContract, contractData, recordingContext } from "../../contract/approach.js";
import { answerBodies } from "../../servers/answer-bodies.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-recorded-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Line {
  readonly id: string;
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly finish?: string;
  readonly model?: string;
  readonly status?: number;
}

function line({
  id,
  content = "ham",
  refusal = null,
  finish = "stop",
  model = "gpt-5-mini-2025-08-07",
  status = 200,
}: Line): string {
  const body =
    status === 200
      ? {
          model,
          choices: [{ index: 0, message: { role: "assistant", content, refusal }, finish_reason: finish }],
          usage: {
            prompt_tokens: 88,
            completion_tokens: 74,
            prompt_tokens_details: { cached_tokens: 0 },
            completion_tokens_details: { reasoning_tokens: 64 },
          },
        }
      : { error: { message: "The server had an error", code: "server_error" } };
  return `${JSON.stringify({ id: `batch_req_${id}`, custom_id: id, response: { status_code: status, request_id: "r", body }, error: null })}\n`;
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const train: Dataset = { name: "sms", labels: ["ham", "spam"], isMultiLabel: false, descriptions: {}, examples: [] };

async function replay(content: string, ids: readonly string[]) {
  const context = recordingContext();
  const approach = await recordedPrompt({ path: await write("answers.jsonl", content), today: "2026-01-01" });
  await using predictor = await approach.fit(train, context);
  const predictions = await predictor.predict(
    ids.map((id) => ({ id, text: "a text" })),
    context,
  );
  return { approach, predictor, predictions, context };
}

approachContract("prompt:recorded", async () => {
  const { queries } = contractData();
  const content = queries.map(({ id }, i) => line({ id, content: ["refund", "login", "parcel"][i % 3]! })).join("");
  return recordedPrompt({ path: await write("contract.jsonl", content) });
});

describe("a recording", () => {
  it("answers by the row's id, with its usage at the list price, and without a latency", async () => {
    const { predictions, context } = await replay(line({ id: "7", content: "Spam." }) + line({ id: "8" }), ["8", "7"]);
    const usage = { inputTokens: 88, cachedInputTokens: 0, outputTokens: 74, reasoningTokens: 64 };
    expect(predictions).toEqual([
      { answer: ["ham"], usage, costUsd: expect.closeTo(0.00017, 12), isCached: true },
      { answer: ["spam"], rawAnswer: "Spam.", usage, costUsd: expect.closeTo(0.00017, 12), isCached: true },
    ]);
    expect(context.spent.reduce((sum, { usd }) => sum + (usd ?? 0), 0)).toBeCloseTo(0.00034, 12);
  });

  it("says of each row without an answer why", async () => {
    const content = [
      line({ id: "error", status: 500 }),
      line({ id: "refused", content: null, refusal: "I cannot" }),
      line({ id: "filtered", content: "", finish: "content_filter" }),
      line({ id: "both", content: "ham\nham\nspam\nham\nspam\nham" }),
      line({ id: "cut", content: "ha", finish: "length" }),
      line({ id: "empty", content: null }),
    ].join("");
    const { predictions, context } = await replay(content, ["error", "refused", "filtered", "both", "cut", "empty", "nowhere"]);
    expect(predictions.map(({ failure }) => failure)).toEqual([
      "error",
      "refused",
      "refused",
      "unparseable",
      "truncated",
      "unparseable",
      "missing",
    ]);
    expect(predictions.map(({ answer }) => answer)).toEqual(new Array(7).fill(null));
    expect(predictions[3]!.rawAnswer).toBe("ham\nham\nspam\nham\nspam\nham");
    // What was answered was paid for, also where it is of no use.
    expect(predictions[3]!.costUsd).toBeCloseTo(0.00017, 12);
    const notes = context.events.map((event) => (event.kind === "note" ? event.text : ""));
    expect(notes.join("\n")).toMatch(/1 of 7 rows are not in .*1 of 7 rows hold an error/s);
  });

  it("tells a note once, though it is fitted for validation and for the test, and asked twice", async () => {
    const path = join(folder, "noted.jsonl");
    await writeFile(path, line({ id: "a", content: "ham", model: "an-unknown-model" }));
    const approach = await recordedPrompt({ path });
    const context = recordingContext();
    for (let time = 0; time < 2; time++) {
      const predictor = await approach.fit(train, context);
      await predictor.predict(
        ["a", "b"].map((id) => ({ id, text: id })),
        context,
      );
    }
    const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
    expect(notes.length).toBeGreaterThan(1);
    expect(new Set(notes).size).toBe(notes.length);
  });

  it("has scores and a confidence where it holds log-probabilities", async () => {
    const token = (said: string, probability: number) => ({
      token: said,
      logprob: Math.log(probability),
      bytes: [...Buffer.from(said)],
    });
    const recorded = JSON.parse(line({ id: "1", content: "spam" }));
    const top = [token("spam", 0.6), token("ham", 0.2), token("other", 0.1)];
    recorded.response.body.choices[0].logprobs = { content: [{ ...token("spam", 0.6), top_logprobs: top }], refusal: null };
    const { predictions } = await replay(`${JSON.stringify(recorded)}\n${line({ id: "2", content: "ham" })}`, ["1", "2"]);
    const scores = { ham: expect.closeTo(0.25, 9), spam: expect.closeTo(0.75, 9) };
    expect(predictions[0]).toMatchObject({
      answer: ["spam"],
      scores,
      confidence: { value: expect.closeTo(0.75, 9), source: "logprob" },
    });
    expect(predictions[1]).not.toHaveProperty("scores");
    expect(predictions[1]).not.toHaveProperty("confidence");
  });

  /** The files of today's services: body → line. */
  const files: readonly [name: string, lineOf: (id: string, body: unknown) => object][] = [
    ["OpenAI's", (id, body) => ({ custom_id: id, response: { status_code: 200, body }, error: null })],
    ["a proxy's", (id, body) => ({ custom_id: id, response: body, error: null })],
    ["Anthropic's", (id, message) => ({ custom_id: id, result: { type: "succeeded", message } })],
    ["Google's", (id, response) => ({ key: id, response })],
    ["Bedrock's", (id, modelOutput) => ({ recordId: id, modelInput: {}, modelOutput })],
  ];
  it.each(files)("is read whatever service answered, in %s file", async (_, lineOf) => {
    const ids = answerBodies.map((_, i) => `t${i}`);
    const content = answerBodies.map(({ body }, i) => `${JSON.stringify(lineOf(ids[i]!, body))}\n`).join("");
    const { rows } = await readRecording(await write("bodies.jsonl", content));
    for (const [i, { said }] of answerBodies.entries()) expect(rows.get(ids[i]!)).toMatchObject(said);
    const { predictions } = await replay(content, ids);
    for (const [i, { said }] of answerBodies.entries()) {
      if (said.text === "ham") expect(predictions[i]!.answer).toEqual(["ham"]);
      if (said.finish === "filtered") expect(predictions[i]).toMatchObject({ failure: "refused", refusedBy: "host" });
      if (said.finish === "length") expect(predictions[i]!.failure).toBe("truncated");
    }
  });

  it("tells a text that the host's filter turned away from an error", async () => {
    const error = { message: "The response was filtered due to the prompt", code: "content_filter", innererror: {} };
    const lines = [
      { custom_id: "1", response: { status_code: 400, body: { error } }, error: null },
      {
        custom_id: "2",
        response: { status_code: 400, body: { error: { message: "Too long", code: "context_length_exceeded" } } },
      },
      { custom_id: "3", result: { type: "expired" } },
      {
        custom_id: "4",
        result: { type: "errored", error: { type: "error", error: { type: "api_error", message: "Overloaded" } } },
      },
      { key: "5", error: { code: 3, message: "Blocked by a safety filter" } },
    ];
    const content = lines.map((each) => `${JSON.stringify(each)}\n`).join("");
    const { predictions } = await replay(content + line({ id: "6" }), ["1", "2", "3", "4", "5", "6"]);
    expect(predictions.map(({ failure }) => failure)).toEqual(["refused", "error", "error", "error", "refused", undefined]);
    expect(predictions.map(({ refusedBy }) => refusedBy)).toEqual(["host", undefined, undefined, undefined, "host", undefined]);
  });

  it("in a format that nobody can read is refused as a whole, and said what it holds", async () => {
    const odd = (id: string): string =>
      `${JSON.stringify({ custom_id: id, response: { status_code: 200, body: { embedding: [1], index: 0 } } })}\n`;
    await expect(readRecording(await write("odd.jsonl", odd("1") + odd("2")))).rejects.toThrow(
      /2 answers, and none in a format that can be read: the first has the fields embedding, index/,
    );
    // One among others is a row without an answer.
    expect((await readRecording(await write("few.jsonl", odd("1") + line({ id: "2" })))).rows.get("1")).toHaveProperty("error");
  });

  it("is named after the model in the file, and after its suffix", async () => {
    const path = await write("name.jsonl", line({ id: "1" }));
    expect((await recordedPrompt({ path })).name).toBe("prompt:recorded@gpt-5-mini-2025-08-07");
    expect((await recordedPrompt({ path, suffix: "2" })).name).toBe("prompt:recorded@gpt-5-mini-2025-08-07#2");
  });

  it("notes what the batch cost beside the list price", async () => {
    const { predictor, approach } = await replay(line({ id: "1" }), ["1"]);
    expect(predictor.facts.chosen).toEqual({});
    expect(approach.summary).toContain("$0.085 per 1,000 at the batch price");
  });

  it("has an unknown cost where the price is unknown, and says so", async () => {
    const { predictions, context } = await replay(line({ id: "1", model: "gpt-99" }), ["1"]);
    expect(predictions[0]!.costUsd).toBeNull();
    expect(JSON.stringify(context.events)).toContain("The price of gpt-99 is not known");
  });

  it("takes the last of two answers to one row, and says so", async () => {
    const { predictions, context } = await replay(line({ id: "1", content: "ham" }) + line({ id: "1", content: "spam" }), ["1"]);
    expect(predictions[0]!.answer).toEqual(["spam"]);
    expect(JSON.stringify(context.events)).toMatch(/1 ids occur more than once/);
  });

  it("is read compressed, and up to where it was cut off", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => line({ id: String(i), content: i % 2 === 0 ? "ham" : "spam" })).join("");
    const whole = await readRecording(await write("whole.jsonl.gz", gzipSync(rows)));
    expect(whole.rows.size).toBe(500);
    expect(whole.warnings).toEqual([]);
    const torn = await readRecording(await write("torn.jsonl", rows.slice(0, -40)));
    expect(torn.rows.size).toBe(499);
    expect(torn.warnings[0]).toMatch(/ends in the middle of line 500/);
    const tornZip = await readRecording(await write("torn.jsonl.gz", gzipSync(rows, { level: 1 }).subarray(0, 4000)));
    expect(tornZip.rows.size).toBeGreaterThan(10);
    expect(tornZip.rows.size).toBeLessThan(500);
    expect(tornZip.warnings).toHaveLength(1);
  });

  it("of several models is named after the one with most answers, with a warning", async () => {
    const recording = await readRecording(
      await write("two.jsonl", line({ id: "1", model: "a" }) + line({ id: "2", model: "b" }) + line({ id: "3", model: "b" })),
    );
    expect(recording.model).toBe("b");
    expect(recording.warnings[0]).toMatch(/2 models: b \(2\), a \(1\)/);
  });

  it.each([
    ["empty.jsonl", "", /it is empty/],
    ["middle.jsonl", `${line({ id: "1" })}{"custom_id": \n${line({ id: "2" })}`, /middle\.jsonl line 2 is not JSON/],
    ["csv.jsonl", "id,label\n1,ham\n", /line 1 is not JSON/],
    ["other.jsonl", '{"id": 1}\n', /line 1 has no custom_id/],
    ["input.jsonl", '{"custom_id": "1", "method": "POST", "body": {"messages": []}}\n', /batch's input: give its output file/],
    ["bad.gz", Buffer.from("\x1f\x8bthis is not gzip", "latin1"), /bad\.gz is a gzip file that is (damaged|cut short)/],
  ])("that is wrong is told where: %s", async (name, content, message) => {
    await expect(readRecording(await write(name, content))).rejects.toThrow(message);
  });

  it("that is not there is told", async () => {
    for (const name of ["nothing.jsonl", "nothing.jsonl.gz"]) {
      await expect(readRecording(join(folder, name))).rejects.toThrow(
        `There is no file ${name} in ${folder}. Nearest names there: `,
      );
    }
    await expect(readRecording(folder)).rejects.toThrow(`${folder} is a folder. Expected a file.`);
  });
});

describe("a recording of other rows", () => {
  const rows = (part: string, ids: readonly string[]): Dataset => ({
    name: part,
    labels: ["ham", "spam"],
    isMultiLabel: false,
    descriptions: {},
    examples: ids.map((id) => ({ id, text: `text of ${id}`, labels: ["ham"] })),
  });

  it("is refused before anything is measured, with an id of each side", async () => {
    const path = join(folder, "other-ids.jsonl");
    await writeFile(path, ["request-1", "request-2"].map((id) => line({ id })).join("\n"));
    const [train, test] = [rows("train", ["request-1", "t1"]), rows("test", ["t2", "t3"])];
    await expect(recordedPrompt({ path, task: { train: rows("train", ["t1"]), test } })).rejects.toThrow(
      /not one of its ids is an id of the data[\s\S]*"request-1"[\s\S]*"t2"/,
    );
    // Of training rows alone: nothing could be scored.
    await expect(recordedPrompt({ path, task: { train, test } })).rejects.toThrow(
      /1 training row, but not one of the 2 test rows/,
    );
    const covered = await recordedPrompt({ path, task: { train, test: rows("test", ["request-2", "t3"]) } });
    expect(covered.arm).toBe("prompt");
  });

  it("knows what it was told, and nothing else, of how its answers came about", async () => {
    const path = join(folder, "told.jsonl");
    await writeFile(path, line({ id: "a" }));
    const factsOf = async (told: { labels?: number; words?: number }) => {
      const approach = await recordedPrompt({ path, told });
      await using predictor = await approach.fit(rows("train", ["a"]), recordingContext());
      return predictor.facts;
    };
    expect(await factsOf({})).toMatchObject({ needs: [], recording: { labels: null, words: null } });
    expect(await factsOf({ labels: 8, words: 40 })).toMatchObject({ recording: { labels: 8, words: 40 } });
  });
});

describe("several labels a row: an answer in words for no label", () => {
  const read = (text: string, mayHaveNoLabel?: boolean) => {
    const task = {
      labels: ["joy", "anger"],
      aliases: {},
      isMultiLabel: true,
      ...(mayHaveNoLabel !== undefined && { mayHaveNoLabel }),
    };
    return readCompletion({ text, finish: "stop" }, task);
  };
  it.each(["N/A", "none", "null", '{"labels": ["N/A"]}', '{"labels": null}', "None of the above"])(
    "%s is none where every row has a label",
    (text) => {
      expect(read(text, false)).toMatchObject({ answer: null, failure: "unparseable" });
    },
  );
  it("is one where rows without a label exist, and an empty list always is", () => {
    expect(read("none").answer).toEqual([]);
    expect(read("N/A", true).answer).toEqual([]);
    expect(read("[]", false).answer).toEqual([]);
    expect(read('{"joy": false, "anger": false}', false).answer).toEqual([]);
    expect(read("joy", false).answer).toEqual(["joy"]);
  });
});
