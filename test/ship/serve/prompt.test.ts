import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt } from "../../../src/index.js";
import { crossover } from "../../cli/cli.js";
import { contractData, recordingContext } from "../../contract/approach.js";
import { firstLabelLlm } from "../../prompt/files/saved-prompt.js";
import { startFaultyServer } from "../../servers/faulty-openai.js";

/** The folder of a prompt, as a run saves it. */
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-prompt-"));
  const llm = { ...firstLabelLlm({ isStructured: true }), spec: "openai:gpt-6-luna", model: "gpt-6-luna" };
  await using predictor = await prompt({ llm, demos: 0 }).fit(contractData().train, recordingContext());
  for (const [path, content] of await predictor.files()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** What happens while the command serves. */
async function whileServing(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  work: (url: string) => Promise<void>,
): Promise<{ readonly code: number; readonly err: string }> {
  const stop = new AbortController();
  let working: Promise<void> | undefined;
  const out = (url: string): void => {
    working = work(url.trim()).finally(() => stop.abort());
  };
  const result = await crossover(["serve", folder, "--port", "0", ...words], { env, out }, stop.signal);
  await working;
  return result;
}

const ask = async (url: string, body: unknown) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/predict`, { method: "POST", headers, body: JSON.stringify(body) });
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into it
  return { status: response.status, body: (await response.json()) as any };
};

const labels = contractData().train.labels;
const behaviour = { keywords: { [labels[1]!]: "second" }, otherwise: labels[0]! };

describe("a prompt behind HTTP", () => {
  it("is refused at the start where the key is missing", async () => {
    const { code, err } = await whileServing([], {}, async () => {});
    expect(code).toBe(2);
    expect(err).toContain("OPENAI_API_KEY");
  });

  it("answers with what each text cost, and counts it", async () => {
    await using service = await startFaultyServer(behaviour);
    const env = { OPENAI_API_KEY: "sk-secret", OPENAI_BASE_URL: service.url };
    const { code, err } = await whileServing([], env, async (url) => {
      const { status, body } = await ask(url, { texts: ["the second", "another"] });
      expect(status).toBe(200);
      expect(body.predictions.map(({ answer }: { answer: string }) => answer)).toEqual([labels[1], labels[0]]);
      expect(body.costUsd).toBeGreaterThan(0);
      expect(body.costUsd).toBeCloseTo(body.predictions[0].costUsd + body.predictions[1].costUsd, 12);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(Number(/^crossover_cost_usd_total (.+)$/m.exec(metrics)![1])).toBeCloseTo(body.costUsd, 12);
    });
    expect(code, err).toBe(0);
    expect(service.requests).toHaveLength(2);
  });

  it("asks about requests of one moment at once: 16 take about as long as one", async () => {
    const latencyMs = 300;
    await using service = await startFaultyServer({ ...behaviour, latencyMs });
    const env = { OPENAI_API_KEY: "sk-secret", OPENAI_BASE_URL: service.url };
    const { code, err } = await whileServing([], env, async (url) => {
      const startedAt = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) => ask(url, { text: `${i % 2 === 0 ? "the second" : "another"} ${i}` })),
      );
      // One after the other it would be 4.8 seconds.
      expect(performance.now() - startedAt).toBeLessThan(5 * latencyMs);
      expect(answers.map(({ body }) => body.answer)).toEqual(answers.map((_, i) => labels[i % 2 === 0 ? 1 : 0]));
    });
    expect(code, err).toBe(0);
    expect([service.requests.length, service.mostOpen]).toEqual([16, 16]);
  });

  it("stops asking when the budget is used up, with 402", async () => {
    await using service = await startFaultyServer(behaviour);
    const env = { OPENAI_API_KEY: "sk-secret", OPENAI_BASE_URL: service.url };
    const { code, err } = await whileServing(["--budget-usd", "0.0000001"], env, async (url) => {
      expect((await ask(url, { text: "the second" })).status).toBe(402);
    });
    expect([code, service.requests.length], err).toEqual([0, 0]);
  });

  it("keeps what the service says, the key and the text from the client and the log", async () => {
    const refusal = ({ lastMessage }: { readonly lastMessage: string }) => ({
      status: 401,
      body: { error: { message: `key sk-secret is revoked; you sent ${lastMessage}` } },
    });
    await using service = await startFaultyServer({ ...behaviour, refusal });
    const env = { OPENAI_API_KEY: "sk-secret", OPENAI_BASE_URL: service.url };
    const { err } = await whileServing([], env, async (url) => {
      const { status, body } = await ask(url, { text: "my very private complaint" });
      expect([500, 502]).toContain(status);
      expect(JSON.stringify(body)).not.toMatch(/sk-secret|private|revoked/);
    });
    expect(err).toMatch(/predict failed/);
    expect(err).not.toMatch(/sk-secret|private/);
  });
});
