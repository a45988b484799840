/** @file Names of files, and all that a foreign run's folder may hold, on their way to the terminal: no command lets one of them steer it. */

import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cleanTerminal } from "../../src/cli/clean-terminal.js";
import { exitCode, explain } from "../../src/cli/exit-code.js";
import { makeProgress } from "../../src/cli/progress.js";
import { sealedDocument, sealedLine } from "../../src/lib/sealed-json.js";
import { shellWord } from "../../src/lib/text/shell-word.js";
import { dangerous } from "../report/hostile.js";
import { type CliResult, crossover, emptyFolder, ticketRows } from "./cli.js";
import { fakeTerminal } from "./fake-terminal.js";

/** A color, a title with its BEL, the C1 control that begins a sequence, and a name whose end is shown before its middle. */
const names = ["e\u001b[31m\u001b]0;pwn\u0007", "i\u009b31mx\u202etxt.exe\u2066\n\r'q"] as const;

let root: string;
beforeAll(async () => {
  root = await emptyFolder();
});

/** What was printed, seen before the terminal's own cleaning: each command must make harmless what it prints. */
async function raw(words: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  const result = await crossover(words, { env });
  // The cleaning writes `\u001b` for what a command let through; JSON and words for a shell hold such of their own accord.
  const rest = (result.out + result.err).replace(/\$'(?:[^'\\]|\\.)*'/gs, "");
  if (!words.includes("--json")) expect(rest).not.toMatch(/\\u(00[0189][0-9a-f]|007f|20[26][0-9a-f]|061c)/);
  return result;
}

const llm = ["--llm", "openai:gpt-5-mini", "--labels", "refund,login"];
const quick = ["--approaches", "baseline:majority,prompt:labels"];

describe.each(names)("a file called %j", (name) => {
  let folder: string;
  let data: string;
  let runs: string;
  beforeAll(async () => {
    folder = join(root, `folder ${name}`);
    runs = join(folder, "runs");
    await mkdir(folder, { recursive: true });
    data = join(folder, `${name}.csv`);
    const rows = ticketRows(60).map(({ text, label }) => `"${text}",${label}`);
    await writeFile(data, `text,label\n${rows.join("\n")}\n`);
  });

  it.each<[string, (file: string, folder: string) => string[], number]>([
    ["run --dry-run", (file, at) => ["run", file, ...quick, "--dry-run", "--runs", at], 0],
    ["run", (file, at) => ["run", file, ...quick, "--runs", at, "--name", "r", "-o", `${file}.md`], 0],
    ["run that is taken", (file, at) => ["run", file, ...quick, "--runs", at, "--name", "r"], 2],
    ["list", (_, at) => ["list", "--runs", at], 0],
    ["list --json", (_, at) => ["list", "--runs", at, "--json"], 0],
    ["view", (_, at) => ["view", "r", "--runs", at], 0],
    ["view of nothing", (file, at) => ["view", file, "--runs", at], 2],
    ["resume", (_, at) => ["resume", "r", "--runs", at], 0],
    ["check", (file, at) => ["check", file, "--no-label-errors", "--runs", at], 0],
    ["label --dry-run", (file, at) => ["label", file, ...llm, "--dry-run", "--runs", at], 0],
    ["label to where nothing may be", (file) => ["label", file, ...llm, "-o", `${file}.csv/x.txt`], 2],
    ["a file that is not there", (file) => ["run", `${file}.tsv`], 2],
    ["a model that is not there", (file) => ["check", file, "--model", `./${file}`], 2],
    ["a model that is no model", (file, at) => ["check", file, "--model", at], 2],
    ["an output of no kind", (file) => ["run", file, "-o", file.slice(0, -4)], 2],
    ["a gate of no kind", (file) => ["run", file, "--require", file], 2],
    ["an unknown option", (file) => ["run", `--${file}`], 2],
  ])("cannot steer the terminal in %s", async (_, words, code) => {
    const result = await raw(words(data, runs), { OPENAI_API_KEY: "sk-x" });
    expect(result.out + result.err).not.toMatch(dangerous);
    expect(result.code).toBe(code);
  });
});

