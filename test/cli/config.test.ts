import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const root = resolve(import.meta.dirname, "../..");
const before = process.cwd();
let folder = "";

beforeAll(async () => {
  folder = await emptyFolder();
  process.chdir(folder);
  await writeTickets(folder, 60);
  await mkdir("project/data", { recursive: true });
  await copyFile("tickets.csv", "project/data/own.csv");
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

interface Stored {
  readonly options: Readonly<Record<string, unknown>>;
}
const storedOf = async (runs: string, name: string): Promise<Stored> =>
  JSON.parse(await readFile(join(runs, name, "run.json"), "utf8"));

/** Rows of a run's predictions without what a clock says. */
async function predictions(runs: string, name: string): Promise<unknown[]> {
  const lines = (await readFile(join(runs, name, "predictions.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => {
    const { approach, split, id, truth, answer, scores, seed } = JSON.parse(line) as Record<string, unknown>;
    return { approach, split, id, truth, answer, scores, seed };
  });
}

describe("crossover init", () => {
  it("writes a configuration by which the example is run to the same answers", async () => {
    await copyFile(join(root, "examples/support-tickets.csv"), "support-tickets.csv");
    const quick = ["--approaches", "tune:tfidf,prompt:labels", "--limit", "60", "--test-limit", "60"];
    const init = await crossover(["init", "support-tickets.csv"]);
    expect(init).toMatchObject({ code: 0, out: expect.stringContaining("crossover run -c crossover.config.yaml") });
    const config = parse(await readFile("crossover.config.yaml", "utf8")) as Record<string, unknown>;
    expect(config).toMatchObject({ data: "support-tickets.csv", text: "text", label: "label" });

    const flags = await crossover(["run", "support-tickets.csv", ...quick, "--name", "flags"]);
    const file = await crossover(["run", "-c", "crossover.config.yaml", ...quick, "--name", "file"]);
    expect([flags.code, file.code], file.err).toEqual([0, 0]);
    const rows = await predictions("runs", "file");
    expect(rows.length).toBeGreaterThan(120);
    expect(rows).toEqual(await predictions("runs", "flags"));
    const [a, b] = [await storedOf("runs", "flags"), await storedOf("runs", "file")];
    expect(b.options).toEqual({ ...a.options, ...config, path: "support-tickets.csv", data: undefined });
  });

  it("writes what the published schema takes, and the schema refuses a wrong key and a wrong value", async () => {
    expect((await crossover(["init", "tickets.csv", "-o", "valid.yaml"])).code).toBe(0);
    const text = await readFile("valid.yaml", "utf8");
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse(await readFile(join(root, "schema/crossover.config.schema.json"), "utf8")),
    );
    const config = parse(text) as object;
    expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...config, llm: ["openai:gpt-5"], timeBudget: "1.5h", optimizer: "auto", cache: false })).toBe(true);
    for (const wrong of [{ modle: "x" }, { demos: 0 }, { timeBudget: "10" }, { llm: [1] }, { yes: true }]) {
      expect([wrong, validate({ ...config, ...wrong })]).toEqual([wrong, false]);
    }
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)!;
    expect(JSON.parse(await readFile(schema!, "utf8"))).toHaveProperty("properties.data");
  });

  it("overwrites nothing", async () => {
    await writeFile("mine.yaml", "seed: 7\n");
    const { code, err } = await crossover(["init", "tickets.csv", "-o", "mine.yaml"]);
    expect([code, await readFile("mine.yaml", "utf8")]).toEqual([2, "seed: 7\n"]);
    expect(err).toContain("mine.yaml exists");
  });

  it("counts paths from the file's folder, and takes options about the data", async () => {
    const words = ["init", "tickets.csv", "-o", "project/other.yaml", "--seed", "7", "--test-share", "0.5"];
    expect((await crossover(words)).code).toBe(0);
    expect(parse(await readFile("project/other.yaml", "utf8"))).toEqual({
      data: "../tickets.csv",
      text: "text",
      label: "label",
      seed: 7,
      testShare: 0.5,
    });
  });

  it("without data names none, and says what to do", async () => {
    const { code, out } = await crossover(["init", "-o", "empty.yaml"]);
    expect([code, parse(await readFile("empty.yaml", "utf8"))]).toEqual([0, null]);
    expect(out).toContain("data:");
    const run = await crossover(["run", "-c", "empty.yaml"]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/missing required argument 'data': empty\.yaml names none/);
  });

  it.each([
    [["init", "tickets.csv", "-o", "config.json"], /ends in \.yaml/],
    [["init", "ticket.csv", "-o", "x.yaml"], /Nearest names there: tickets\.csv/],
    [["init", "tickets.csv", "-o", "nowhere/x.yaml"], /There is no folder nowhere/],
  ])("%j is refused", async (words, message) => {
    const { code, err } = await crossover(words);
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toMatch(message);
  });
});

describe("-c", () => {
  const quick = "approaches: baseline:majority\nruns: ../kept\ntimeBudget: 5m\n";
  const optionsOf = async (name: string, ...words: readonly string[]): Promise<Stored["options"]> => {
    const { code, err } = await crossover(["run", "-c", "project/c.yaml", "--name", name, ...words]);
    expect(code, err).toBe(0);
    return (await storedOf("kept", name)).options;
  };

  it("counts relative paths from the file's folder, and loses to flags and the environment", async () => {
    await writeFile("project/c.yaml", `data: data/own.csv\nseed: 7\nrepeat: 2\noffline: true\nmodel: minilm-l6\n${quick}`);
    const path = join("project", "data", "own.csv");
    // The tests' environment says CROSSOVER_TIME_BUDGET and CROSSOVER_MODEL.
    const model = process.env["CROSSOVER_MODEL"];
    expect(model).toMatch(/tiny-bert$/);
    const other = join(root, "golden", "tiny-roberta");
    const own = { path, seed: 7, repeat: 2, offline: true, demos: 8, timeBudget: 0, model };
    expect(await optionsOf("file")).toMatchObject(own);
    expect(await optionsOf("flags", "--seed", "42", "--repeat", "1", "--no-offline", "--model", other)).toMatchObject({
      path,
      seed: 42,
      repeat: 1,
      offline: false,
      model: other,
    });
    const named = await crossover(["run", "tickets.csv", "-c", "project/c.yaml", "--name", "own", "--dry-run"]);
    expect(named.code).toBe(0);
  });

  it("is not read unless it is named", async () => {
    await writeFile("crossover.config.json", "{ this is no JSON");
    expect((await crossover(["run", "tickets.csv", "--dry-run"])).code).toBe(0);
  });

  it("names the file, the line and the nearest key of what is wrong, before anything is read", async () => {
    await writeFile("project/c.yaml", "data: data/none.csv\nbudgetUSD: 2\n");
    const { code, err } = await crossover(["run", "-c", "project/c.yaml"]);
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toMatch(
      /project\/c\.yaml line 2: "budgetUSD" is not an option\. Did you mean "budgetUsd"\?/,
    );
    expect((await crossover(["run", "-c", "project/none.yaml"])).err).toMatch(/There is no file none\.yaml in project/);
  });

  it("says the data, the columns and the model to check as well", async () => {
    await writeFile("project/c.yaml", "data: data/own.csv\ntext: text\nlabel: none\n");
    const { code, err } = await crossover(["check", "-c", "project/c.yaml"]);
    expect([code, err]).toEqual([2, expect.stringContaining('"none"')]);
    const mended = await crossover(["check", "-c", "project/c.yaml", "--label", "label", "--no-label-errors"]);
    expect(mended.code, mended.err).toBe(0);
  });
});
