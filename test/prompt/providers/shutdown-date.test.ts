import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shutdownNotes } from "../../../src/prompt/providers/shutdown-date.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "../../cli/cli.js";

const signal = new AbortController().signal;
const today = "2026-11-28";

let told: unknown;
let gets: { path: string | undefined; headers: Readonly<Record<string, unknown>> }[];
let posts: number;
let server: ReturnType<typeof createServer>;
let origin: string;
beforeEach(async () => {
  [told, gets, posts] = [{}, [], 0];
  server = createServer((message, response) => {
    message.resume();
    const { method, url: path, headers } = message;
    if (method === "GET") gets.push({ path, headers });
    else posts++;
    if (method === "GET" && told === "silence") return;
    if (method === "GET" && told === "redirect") {
      response.writeHead(307, { location: "http://127.0.0.1:9/steal" }).end();
      return;
    }
    const choices = [{ message: { role: "assistant", content: '{"label":"login"}' }, finish_reason: "stop" }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof told === "string" && method === "GET" ? told : JSON.stringify(method === "GET" ? told : { choices }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const env = () => ({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `${origin}/v1` });
const notes = (...specs: string[]) => shutdownNotes(specs, { env: env(), signal, today, mostSeconds: 0.2 });

describe("the day on which a service shuts a model down", () => {
  it("is asked of it once a model, with the key alone, and told with the days that are left and who says it", async () => {
    told = { id: "gpt-6-luna", object: "model", shutdown_date: "2026-12-28" };
    const found = await notes("openai:gpt-6-luna", "openai:gpt-6-luna");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/gpt-6-luna .*2026-12-28.*30 days.*OpenAI.*\/v1\/models\/gpt-6-luna/);
    expect(gets.map(({ path }) => path)).toEqual(["/v1/models/gpt-6-luna"]);
    expect(gets[0]!.headers["authorization"]).toBe("Bearer sk-x");
    expect(posts).toBe(0);
  });

  it("is asked of Azure by its header", async () => {
    told = { shutdown_date: "2026-12-01" };
    const azure = { AZURE_OPENAI_API_KEY: "secret-key", AZURE_OPENAI_ENDPOINT: origin };
    const found = await shutdownNotes(["azure:my-gpt"], { env: azure, signal, today });
    expect(found[0]).toMatch(/my-gpt .*2026-12-01.*3 days.*Azure/);
    expect(gets).toMatchObject([{ path: "/openai/v1/models/my-gpt", headers: { "api-key": "secret-key" } }]);
  });

  it.each([
    ["is far", { shutdown_date: "2027-06-01" }],
    ["is not known", { shutdown_date: null }],
    ["is none", { shutdown_date: "soon" }],
    ["is in another form", []],
    ["is no JSON", "<html>"],
    ["never comes", "silence"],
    ["is elsewhere", "redirect"],
  ])("is not told where it %s", async (_, answer) => {
    told = answer;
    expect(await notes("openai:gpt-6-luna")).toEqual([]);
  });

  it("is not told twice where the table has the same", async () => {
    told = { shutdown_date: "2026-12-11" };
    expect(await notes("openai:gpt-5-mini")).toEqual([]);
    told = { shutdown_date: "2026-12-31" };
    expect((await notes("openai:gpt-5-mini"))[0]).toMatch(/2026-12-31.*gpt-6\.1-terra/);
  });

  it("is asked of nobody else, nor about a model of one's own server", async () => {
    told = { shutdown_date: "2026-12-01" };
    const others = { GROQ_API_KEY: "secret-key", GROQ_BASE_URL: origin, OLLAMA_HOST: origin };
    expect(await shutdownNotes(["groq:m", "ollama:m", "recorded:f", "local:a/b"], { env: others, signal, today })).toEqual([]);
    expect(await notes("openai:qwen")).toEqual([]);
    expect(gets).toEqual([]);
  });
});

describe("a plan", () => {
  it("tells what the table knows of its models, and asks nobody", async () => {
    const data = await writeTickets(await emptyFolder());
    const llm = ["--llm", "openai:gpt-5-mini", "--llm", "anthropic:claude-haiku-5-6"];
    const { code, err } = await crossover(["run", data, ...llm, "--dry-run"], { env: env() });
    expect(code, err).toBe(0);
    expect(err).toMatch(/gpt-5-mini .*2026-12-11.*gpt-6\.1-terra/);
    expect(err).toMatch(/claude-haiku-5-6 is not known.*claude-haiku-5-5/);
    expect(gets).toEqual([]);
  });

  it("is refused for an address that cannot be used, before the data is read", async () => {
    const { code, err } = await crossover(["run", "no-such-file.csv", "--llm", "openai:m", "--dry-run"], {
      env: { OPENAI_BASE_URL: "http://alice:s3cret@h/v1" },
    });
    expect(code).toBe(2);
    expect(err).toContain("OPENAI_BASE_URL");
    expect(err).not.toMatch(/s3cret|no-such-file/);
  });
});

describe("a run and a labeling", () => {
  const soon = new Date(Date.now() + 20.2 * 86_400_000).toISOString().slice(0, 10);

  it("say it before they ask, not where only a plan is made", async () => {
    told = { shutdown_date: soon };
    const folder = await emptyFolder();
    const data = await writeTickets(folder);
    const rows = join(folder, "rows.csv");
    await writeFile(
      rows,
      `text\n${ticketRows(3)
        .map(({ text }) => `"${text}"\n`)
        .join("")}`,
    );
    const llm = ["--llm", "openai:gpt-6-luna", "--runs", join(folder, "runs")];
    const run = ["run", data, ...llm, "--approaches", "prompt:zero-shot"];
    const label = ["label", rows, ...llm, "--labels", "login,refund", "-o", join(folder, "out.csv")];
    for (const words of [run, label]) {
      gets = [];
      expect((await crossover([...words, "--dry-run"], { env: env() })).code).toBe(0);
      expect(gets).toEqual([]);
      const { code, err } = await crossover([...words, "--yes"], { env: env() });
      expect(code, err).toBe(0);
      expect(err).toContain(soon);
      expect(gets).toHaveLength(1);
    }
    gets = [];
    const tuned = await crossover(["run", data, ...llm, "--approaches", "tune:probe", "--yes"], { env: env() });
    expect(tuned.code, tuned.err).toBe(0);
    expect(gets).toEqual([]);
  });
});
