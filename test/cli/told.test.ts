/** @file What is done otherwise than a user may think, or not at all, is said: nothing that was asked for is dropped in silence. */
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

const quick = ["--approaches", "baseline:majority,tune:tfidf", "--curve", "off"];

let folder: string;
let data: string;
let runs: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
  runs = join(folder, "runs");
});

const run = (...words: readonly string[]): Promise<Awaited<ReturnType<typeof crossover>>> =>
  crossover(["run", data, "--runs", runs, ...quick, ...words]);

describe("the data", () => {
  it("is told before anything is measured: rows, labels, how the test rows came about, which columns were found", async () => {
    const path = join(folder, "other.csv");
    await writeFile(
      path,
      `body,queue\n${ticketRows(60)
        .map(({ text, label }) => `"${text}",${label}`)
        .join("\n")}\n`,
    );
    const ran = await crossover(["run", path, "--runs", runs, ...quick]);
    expect(ran.err).toMatch(/45 training rows, 15 test rows, 2 labels/);
    expect(ran.err).toMatch(/held back for testing/);
    expect(ran.err).toContain(`"queue"`);
    const plan = await crossover(["run", path, "--runs", runs, "--dry-run", ...quick]);
    expect(plan.out.match(/held back for testing/g)).toHaveLength(1);
    expect(plan.err).not.toContain("held back for testing");
    expect(plan.out).toContain(`"queue"`);
  });
});

describe("an option that changes nothing here", () => {
  it.each([
    [["--confidence", "stated"], "--confidence"],
    [["--demos", "3", "-j", "2"], "--demos and --max-concurrency"],
    [["--recorded-labels", "3"], "--recorded-labels"],
    [["--curve-time", "10s"], "--curve-time"],
    [["--person-hours", "tuned=1,prompted=2"], "--person-hours"],
    [["--engine-pip", "--engine-timeout", "2h"], "--engine-pip and --engine-timeout"],
  ])("is said to: %j", async (words, named) => {
    for (const how of [["--dry-run"], ["--quiet"]]) {
      const { err, code } = await run(...words, ...how);
      expect(code).toBe(0);
      expect(err.match(/changes? nothing here/g)).toHaveLength(1);
      expect(err).toContain(named);
    }
  });

  it("is said to where the engine has no use for it, and another has", async () => {
    const { err, code } = await run("--dry-run", "--engine", `command:${process.execPath}`, "--engine-image", "org/image");
    expect(code).toBe(0);
    expect(err.replace(/\s+/g, " ")).toContain("--engine-image changes nothing here: it is for hf-jobs:[ORG/]FLAVOR.");
  });

  it("is not mentioned where it does something, or was not given", async () => {
    expect((await run("--dry-run")).err).not.toContain("nothing here");
    expect((await run("--dry-run", "--class-weight", "balanced", "--search", "2")).err).not.toContain("nothing here");
    await using llm = await startFaultyServer({ keywords: { refund: "money" }, otherwise: "login" });
    const asked = ["run", data, "--runs", runs, "--curve", "off", "--approaches", "prompt:few-shot", "--llm", "openai:m", "-y"];
    const ran = await crossover([...asked, "--demos", "3", "-j", "2"], { env: { OPENAI_BASE_URL: llm.url } });
    expect(ran.code).toBe(0);
    expect(ran.err).not.toContain("nothing here");
  });
});

describe("files", () => {
  it("that a plan does not write are named", async () => {
    const file = join(folder, "plan.html");
    expect((await run("--dry-run", "-o", file)).err).toContain(`${file} is not written`);
    expect(existsSync(file)).toBe(false);
  });

  it("that a run was to write are in the command that resumes it, which writes them", async () => {
    await using llm = await startFaultyServer({ keywords: { refund: "money" }, otherwise: "login", fault: () => "401" });
    const file = join(folder, "later.csv");
    const words = ["run", data, "--runs", runs, "--name", "later", "--curve", "off", "-o", file];
    const asked = ["--approaches", "baseline:majority,prompt:zero-shot", "--llm", "openai:m", "-y"];
    const refused = await crossover([...words, ...asked], { env: { OPENAI_BASE_URL: llm.url, OPENAI_API_KEY: "sk-x" } });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(`crossover resume ${join(runs, "later")} -o ${file}`);
  });

  it("whose texts cannot be had are said to lack them", async () => {
    expect((await run("--name", "moved")).code).toBe(0);
    const [away, file] = [join(folder, "away.csv"), join(folder, "moved.csv")];
    await rename(data, away);
    try {
      const viewed = await crossover(["view", "moved", "--runs", runs, "-o", file]);
      expect(viewed.code).toBe(0);
      expect(viewed.err).toContain("texts are left out");
    } finally {
      await rename(away, data);
    }
    expect((await crossover(["view", "moved", "--runs", runs, "-o", file])).err).not.toContain("texts are left out");
  });
});
