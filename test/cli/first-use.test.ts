/** @file What people met when they used the program on files of their own for the first time. */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../src/cli/exit-code.js";
import { sealedDocument } from "../../src/lib/sealed-json.js";
import { runFormat } from "../../src/store/run.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, writeTickets } from "./cli.js";

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-first-use-"));
  data = await writeTickets(folder);
});

describe("words that cannot work", () => {
  it('leave no run behind that can never be finished: --approaches ""', async () => {
    const runs = join(folder, "no-approach");
    const { code, err } = await crossover(["run", data, "--runs", runs, "--approaches", ""]);
    expect(code).toBe(2);
    expect(err).toContain('--approaches is ""; it must name at least one');
    await expect(readdir(runs)).rejects.toThrow("ENOENT");
  });

  it.each(["../x", "a/b", "..", "a\\b", ""])("put no run where the list does not find it: --name %j", async (name) => {
    const { code, err } = await crossover(["run", data, "--runs", join(folder, "named"), "--name", name]);
    expect(code).toBe(2);
    expect(err).toContain(`--name is "${name}"; it must be a name without slashes`);
  });

  it("name the gate's unknown approach before anything is asked", async () => {
    await using llm = await startFaultyServer({ keywords: { refund: "money" }, otherwise: "login" });
    const words = ["run", data, "--runs", join(folder, "gate"), "--llm", "openai:test", "--require", "tune:prob.accuracy>=0.5"];
    const { code, err } = await crossover(words, { env: { OPENAI_BASE_URL: llm.url } });
    expect(code).toBe(2);
    expect(err).toContain('"tune:prob" is not an approach of this run. Did you mean "tune:probe"?');
    expect(llm.requests).toHaveLength(0);
  });
});

describe("a folder that is not what it seems", () => {
  it("a file as the folder of runs is said in words, not as a bug of ours", async () => {
    const file = join(folder, "a file");
    await writeFile(file, "");
    const { code, err } = await crossover(["run", data, "--runs", file]);
    expect(code).toBe(2);
    expect(err).not.toContain("    at ");
    expect(err).toContain(file);
  });

  it.each(["ENOSPC", "EACCES", "EROFS", "EISDIR"])("a disk that refuses with %s is no bug of ours", (fault) => {
    const error = Object.assign(new Error(`${fault}: write`), { code: fault, path: "/runs/one/report.html" });
    const { text, code } = explain(error);
    expect(code).toBe(2);
    expect(text).toContain("/runs/one/report.html");
    expect(text).not.toContain("    at ");
  });

  it("a run.json that lost its half hides no other run from the list", async () => {
    const runs = join(folder, "listed");
    expect((await crossover(["run", data, "--runs", runs, "--name", "whole", "--approaches", "baseline:majority"])).code).toBe(0);
    await mkdir(join(runs, "half"));
    await writeFile(join(runs, "half", "run.json"), sealedDocument({ format: runFormat, name: "half" }));
    const { code, out } = await crossover(["list", "--runs", runs]);
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(1);
    const viewed = await crossover(["view", "half", "--runs", runs]);
    expect(viewed.code).toBe(2);
    expect(viewed.err).toContain("does not hold what is kept there");
    const report = await readFile(join(runs, "whole", "report.md"), "utf8");
    expect(report).toContain("neither fine-tuning nor prompting was measured");
  });
});

it("an unfinished run is not shown as if it were whole", async () => {
  const runs = join(folder, "unfinished");
  await crossover(["run", data, "--runs", runs, "--name", "stopped", "--approaches", "baseline:majority"]);
  const path = join(runs, "stopped", "run.json");
  const { finishedAt, crc: _, ...stopped } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  expect(finishedAt).toEqual(expect.any(String));
  await writeFile(path, sealedDocument(stopped));
  const { code, err } = await crossover(["view", "stopped", "--runs", runs]);
  expect(code).toBe(0);
  expect(err).toContain(
    `is not finished: what follows is what was measured so far. Go on with: crossover resume ${join(runs, "stopped")}`,
  );
});

it("six rows leave no broken sentence, and no promise that one more row would settle it", async () => {
  const tiny = join(folder, "tiny.csv");
  const rows = [0, 1, 2].flatMap((i) => [`good ${i} stuff,a`, `bad thing ${i},b`]);
  await writeFile(tiny, `text,label\n${rows.join("\n")}\n`);
  const { code, out, err } = await crossover(["run", tiny, "--runs", join(folder, "tiny")]);
  expect(code).toBe(0);
  expect(err).toContain('Note: The label "b" could not be held back');
  expect(out).not.toMatch(/About 1 more|~1 more/);
  expect(out).not.toContain("which may be less than your margin");
  expect(out).toContain("on so few rows the test does not exclude chance");
});
