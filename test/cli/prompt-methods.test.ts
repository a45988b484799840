import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promptMethods } from "../../src/prompt/methods.js";
import { makeApproaches } from "../../src/run/approaches.js";
import type { RunOptions } from "../../src/run/run-options.js";
import { artifactFolder } from "../../src/store/artifact-folder.js";
import { fakeEncoder } from "../contract/fake-encoder.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The approaches of a run with these options, not fitted. */
const planned = (options: Partial<RunOptions>) =>
  makeApproaches({ ...plainOptions, ...options }, { encoder: fakeEncoder(), env: {} });
const plainOptions = {
  path: "x.csv",
  llm: [],
  demos: 8,
  classWeight: "none",
  maxConcurrency: 8,
  timeoutSeconds: 9,
} as Partial<RunOptions> as RunOptions;
const prompts = async (options: Partial<RunOptions>): Promise<string[]> =>
  (await planned(options)).map(({ name }) => name).filter((name) => name.includes("@"));

describe("ways of prompting on the command line", () => {
  const llm = ["openai:gpt-5-mini", "openai:gpt-5-nano"];

  it("are zero-shot, few-shot and nearest for every LLM unless told", async () => {
    expect(await prompts({ llm })).toEqual([
      "prompt:zero-shot@openai:gpt-5-mini",
      "prompt:few-shot@openai:gpt-5-mini",
      "prompt:nearest@openai:gpt-5-mini",
      "prompt:zero-shot@openai:gpt-5-nano",
      "prompt:few-shot@openai:gpt-5-nano",
      "prompt:nearest@openai:gpt-5-nano",
    ]);
  });

  it("are those that are named, of every LLM or of one", async () => {
    expect(await prompts({ llm, approaches: ["prompt:nearest", "prompt:cot@openai:gpt-5-nano"] })).toEqual([
      "prompt:nearest@openai:gpt-5-mini",
      "prompt:nearest@openai:gpt-5-nano",
      "prompt:cot@openai:gpt-5-nano",
    ]);
  });

  it("are every one where all are asked for", async () => {
    expect((await prompts({ llm: ["openai:gpt-5-mini"], approaches: ["all"] })).sort()).toEqual(
      [...promptMethods, "optimized"].map((method) => `prompt:${method}@openai:gpt-5-mini`).sort(),
    );
  });

  it.each([
    [{ llm, approaches: ["prompt:neerest"] }, /Did you mean "prompt:nearest"\? Approaches: .*prompt:nearest@openai:gpt-5-mini, /],
    [{ approaches: ["prompt:neerest"] }, /Did you mean "prompt:nearest"\? Approaches: .*prompt:nearest@LLM, /],
    [{ approaches: ["prompt:nearest"] }, /It needs an LLM: add --llm openai:gpt-6-luna\./],
    [{ llm, approaches: ["prompt:cot@openai:gpt-5"] }, /It needs an LLM: add --llm openai:gpt-5\./],
  ])("are listed where %j names another", async (options, message) => {
    await expect(planned(options)).rejects.toThrow(message);
  });

  it("are measured and stored like any other, with their votes as confidence", async () => {
    await using server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
    const runs = join(folder, "runs");
    const { code, err } = await crossover(
      [
        ...["run", data, "--runs", runs, "--name", "r", "--llm", "openai:gpt-4o-mini", "--demos", "4"],
        ...["--approaches", "prompt:nearest-balanced,prompt:self-consistency"],
      ],
      { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url } },
    );
    expect(err).not.toContain("left out");
    expect(code).toBe(0);
    const rows = (await readFile(join(runs, "r", "predictions.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (name: string) => rows.filter(({ approach }) => approach === `prompt:${name}@openai:gpt-4o-mini`);
    expect(of("nearest-balanced").length).toBeGreaterThan(0);
    expect(of("self-consistency").every(({ confidence }) => confidence.value === 1 && confidence.source === "votes")).toBe(true);
    // Both on 9 validation rows and 15 test rows.
    expect(server.requests).toHaveLength(24 + 5 * 24);
    const folderOf = artifactFolder(join(runs, "r"), "prompt:nearest-balanced@openai:gpt-4o-mini");
    expect(JSON.parse(await readFile(join(folderOf, "prompt.json"), "utf8"))).toMatchObject({
      demos: { by: "balanced", count: 4 },
    });
  });
});
