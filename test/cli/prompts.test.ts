import { existsSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

let server: FaultyServer;
let folder: string;
let data: string;
/** The folder of a prompt that a run wrote. */
let saved: string;
beforeAll(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  folder = await emptyFolder();
  data = await writeTickets(folder);
  await run([data, "--llm", "openai:gpt-4o-mini", "--approaches", "prompt:few-shot", "--name", "first"]);
  saved = join(folder, "mine");
  await cp(join(folder, "runs", "first", "artifacts", "prompt_few-shot@openai_gpt-4o-mini"), saved, { recursive: true });
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function run(words: readonly string[], command = "run") {
  const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url };
  return crossover([command, ...words, "--runs", join(folder, "runs")], { env });
}

/** Answers of an approach on the test rows. */
async function answers(name: string, approach: string): Promise<unknown[]> {
  const lines = (await readFile(join(folder, "runs", name, "predictions.jsonl"), "utf8")).trim().split("\n");
  const rows = lines.map(
    (line) => JSON.parse(line) as { approach: string; split: string; id: string; answer: unknown; isCached?: boolean },
  );
  return rows.filter((row) => row.approach === approach && row.split === "test").map(({ id, answer }) => ({ id, answer }));
}

describe("crossover run --prompt", () => {
  it("asks a prompt of its folder again, scoring the same to the row", async () => {
    const asked = server.requests.length;
    const { code, out, err } = await run([data, "--prompt", saved, "--approaches", "prompt:file", "--name", "again"]);
    expect(code, err).toBe(0);
    expect(out).toContain("prompt:file:mine@openai:gpt-4o-mini");
    // Every answer of the same request was stored: none was asked for again.
    expect(server.requests.length).toBe(asked);
    const first = await answers("first", "prompt:few-shot@openai:gpt-4o-mini");
    expect(first).toHaveLength(15);
    expect(await answers("again", "prompt:file:mine@openai:gpt-4o-mini")).toEqual(first);
  });

  it("asks it in place of the built-in prompts", async () => {
    const { code, out } = await run([data, "--prompt", saved, "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toContain("prompt:file:mine@openai:gpt-4o-mini");
    expect(out).toContain("tune:probe");
    expect(out).not.toMatch(/prompt:(zero|few)-shot/);
  });

  it("leaves what promptfoo needs beside the prompt", async () => {
    expect(await readFile(join(saved, "promptfooconfig.yaml"), "utf8")).toContain("openai:chat:gpt-4o-mini");
    expect((await readFile(join(saved, "promptfoo-tests.jsonl"), "utf8")).trim().split("\n")).toHaveLength(15);
    expect(
      existsSync(join(folder, "runs", "first", "artifacts", "prompt_few-shot@openai_gpt-4o-mini", "promptfoo-prompt.json")),
    ).toBe(true);
  });

  it("asks it of another model, beside the built-in prompts that are named", async () => {
    const words = [
      data,
      "--prompt",
      saved,
      "--llm",
      "openai:gpt-4o",
      "--approaches",
      "prompt:file,prompt:zero-shot",
      "--dry-run",
    ];
    const { code, out } = await run(words);
    expect(code).toBe(0);
    expect(out).toContain("prompt:file:mine@openai:gpt-4o");
    expect(out).toContain("prompt:zero-shot@openai:gpt-4o");
    expect(out).not.toContain("gpt-4o-mini");
  });

  it("refuses to go on with a prompt that was changed meanwhile", async () => {
    const changing = join(folder, "changing");
    await cp(saved, changing, { recursive: true });
    await run([data, "--prompt", changing, "--name", "changed"]);
    await writeFile(join(changing, "examples.jsonl"), "");
    const { code, err } = await run(["changed"], "resume");
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toContain("the prompt is not what it was when the run began");
  });

  it("runs a configuration of promptfoo: its rows, its prompt and its model", async () => {
    const lines = ticketRows(60).map(({ text, label }) =>
      JSON.stringify({ vars: { text }, assert: [{ type: "equals", value: label }] }),
    );
    await writeFile(join(folder, "rows.jsonl"), lines.join("\n"));
    const config = join(folder, "promptfooconfig.yaml");
    await writeFile(
      config,
      "prompts: ['Refund or login? {{text}}']\nproviders: [openai:chat:gpt-4o-mini]\ntests: file://rows.jsonl\n",
    );
    const { code, out, err } = await run([config, "--name", "foo"]);
    expect(code, err).toBe(0);
    expect(out).toContain("prompt:file:promptfooconfig@openai:gpt-4o-mini");
    expect(server.requests.at(-1)!.body.messages[0]!.content).toMatch(/^Refund or login\? \[the text\]/);
    expect(await answers("foo", "prompt:file:promptfooconfig@openai:gpt-4o-mini")).toHaveLength(15);
    // Its rows may also be the test rows of other data.
    const tested = await run([data, "--test", config, "--dry-run"]);
    expect(tested.out).toContain("60 test");
  });

  it.each([
    ["a recording alone", ["--prompt", "MINE", "--llm", "recorded:x.jsonl"], /--prompt needs a model to ask/],
    [
      "prompts of different models without a choice",
      ["--prompt", "MINE", "--prompt", "OTHER"],
      /name different models \(openai:gpt-4o-mini, openai:gpt-4o\)\. Say with --llm/,
    ],
    ["no such folder", ["--prompt", "MINES"], /Nearest names there: mine/],
  ])("says what to do about %s", async (_, words, message) => {
    const other = join(folder, "other");
    await cp(saved, other, { recursive: true });
    const settings = await readFile(join(other, "prompt.json"), "utf8");
    await writeFile(join(other, "prompt.json"), settings.replace('"llm": "openai:gpt-4o-mini"', '"llm": "openai:gpt-4o"'));
    const places: Record<string, string> = { MINE: saved, OTHER: other, MINES: join(folder, "mines") };
    const { code, err } = await run([data, ...words.map((word) => places[word] ?? word)]);
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toMatch(message);
  });
});
