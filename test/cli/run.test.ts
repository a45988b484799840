import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openBill } from "../../src/store/bill.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome } from "../../src/types/prediction.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

type Line = Outcome & { readonly approach: string; readonly split: string };

async function predictions(folder: string): Promise<Line[]> {
  const text = await readFile(join(folder, "predictions.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

const server = (prompt_tokens = 100, completion_tokens = 10) =>
  startFaultyServer({
    keywords: { refund: "money", login: "password" },
    otherwise: "login",
    usage: { prompt_tokens, completion_tokens },
  });

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("crossover run", () => {
  it("measures with the embedded encoder, advises, and leaves everything in the run's folder", async () => {
    vi.stubEnv("CROSSOVER_MODEL", undefined);
    const runs = join(folder, "whole");
    const { code, out } = await crossover(["run", data, "--runs", runs, "--name", "one"]);
    expect(code).toBe(0);
    expect(out).toContain("tune:probe");
    expect(out).toContain("not measured");
    const run = join(runs, "one");
    expect((await readdir(run)).sort()).toEqual([
      "artifacts",
      "events.jsonl",
      "measurements.jsonl",
      "predictions.jsonl",
      "report.html",
      "report.md",
      "results.json",
      "run.json",
    ]);
    const rows = await predictions(run);
    const probe = rows.filter((row) => row.approach === "tune:probe" && row.split === "test");
    expect(probe).toHaveLength(15);
    // Every figure of the report must follow from the rows.
    const right = probe.filter((row) => row.answer?.[0] === row.truth[0]).length;
    const results = JSON.parse(await readFile(join(run, "results.json"), "utf8")) as Pick<Comparison, "summaries">;
    const summary = results.summaries.find((each) => each.approach === "tune:probe");
    expect(summary?.accuracy.value).toBeCloseTo(right / 15, 12);
    expect(await readdir(join(run, "artifacts"))).toContain("tune_probe");
    expect(await readFile(join(run, "artifacts", "tune_probe", "config.json"), "utf8")).toContain('"vocab_size": 30522');

    const again = await crossover(["run", data, "--runs", runs, "--name", "one"]);
    expect(again).toMatchObject({ code: 2 });
    expect(again.err).toContain("already holds a run");

    const viewed = await crossover(["view", "one", "--runs", runs]);
    expect(viewed.code).toBe(0);
    // The same rows give the same numbers.
    expect(viewed.out).toBe(out);

    const list = await crossover(["list", "--runs", runs]);
    expect(list.out).toMatch(/one\s.*finished\s+45 train, 15 test, 2 labels/);
  });

  it("plans without a key, spends nothing and writes nothing", async () => {
    const runs = join(folder, "plan");
    const { code, out } = await crossover(["run", data, "--runs", runs, "--dry-run", "--llm", "openai:gpt-5-mini", "--no-cache"]);
    expect(code).toBe(0);
    expect(out).toContain("prompt:zero-shot@openai:gpt-5-mini");
    // Two ways to prompt and the labels: each answers 9 validation rows and 15 test rows.
    expect(out).toMatch(/prompt:few-shot@openai:gpt-5-mini\s+24\s+24\s/);
    expect(out).toMatch(/together\s.*\$0\.0\d/);
    expect(existsSync(runs)).toBe(false);
  });

  it("asks an LLM, and asks nothing twice", async () => {
    await using llm = await server();
    const runs = join(folder, "llm");
    const env = { OPENAI_API_KEY: "sk-SECRET-never-written", OPENAI_BASE_URL: llm.url };
    const words = ["run", data, "--runs", runs, "--llm", "openai:gpt-5-mini", "--approaches", "prompt:zero-shot,tune:probe"];
    const { code, out } = await crossover([...words, "--name", "first"], { env });
    expect(code).toBe(0);
    expect(out).toContain("prompt:zero-shot@openai:gpt-5-mini");
    expect(llm.requests).toHaveLength(15);
    const rows = (await predictions(join(runs, "first"))).filter((row) => row.approach.startsWith("prompt:"));
    // 100 tokens at $0.25 and 10 at $2 a million.
    expect(rows.map((row) => row.costUsd)).toEqual(rows.map(() => expect.closeTo(100 * 0.25e-6 + 10 * 2e-6, 12)));
    expect(openBill(join(runs, "first", "bill.jsonl")).totalUsd).toBeCloseTo(15 * 45e-6, 9);

    const second = await crossover([...words, "--name", "second"], { env });
    expect(second.code).toBe(0);
    expect(llm.requests).toHaveLength(15);
    expect((await predictions(join(runs, "second"))).filter((row) => row.isCached)).toHaveLength(15);

    for (const file of await readdir(runs, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      // A database's own files beside it go when it is closed.
      const content = await readFile(join(file.parentPath, file.name), "latin1").catch(() => "");
      expect(content.includes("sk-SECRET"), `${file.name} holds the key`).toBe(false);
    }
  });

  it("stops before the budget would be passed, and goes on from there", async () => {
    // $0.00125 an answer, and a reservation of some $0.0085 for each.
    await using llm = await server(1000, 500);
    const runs = join(folder, "budget");
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const words = [
      "run",
      data,
      "--runs",
      runs,
      "--name",
      "b",
      "--llm",
      "openai:gpt-5-mini",
      "--approaches",
      "prompt:zero-shot",
      "-j",
      "1",
    ];
    const { code, err } = await crossover([...words, "--budget-usd", "0.012"], { env });
    expect(code).toBe(2);
    expect(err).toContain("The budget of $0.012 does not cover the next request");
    expect(err).toContain(`crossover resume ${join(runs, "b")}`);
    const asked = llm.requests.length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(15);

    const viewed = await crossover(["view", "b", "--runs", runs]);
    // The floor was measured before anything was asked.
    expect(viewed).toMatchObject({ code: 0 });
    expect(viewed.err).toContain("is not finished");
    expect(viewed.out).toContain("neither fine-tuning nor prompting was measured");

    const resumed = await crossover(["resume", "--runs", runs, "--budget-usd", "1"], { env });
    expect(resumed.code).toBe(0);
    expect(llm.requests).toHaveLength(15);
    expect(resumed.err).toContain("Paid for answers: $0.019");
  });

  it("is stopped by Ctrl-C with code 130, and resumed to the same result", async () => {
    const runs = join(folder, "interrupt");
    const whole = await crossover(["run", data, "--runs", runs, "--name", "whole"]);
    expect(whole.code).toBe(0);

    const stop = new AbortController();
    // As soon as the first measurement is on disk.
    const watch = setInterval(() => {
      if (existsSync(join(runs, "cut", "measurements.jsonl"))) stop.abort();
    }, 1);
    const cut = await crossover(["run", data, "--runs", runs, "--name", "cut", "--no-cache"], {}, stop.signal);
    clearInterval(watch);
    expect(cut.code).toBe(130);
    expect(cut.err).toContain(`Go on with: crossover resume ${join(runs, "cut")}`);
    expect((await crossover(["list", "--runs", runs])).out).toMatch(/cut\s.*unfinished/);

    const resumed = await crossover(["resume", "cut", "--runs", runs]);
    expect(resumed.code).toBe(0);
    // In whatever order they were measured: the quickest first, by a clock.
    const answers = async (name: string) =>
      (await predictions(join(runs, name)))
        .map(({ approach, split, id, answer }) => JSON.stringify([approach, split, id, answer]))
        .sort();
    expect(await answers("cut")).toEqual(await answers("whole"));
  });

  it("fails a gate with code 100, and passes one", async () => {
    const runs = join(folder, "gates");
    const words = ["run", data, "--runs", runs, "--approaches", "tune:probe,baseline:majority"];
    const failed = await crossover([
      ...words,
      "--name",
      "f",
      "--require",
      "accuracy>=0.5",
      "--require",
      "baseline:majority.accuracy>0.9",
    ]);
    expect(failed.code).toBe(100);
    expect(failed.err).toMatch(/passed {2}accuracy>=0\.5/);
    expect(failed.err).toMatch(/FAILED {2}baseline:majority\.accuracy>0\.9/);
    expect((await crossover([...words, "--name", "p", "--require", "accuracy>=0.5"])).code).toBe(0);
  });
});

describe("what a user can get wrong", () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no such file", ["run", "ticket.csv"], /ticket\.csv/],
    ["an unknown flag", ["run", "x.csv", "--lable", "y"], /unknown option '--lable'[\s\S]*--label/],
    ["an unknown command", ["rnu", "x.csv"], /unknown command 'rnu'[\s\S]*run/],
    ["an unknown model", ["run", "DATA", "--model", "minilm-16", "--dry-run"], /minilm-16[\s\S]*minilm-l6/],
    ["an unknown provider", ["run", "DATA", "--llm", "opnai:gpt-5"], /"opnai"[\s\S]*openai/],
    ["a missing key", ["run", "DATA", "--llm", "openai:gpt-5"], /Set OPENAI_API_KEY, or choose a model without a key/],
    ["a missing recording", ["run", "DATA", "--llm", "recorded:nothing.jsonl"], /nothing\.jsonl/],
    ["an LLM while offline", ["run", "DATA", "--llm", "openai:gpt-5", "--offline"], /--offline forbids it/],
    [
      "a model to check with that is not here while offline",
      ["check", "DATA", "--model", "org/name", "--offline"],
      /org\/name.*--offline/s,
    ],
    ["an unknown approach", ["run", "DATA", "--approaches", "tune:prob"], /Did you mean "tune:probe"\?/],
    ["an approach that needs an LLM", ["run", "DATA", "--approaches", "prompt:zero-shot"], /It needs an LLM: add --llm/],
    ["an unknown report", ["run", "DATA", "-o", "report.pdf"], /"\.pdf"[\s\S]*\.html/],
    ["a number that is none", ["run", "DATA", "--limit", "many"], /--limit is "many"; it must be a whole number/],
    ["an unreadable gate", ["run", "DATA", "--require", "f1>1"], /"f1" is not a metric/],
    ["no such run", ["resume", "nothing"], /There is no run "nothing"/],
    ["nothing to resume", ["resume"], /There is no unfinished run/],
    ["a missing env file", ["run", "DATA", "--env-file", "none.env"], /There is no file none\.env in this folder/],
    [
      "a missing price file",
      ["run", "DATA", "--prices", "no-such-folder/prices.json"],
      /There is no file no-such-folder\/prices\.json: the folder no-such-folder does not exist/,
    ],
  ];
  it.each(cases)("%s: a message, code 2, no stack", async (_, words, expected) => {
    const runs = join(folder, "errors");
    const withRuns = words[0] === "rnu" ? words : [...words, "--runs", runs];
    const { code, err } = await crossover(withRuns.map((word) => (word === "DATA" ? data : word)));
    expect(err).toMatch(expected);
    expect(code).toBe(2);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("help", () => {
  it.each([
    [],
    ["--help"],
    ["init", "--help"],
    ["run", "--help"],
    ["resume", "--help"],
    ["check", "--help"],
    ["list", "--help"],
    ["view", "--help"],
    ["label", "--help"],
  ])("%s is help, with code 0", async (...words) => {
    const { code, out } = await crossover(words);
    expect(code).toBe(0);
    expect(out).toContain("Usage: crossover");
  });

  it.each([[], ["advise"], ["init"], ["run"], ["resume"], ["check"], ["list"], ["view"], ["label"]])(
    "%s fits a terminal of 80 columns, and says of each option what it is without it",
    async (...words) => {
      const { out } = await crossover([...words, "--help"], { width: 80 });
      expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
      expect(out).not.toMatch(/default: (false|\[\])|otherwise/);
      const commands = out.split("\n").filter((line) => /^ {2}crossover /.test(line));
      if (["run", "check", "label"].includes(words[0] ?? "run")) expect(commands.length).toBeGreaterThan(1);
    },
  );
});
