import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import type { Prediction } from "../../src/types/prediction.js";
import { type Fault, passingFaults, randomFaults } from "../servers/faults.js";
import { failureOf, once, queries, run, serve, timeoutFor, truth } from "./ask-server.js";

describe("faults that pass", () => {
  const passing: Fault[] = [...passingFaults, "choice error", "error with 200", "silence", "slow drip"];
  it.each(passing)("%s once a row: every row is answered rightly, by one more request", async (fault) => {
    await using server = await serve({ fault: once(fault) });
    const rows = queries(6);
    const { predictions } = await run(server, rows, timeoutFor(fault));
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
    expect(server.requests).toHaveLength(12);
  });

  it("waits as long as Retry-After says", async () => {
    await using server = await serve({ fault: once("429 with Retry-After") });
    const startedAt = performance.now();
    await run(server, queries(1));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(150);
  });

  it("asks once more where an answer is nonsense, and charges both", async () => {
    await using server = await serve({ fault: (request) => (request.lastMessage.startsWith("<text-") ? "nonsense" : undefined) });
    const { predictions, usd } = await run(server, queries(2));
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(["refund", "login"]);
    expect(server.requests).toHaveLength(4);
    expect(predictions[0]!.usage).toEqual({ inputTokens: 200, cachedInputTokens: 0, outputTokens: 4, reasoningTokens: 0 });
    // gpt-4o-mini: 400 × $0.15 + 8 × $0.60 a million.
    expect(usd).toBeCloseTo(400 * 1.5e-7 + 8 * 6e-7, 12);
  });

  it("falls back on plain text where the service has no structured output, and stays there", async () => {
    await using server = await serve({ fault: () => "no structured output" });
    const rows = queries(20);
    const { predictions } = await run(server, rows);
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
    const refused = server.requests.filter(({ body }) => body.response_format !== undefined).length;
    expect(refused).toBeGreaterThan(0);
    // Only those that were open together when the first refusal came.
    expect(refused).toBeLessThanOrEqual(8);
  });
});

describe("faults that stay", () => {
  const lasting: [Fault, Prediction["failure"]][] = [
    ["nonsense", "unparseable"],
    ["two labels", "unparseable"],
    ["refusal", "refused"],
    ["filtered", "refused"],
    ["filtered finish", "refused"],
    ["cut off", "truncated"],
    ["500", "error"],
    ["429", "error"],
    ["half a JSON", "error"],
    ["silence", "error"],
    ["huge answer", "error"],
    ["400", "error"],
  ];
  it.each(lasting)("%s on one row is %s, and the others are answered", async (fault, failure) => {
    await using server = await serve({
      fault: ({ body }) => (body.messages.some(({ content }) => content.includes("lost 3")) ? fault : undefined),
    });
    const rows = queries(6);
    const { predictions, notes } = await run(server, rows, { attempts: 3, ...timeoutFor(fault) });
    expect(predictions).toHaveLength(6);
    expect(predictions[3]).toMatchObject({ answer: null, failure });
    expect(predictions.filter((_, i) => i !== 3).map(({ answer }) => answer?.[0])).toEqual(
      rows.filter((_, i) => i !== 3).map(truth),
    );
    if (failure === "error") expect(notes.join("\n")).toContain("1 of 6 rows got no answer");
    // Nothing is asked more often than there are attempts; a row that is refused as such, or refuses, is asked once.
    const asked = server.requests.filter(({ lastMessage }) => lastMessage.includes("lost 3")).length;
    expect(asked).toBe(failure === "error" && fault !== "400" ? 3 : 1);
  });

  it.each(["filtered", "filtered finish"] as const)(
    "%s is the host's refusal, also where it meets every row, and no other one's",
    async (fault) => {
      await using server = await serve({ fault: () => fault });
      const { predictions, notes } = await run(server, queries(20), { attempts: 3 });
      for (const prediction of predictions)
        expect(prediction).toMatchObject({ answer: null, failure: "refused", refusedBy: "host" });
      expect(server.requests).toHaveLength(20);
      expect(notes.join()).not.toContain("got no answer");
      await using own = await serve({ fault: () => "refusal" });
      expect((await run(own, queries(1))).predictions[0]).not.toHaveProperty("refusedBy");
    },
  );

  it("names what a service says of an answer that broke off", async () => {
    await using server = await serve({
      fault: ({ lastMessage }) => (lastMessage.includes("lost 1") ? "choice error" : undefined),
    });
    const { notes } = await run(server, queries(2), { attempts: 2 });
    expect(notes.join("\n")).toMatch(/1 of 2 rows got no answer: .*502: Upstream idle timeout exceeded/);
  });

  it("keeps what was said where it could not be read, cut to 500 characters", async () => {
    await using server = await serve({ fault: () => "nonsense" });
    const { predictions } = await run(server, queries(1));
    expect(predictions[0]!.rawAnswer).toBe("The weather is nice.");
  });

  it("stops where the first ten rows all fail for one reason, and says why", async () => {
    await using server = await serve({ fault: () => "500" });
    const error = await failureOf(run(server, queries(100), { attempts: 2 }));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/first 10 requests to openai:gpt-4o-mini all failed.*500: The server had an error/);
    expect(server.requests.length).toBeLessThan(40);
  });

  it.each([
    ["401", /401.*Check OPENAI_API_KEY/],
    ["404", /404.*does not exist.*Check the model's name/],
    ["429 without credit", /quota.*add credit/],
  ] as [Fault, RegExp][])("%s stops at once", async (fault, message) => {
    await using server = await serve({ fault: () => fault });
    const error = await failureOf(run(server, queries(200)));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(message);
    expect(server.requests.length).toBeLessThanOrEqual(8);
  });

  it("names the address where nothing listens", async () => {
    const server = await serve();
    await server[Symbol.asyncDispose]();
    const error = await failureOf(run(server, queries(12), { attempts: 2 }));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(`cannot be reached at ${server.url}`);
  });
});

it("of many rows with every fault at once none is lost, none is wrong, and none is asked more often than allowed", async () => {
  await using server = await serve({
    fault: randomFaults(0.2, [...passingFaults, "nonsense"], 7),
  });
  const rows = queries(150);
  const { predictions } = await run(server, rows, { attempts: 8, maxConcurrency: 16 });
  expect(predictions.map(({ answer, failure }) => answer?.[0] ?? failure)).toEqual(
    rows.map((row, i) => (predictions[i]!.failure === "unparseable" ? "unparseable" : truth(row))),
  );
  expect(predictions.filter(({ failure }) => failure !== undefined).length).toBeLessThanOrEqual(3);
  for (const { text } of rows) {
    const asked = server.requests.filter(({ body }) =>
      body.messages.some(({ content }) => content.includes(`\n${text}\n`)),
    ).length;
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(16);
  }
});
