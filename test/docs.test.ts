/** @file Documentation is executed: each command of the README and the docs runs here, in a folder that holds the files it names. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli/cli.js";
import { tinyModel } from "./hub/served.js";
import { type FaultyServer, startFaultyServer } from "./servers/faulty-openai.js";
import { type HubServer, startHub } from "./servers/hub.js";

const root = resolve(import.meta.dirname, "..");
const pages = [
  "README.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  "examples/README.md",
  ...readdirSync(join(root, "docs")).map((file) => `docs/${file}`),
];
const text = (page: string): string => readFileSync(join(root, page), "utf8");

/** The commands of a page's shell blocks, without comments. */
function commandsOf(page: string): string[] {
  const blocks = [...text(page).matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const indented = [...text(page).matchAll(/^ {4}(crossover .*)$/gm)].map((match) => match[1]!);
  const lines = blocks.flatMap((block) => block.split("\n")).map((line) => line.replace(/\s+#.*$/, "").trim());
  return [...lines.filter((line) => line !== ""), ...indented];
}

/** Words as a shell would part them: this documentation uses single quotes at the most. */
const wordsOf = (command: string): string[] => [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);

let server: FaultyServer;
let hub: HubServer;
/** Of all commands. */
let help: string;
const before = process.cwd();
beforeAll(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  hub = await startHub({ "models/distilbert-base-uncased": { revisions: { main: tinyModel } } });
  const folder = await emptyFolder();
  const tickets = await writeTickets(folder, 40);
  await copyFile(tickets, join(folder, "messages.csv"));
  const queues = ticketRows(40).map(({ text: body, label }, i) => `"${body}",${label},c${i % 13}`);
  await writeFile(join(folder, "train.csv"), `body,queue,customer\n${queues.slice(0, 30).join("\n")}\n`);
  await writeFile(join(folder, "test.csv"), `body,queue,customer\n${queues.slice(30).join("\n")}\n`);
  await writeFile(
    join(folder, "reviews.jsonl.gz"),
    gzipSync(
      ticketRows(40)
        .map((row) => JSON.stringify(row))
        .join("\n"),
    ),
  );
  for (const [file, model] of [
    ["batch-output.jsonl", "gpt-5-mini"],
    ["other-model.jsonl", "gpt-5-nano"],
  ] as const) {
    const lines = ticketRows(40).map(({ label }, i) =>
      JSON.stringify({
        custom_id: `row-${i + 1}`,
        response: { status_code: 200, body: { model, choices: [{ message: { content: label }, finish_reason: "stop" }] } },
      }),
    );
    await writeFile(join(folder, file), lines.join("\n"));
  }
  const tests = ticketRows(40).map(({ text: body, label }) => ({
    vars: { text: body },
    assert: [{ type: "equals", value: label }],
  }));
  const promptfoo = { prompts: ["A refund or a login? {{text}}"], providers: ["openai:chat:gpt-4o-mini"], tests };
  await writeFile(join(folder, "promptfooconfig.yaml"), JSON.stringify(promptfoo));
  const fields = ["Text:", "Label:"].map((prefix) => ({ prefix, description: "" }));
  const demos = [{ text: "where is my money", label: "refund" }];
  await writeFile(join(folder, "program.json"), JSON.stringify({ demos, signature: { instructions: "Sort tickets.", fields } }));
  await mkdir(join(folder, "runs"));
  await symlink(join(root, "examples"), join(folder, "examples"));
  process.chdir(folder);
  const commands = ["advise", "init", "run", "check", "label", "resume", "list", "view"];
  help = (await Promise.all(commands.map((name) => crossover([name, "--help"])))).map(({ out }) => out).join();
});
afterAll(async () => {
  process.chdir(before);
  await server[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

describe.each(pages)("%s", (page) => {
  const commands = commandsOf(page).filter((command) => /^(npx )?crossover /.test(command));

  it.each(commands)("%s", async (command) => {
    const words = wordsOf(command.replace(/^(npx )?crossover /, ""));
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url, HF_ENDPOINT: hub.url, HF_HOME: join(process.cwd(), "hf") };
    // The shipped example is run whole by `npm start`; here its first rows do.
    const isWholeExample = words[0] === "run" && words[1]?.startsWith("examples/") && !words.includes("--dry-run");
    const { code, err } = await crossover(isWholeExample ? [...words, "--limit", "40", "--test-limit", "20"] : words, { env });
    expect(err).not.toMatch(/bug in crossover/);
    expect(code, err).toBe(0);
  });

  it("names only options and commands that exist", () => {
    const outside = new Set(["--no-deps", "--ignore-scripts"]);
    const options = [...text(page).matchAll(/(?<![\w-])--[a-z][a-z-]+/g)]
      .map(([option]) => option)
      .filter((option) => !outside.has(option));
    expect(options.filter((option) => !new RegExp(`${option}\\b`).test(help))).toEqual([]);
  });

  it("links only to files that exist", () => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    const paths = [...text(page).matchAll(/`((?:src|test|golden|bench|decisions|docs|examples|models)\/[\w./-]*)`/g)].map(
      (match) => match[1]!,
    );
    // A link is followed from the page, a path is named from the root.
    const folder = join(root, dirname(page));
    expect(links.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

/** The programs of a page. */
const programsOf = (page: string): string[] => [...text(page).matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

/** Runs a program in the folder of the data, and returns what it prints. */
async function printed(program: string, name: string): Promise<string> {
  const file = join(process.cwd(), `${name}.ts`);
  await writeFile(file, `${program}\nexport {};\n`);
  vi.stubEnv("OPENAI_API_KEY", "sk-x");
  vi.stubEnv("OPENAI_BASE_URL", server.url);
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ file);
    return print.mock.calls
      .map((values) => values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" "))
      .join("\n");
  } finally {
    print.mockRestore();
    vi.unstubAllEnvs();
  }
}

it("the README's program runs, and prints a comparison", async () => {
  expect(await printed(programsOf("README.md")[0]!, "readme")).toContain("prompt:zero-shot@openai:gpt-6-luna");
});

describe("the programs of docs/from-code.md", () => {
  const [run, saved, own, statistic, labels, ...more] = programsOf("docs/from-code.md");
  it("are five, each of at most 30 lines", () => {
    expect([labels === undefined, more.length]).toEqual([false, 0]);
    for (const program of [run, saved, own, statistic, labels])
      expect(program!.trim().split("\n").length).toBeLessThanOrEqual(30);
  });

  it("a run tells its steps while it goes, and ends in scores and advice", async () => {
    const lines = (await printed(run!, "run")).split("\n");
    const steps = lines.flatMap((line) => /^(\d+) steps: (\S+), (test|validation) rows/.exec(line)?.[1] ?? []).map(Number);
    expect(steps.length).toBeGreaterThanOrEqual(4);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps[0]).toBeGreaterThan(0);
    expect(lines.filter((line) => /^\S+: [01]\.\d{3}, 95% interval/.test(line))).toHaveLength(4);
    expect(lines.length).toBeGreaterThan(steps.length + 4);
  });

  it("what the run saved answers", async () => {
    expect(await printed(saved!, "saved")).toMatch(/^classifier \["refund"\] \{.*"refund":0\.\d/);
  });

  it("an approach of one's own is compared with a tuned one", async () => {
    const report = await printed(own!, "own");
    expect(report).toContain("shared-words");
    expect(report).toContain("tune:probe");
  });

  it("a statistic alone is computed", async () => {
    const lines = (await printed(statistic!, "statistic")).split("\n");
    expect(lines[0]).toContain("on 2 rows, only the old one on 0: p = 0.250");
    // By the normal approximation (z.975 √.1 + z.8 √(.1 − .02²))² / .02² it is 1,960.
    expect(Number(lines.at(-1)!.split(": ")[1])).toBeGreaterThan(1900);
    expect(Number(lines.at(-1)!.split(": ")[1])).toBeLessThan(2000);
  });

  it("a crossover is found between the sizes that it lies between", async () => {
    const [counts, score] = (await printed(labels!, "labels")).trim().split("\n");
    const [found, low, high, safe] = [...counts!.matchAll(/"?labels"?: ?(\d+)/g)].map(([, count]) => Number(count));
    expect(low).toBeGreaterThan(64);
    expect(found).toBeGreaterThan(low!);
    expect(safe).toBeGreaterThan(found!);
    expect(high).toBeGreaterThan(safe!);
    expect(found).toBeLessThan(256);
    expect(Number(score)).toBeGreaterThan(0.88);
  });
});

it("the README's two commands are scripts of the package", () => {
  const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
  expect(commandsOf("README.md").slice(0, 2)).toEqual(["npm ci && npm start", "npm ci && npm test"]);
  expect(scripts["test"]).toBe("vitest run");
  const example = /(?:crossover|cli\.js) run (\S+)$/.exec(scripts["start"]!)?.[1];
  expect(existsSync(join(root, example!))).toBe(true);
});