describe("a run's folder from elsewhere", () => {
  let run: string;
  let runs: string;
  beforeAll(async () => {
    runs = join(root, "foreign");
    const data = join(root, "tickets.csv");
    const rows = ticketRows(60).map(({ text, label }) => `"${text}",${label}`);
    await writeFile(data, `text,label\n${rows.join("\n")}\n`);
    expect(await crossover(["run", data, ...quick, "--runs", runs, "--name", "r"])).toMatchObject({ code: 0 });
    run = join(runs, "r");
  });

  it.each(names)("cannot steer the terminal by its texts (%j)", async (name) => {
    const hostile = join(root, `hostile ${names.indexOf(name as never)}`, "runs");
    await mkdir(hostile, { recursive: true });
    await cp(run, join(hostile, name.replace(/\//g, "")), { recursive: true });
    const folder = join(hostile, name);
    // Labels, names and paths, wherever they stand; keys stay.
    const spoil = (value: unknown): unknown =>
      typeof value === "string"
        ? value + name
        : Array.isArray(value)
          ? value.map(spoil)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoil(each)]))
            : value;
    const manifest = JSON.parse(await readFile(join(folder, "run.json"), "utf8")) as Record<string, unknown>;
    const { crc: _, ...spoiled } = spoil(manifest) as Record<string, unknown>;
    await writeFile(join(folder, "run.json"), sealedDocument({ ...spoiled, format: manifest["format"] }));
    for (const file of ["measurements.jsonl", "predictions.jsonl"]) {
      const lines = (await readFile(join(folder, file), "utf8")).trim().split("\n");
      const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const names = ({ arm, split, failure }: Record<string, unknown>) => ({ arm, split, failure });
      await writeFile(
        join(folder, file),
        rows.map(({ crc: _, ...row }) => `${sealedLine({ ...(spoil(row) as object), ...names(row) })}\n`).join(""),
      );
    }
    for (const words of [["list"], ["list", "--json"], ["view", folder], ["resume", folder], ["resume"]]) {
      const { out, err } = await raw([...words, "--runs", hostile]);
      expect(out + err).not.toMatch(dangerous);
    }
  });
});

describe("a bug", () => {
  it("is shown with its stack, and without what would steer the terminal", () => {
    const error = new Error(`no such label ${names[0]}`);
    const { text, code } = explain(error);
    expect(code).toBe(exitCode.bug);
    expect(text.split("\n").length).toBeGreaterThan(3);
    expect(text).not.toMatch(dangerous);
    expect(text).toContain("escapes.test.ts");
  });
});

describe("a word for the shell", () => {
  it.each([...names, "plain.csv", "with space", "it's", "tab\there", "$HOME `x`", "日本語", "back\\slash", "\u007f\u0085"])(
    "means the same file and shows all of it (%j)",
    (text) => {
      expect(shellWord(text)).not.toMatch(dangerous);
      const printed = execFileSync("bash", ["--norc", "-c", `printf %s ${shellWord(text)}`], { env: { LC_ALL: "C.UTF-8" } });
      expect(printed.toString("utf8")).toBe(text);
    },
  );
});

describe("the terminal's own cleaning", () => {
  const all = `plain\ttext\n\u001b[32mgood\u001b[39m \u001b[8mhidden\u001b[2J\u001b]0;title\u0007 \r\u001b[2A\u001b[K\u009b \u202e`;

  it("lets the program's colors through where they are wanted, and nothing else", () => {
    const plain = fakeTerminal();
    cleanTerminal(plain).out(all);
    expect(plain.printed.out).not.toMatch(/[^\n\t\u0020-\u007e]/);
    const colored = fakeTerminal({ hasColor: true, isInteractive: true });
    cleanTerminal(colored).out(all);
    expect(colored.printed.out.match(/\u001b\[\d*[A-Za-z]/g)).toEqual(["\u001b[32m", "\u001b[39m"]);
  });

  it("lets a screen be redrawn, by the codes that redraw it", () => {
    const screen = fakeTerminal({ isInteractive: true });
    cleanTerminal(screen).err(all);
    expect(screen.printed.err.match(/\r|\u001b\[\d*[A-Za-z]/g)).toEqual(["\r", "\u001b[2A", "\u001b[K"]);
  });

  it("keeps JSON what it is", () => {
    const terminal = fakeTerminal();
    cleanTerminal(terminal).out(JSON.stringify(all));
    expect(terminal.printed.out).not.toMatch(dangerous);
    expect(JSON.parse(terminal.printed.out)).toBe(all);
  });
});

describe("progress", () => {
  it("shows the names of models without what would steer the terminal", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal, new AbortController().signal);
    const event = { kind: "progress", phase: "asking", subject: names[0]!, total: 10, detail: names[1] } as const;
    progress.log({ ...event, done: 1 });
    terminal.clock += 5;
    progress.log({ ...event, done: 2 });
    expect(terminal.printed.err.replace(/\r|\u001b\[[JK]/g, "")).not.toMatch(dangerous);
    expect(terminal.printed.err).toContain("pwn");
  });
});
