/** @file What the system refuses the program: a place for its output, room for its files, a folder that is deleted, a stack deep enough. A sentence, never a stack. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleChild, type ChildScript } from "../servers/child-process.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let program: ChildScript;
let folder: string;
let data: string;
beforeAll(async () => {
  program = await bundleChild("src/cli/cli.ts");
  folder = await mkdtemp(join(tmpdir(), "crossover-refusals-"));
  data = await writeTickets(folder);
}, 60_000);
afterAll(() => program[Symbol.asyncDispose]());

/** Runs the program in bash, with what the line says around it. */
function shell(line: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  const command = `node '${program.path}'`;
  const done = spawnSync("bash", ["--norc", "-c", line.replaceAll("PROGRAM", command)], { cwd: folder, encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const stack = /This is a bug|\n\s+at |Unhandled|node:internal/;
const quick = "--approaches baseline:majority";

describe.each(["--help", `run tickets.csv ${quick}`])("the output of %s", (words) => {
  it("that goes to a full disk is said to be lost, with code 2", () => {
    const { code, err } = shell(`PROGRAM ${words} > /dev/full`);
    expect(err).not.toMatch(stack);
    expect(err).toContain("cannot be printed");
    expect(code).toBe(2);
  });

  it("that nobody reads is no error", () => {
    const { out, err } = shell(`(PROGRAM ${words}; echo "code $?" >&2) | head -c 1`);
    expect(out).toHaveLength(1);
    expect(err).not.toMatch(stack);
    expect(err).toContain("code 0");
  });

  it("is whole where its progress and notes are lost", () => {
    const { code, out } = shell(`PROGRAM ${words} 2> /dev/full`);
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(100);
    expect(shell(`PROGRAM ${words} 2>&-`)).toMatchObject({ code: 0, err: "" });
  });
});

describe("a limit of the size of files", () => {
  it.each([8, 200])("of %d blocks ends in words, or in a whole result", (blocks) => {
    const { code, out, err } = shell(`ulimit -f ${blocks}; PROGRAM run tickets.csv ${quick},tune:probe --runs limited-${blocks}`);
    expect(out + err).not.toMatch(stack);
    expect([0, 2]).toContain(code);
    if (code === 0) expect(out).toContain("tune:probe");
  });
});

describe("a run's folder that is deleted while it runs", () => {
  it("is told in words", async () => {
    const runs = join(await emptyFolder(), "runs");
    await using llm = await startFaultyServer({
      keywords: { refund: "money" },
      otherwise: "login",
      fault: () => {
        // The run may write a file between the look into the folder and its removal; the next request removes that one.
        void rm(join(runs, "gone"), { recursive: true, force: true }).catch(() => undefined);
        return undefined;
      },
    });
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const words = ["run", data, "--runs", runs, "--name", "gone", "--llm", "openai:test", "--approaches", "prompt:zero-shot"];
    const { code, out, err } = await crossover(words, { env });
    expect(out + err).not.toMatch(stack);
    // Made again by the next payment, where one comes in time.
    expect([0, 2]).toContain(code);
  });
});

describe("what is nested thousands of levels deep", () => {
  const list = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const label = ["--llm", "openai:test", "--labels", "a,b", "--dry-run"];
  it.each<[string, string, (file: string) => string[]]>([
    ["a cell to label", `{"text":"one","x":${list}}\n`, (file) => ["label", file, ...label]],
    ["a text to label", `{"text":${list}}\n`, (file) => ["label", file, "--text", "text", ...label]],
    ["a text of data", `{"text":${list},"label":"a"}\n{"text":"two","label":"b"}\n`, (file) => ["run", file, "--dry-run"]],
    ["data", list, (file) => ["check", file]],
    [
      "descriptions",
      `refund: ${"{a: ".repeat(3000)}1${"}".repeat(3000)}\n`,
      (file) => ["run", data, "--dry-run", "--descriptions", file],
    ],
    [
      "a block of descriptions",
      `a:\n${Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i + 1)}a:`).join("\n")}\n`,
      (file) => ["check", data, "--descriptions", file],
    ],
    ["a configuration", `prompts: [hi]\ntests: ${"[".repeat(5000)}${"]".repeat(5000)}\n`, (file) => ["run", file, "--dry-run"]],
    ["prices", list, (file) => ["run", data, "--llm", "openai:test", "--prices", file, "--dry-run"]],
  ])("is told in words in %s", async (name, text, words) => {
    const isYaml = /descriptions|configuration/.test(name);
    const file = join(
      await emptyFolder(),
      isYaml ? "deep.yaml" : name === "data" || name === "prices" ? "deep.json" : "deep.jsonl",
    );
    await writeFile(file, text);
    const { code, out, err } = await crossover(words(file), { env: { OPENAI_API_KEY: "sk-x" } });
    expect(out + err).not.toMatch(stack);
    expect(code).toBe(2);
  });
});
