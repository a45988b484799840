/** @file Documentation is executed: each command of the README and the docs runs here, in a folder that holds the files it names. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli/cli.js";
import { tinyModel } from "./hub/served.js";
import { type FaultyServer, startFaultyServer } from "./servers/faulty-openai.js";
import { type HubServer, startHub } from "./servers/hub.js";
import { startFakeRay } from "./servers/ray.js";

const root = resolve(import.meta.dirname, "..");
const docs = readdirSync(join(root, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`);
const pages = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "examples/README.md", ...docs];
const text = (page: string): string => readFileSync(join(root, page), "utf8");

/** The blocks of a page in a language: `sh`, `ts`, `yaml`. */
const blocksOf = (page: string, language: string): string[] =>
  [...text(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, block]) => (of === language ? [block!] : []));

/** What the steps of a workflow run. */
function stepsOf(workflow: unknown): string[] {
  if (Array.isArray(workflow)) return workflow.flatMap(stepsOf);
  if (typeof workflow !== "object" || workflow === null) return [];
  return Object.entries(workflow).flatMap(([key, value]) => (key === "run" ? [String(value)] : stepsOf(value)));
}

/** The commands of a page's shell blocks and of the steps of its workflows, without comments, lines that go on joined. */
function commandsOf(page: string): string[] {
  const shell = [...blocksOf(page, "sh"), ...blocksOf(page, "yaml").flatMap((block) => stepsOf(parse(block)))];
  const lines = shell.flatMap((block) => block.replace(/\\\n\s*/g, " ").split("\n"));
  const indented = [...text(page).matchAll(/^ {4}((?:crossover|npm|npx|bash) .*)$/gm)].map(([, line]) => line!);
  return [...lines, ...indented].map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim()).filter((line) => line !== "");
}

/** A program that runs crossover: installed, or built in a clone. */
const own = /^(?:npx )?crossover |^node (?:\S*\/)?dist\/cli\/cli\.js /;

/** Words as a shell would part them: this documentation uses single quotes at the most. */
const wordsOf = (command: string): string[] => [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);

const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };

/** What is wrong with a command that is not run here: it would install, build or ask the network. `null` where nothing is. */
function faultOf(command: string): string | null {
  const [program, ...words] = wordsOf(command.replace(/^(?:[A-Z_]+=\S+ )+/, ""));
  const [verb = "", ...rest] = words;
  const missing = (path: string): string | null => (existsSync(join(root, path)) ? null : `there is no ${path}`);
  switch (program) {
    case "npm":
      if (["ci", "pack", "install", "uninstall"].includes(verb)) return null;
      return scripts[verb === "run" ? rest.find((word) => !word.startsWith("-"))! : verb] === undefined ? "no such script" : null;
    case "npx":
      return verb === "vitest" ? missing(rest.at(-1)!) : ["tsx", "promptfoo"].includes(verb) ? null : "unknown program";
    case "bash":
      return missing(verb);
    case "node":
      return verb.startsWith("scripts/") ? missing(verb) : /^[\w-]+\.ts$/.test(verb) ? null : "unknown file";
    default:
      // What the page on engines has besides is run by test/engines/first-run.test.ts.
      if (program === ".") return verb === "engine/bin/activate" ? null : "unknown file";
      return ["cp", "curl", "export", "git", "hf", "pip", "python3", "ray"].includes(program!) ? null : "unknown program";
  }
}

/** What GitHub makes of a heading, for links to it. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title] of text(page)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = title!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let unique = slug;
    for (let count = 1; anchors.has(unique); count++) unique = `${slug}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

let server: FaultyServer;
let hub: HubServer;
/** Of all commands. */
let help: string;
const before = process.cwd();
beforeAll(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  const models = [
    ...["distilbert-base-uncased", "distilbert/distilbert-base-uncased", "distilbert-base-multilingual-cased"],
    "sentence-transformers/all-mpnet-base-v2",
  ];
  hub = await startHub(Object.fromEntries(models.map((name) => [`models/${name}`, { revisions: { main: tinyModel } }])));
  const folder = await emptyFolder();
  const tickets = await writeTickets(folder, 40);
  await copyFile(tickets, join(folder, "messages.csv"));
  const unlabelled = [
    "a parcel",
    "no invoice",
    "the app crashes",
    "an address",
    "my discount",
    "two orders",
    "a delay",
    "the colour",
  ];
  await writeFile(join(folder, "unlabelled.csv"), `text\n${unlabelled.map((topic) => `"I write about ${topic}"`).join("\n")}\n`);
  await copyFile(join(root, "golden", "gguf", "llama.gguf"), join(folder, "smollm2-135m.gguf"));
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
  const price = { input_cost_per_token: 2e-7, output_cost_per_token: 8e-7 };
  await writeFile(join(folder, "prices.json"), JSON.stringify({ "openrouter/qwen/qwen3-32b": price }));
  await mkdir(join(folder, "runs"));
  await writeEngine(folder);
  await symlink(join(root, "examples"), join(folder, "examples"));
  process.chdir(folder);
  const [, list = ""] = (await crossover(["--help"])).out.split("Commands:\n");
  const commands = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!).filter((name) => name !== "help");
  help = (await Promise.all(commands.map((name) => crossover([name, "--help"])))).map(({ out }) => out).join();
});
afterAll(async () => {
  process.chdir(before);
  await server[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const copyPrompt = (): Promise<void> =>
  cp("runs/first/artifacts/prompt_few-shot@openai_gpt-6-luna", "my-prompt", { recursive: true });

/** It listens until it is told to stop, which is as soon as it says where. What a page asks of it meanwhile is answered. */
async function serves(words: readonly string[]): Promise<void> {
  const stop = new AbortController();
  const asked: Promise<string[]>[] = [];
  const out = (url: string): void => {
    const requests = commandsOf("docs/serve.md").filter((command) => command.startsWith("curl "));
    asked.push(faultsOf(requests, url.trim()).finally(() => stop.abort()));
  };
  const { code, err } = await crossover([...words, "--port", "0"], { out }, stop.signal);
  expect(code, err).toBe(0);
  expect(await Promise.all(asked)).toEqual([[]]);
}

/** Requests that are written for `curl` and are not answered. */
async function faultsOf(commands: readonly string[], url: string): Promise<string[]> {
  const faults: string[] = [];
  for (const command of commands) {
    const [, address = "", , type = "", , body = ""] = wordsOf(command);
    const headers = { "content-type": type.split(": ")[1]! };
    const { status } = await fetch(`${url}${new URL(address).pathname}`, { method: "POST", headers, body });
    if (status !== 200) faults.push(`${command}: ${status}`);
  }
  return faults;
}

/** Options of programs that run jobs, and of vLLM. */
const ofEngines = [
  ...["--head", "--dashboard-host", "--disable-usage-stats", "--gres", "--nproc-per-node"],
  ...["--max-model-len", "--quantization", "--tensor-parallel-size", "--reasoning-parser"],
];

/** A Python that answers at random, for pages that have one train, and a model for one that labels. */
async function writeEngine(folder: string): Promise<void> {
  const place = join(folder, "engine", "bin");
  await mkdir(place, { recursive: true });
  await cp(join(root, "golden", "classifier-bert"), join(folder, "my-classifier"), { recursive: true });
  const job = join(root, "test", "engines", "fake-job.cjs");
  await writeFile(join(place, "python"), `#!/bin/sh\nexec '${process.execPath}' '${job}' good "$2"\n`, { mode: 0o755 });
}

/** Commands that an earlier page has are not run again: their runs are there. */
const seen = new Set<string>();

describe.each(pages)("%s", (page) => {
  const commands = commandsOf(page).flatMap((line) => line.split(" && "));
  const ours = commands.filter((command) => own.test(command) && !seen.has(command) && seen.add(command));

  it.each(ours)("%s", async (command) => {
    const words = wordsOf(command.replace(own, ""));
    const path = `${join(process.cwd(), "engine", "bin")}${delimiter}${process.env["PATH"]}`;
    const services = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url, HF_ENDPOINT: hub.url };
    const env = { ...services, HF_HOME: join(process.cwd(), "hf"), PATH: path };
    // The shipped example is run whole by `npm start`; here its first rows do.
    const isWholeExample = words[0] === "run" && words[1]?.startsWith("examples/") && !words.includes("--dry-run");
    // What a page copies before it is there.
    if (words.includes("my-prompt")) await copyPrompt();
    if (words[0] === "serve") return serves(words);
    const cluster = words.indexOf("ray:127.0.0.1:8265");
    if (cluster >= 0) {
      // It is given a trial, and says that it runs none: test/engines/first-run.test.ts has a cluster that does.
      await using ray = await startFakeRay();
      ray.onSubmit = (_, job) => Object.assign(job, { status: "FAILED", message: "No machine is left" });
      words.splice(cluster, 1, `ray:${ray.address}`, "--dry-run");
      const { code, err } = await crossover(words, { env });
      expect(code, err).toBe(2);
      expect(err).toContain("No machine is left");
      return;
    }
    const { code, err } = await crossover(isWholeExample ? [...words, "--limit", "40", "--test-limit", "20"] : words, { env });
    expect(err).not.toMatch(/bug in crossover/);
    expect(code, err).toBe(0);
  });

  it("has no other command than those that are there", () => {
    const others = commands.filter((command) => !own.test(command));
    expect(others.flatMap((command) => (faultOf(command) === null ? [] : [`${command}: ${faultOf(command)}`]))).toEqual([]);
  });

  it("names only options and commands that exist", () => {
    const outside = new Set(["--no-deps", "--ignore-scripts", ...ofEngines]);
    const options = [...text(page).matchAll(/(?<![\w-])--[a-z][a-z-]+/g)]
      .map(([option]) => option)
      .filter((option) => !outside.has(option));
    // A switch and its opposite are one option, of which help shows one.
    const isKnown = (option: string): boolean =>
      [option, option.replace(/^--no-/, "--"), option.replace(/^--/, "--no-")].some((flag) =>
        new RegExp(`${flag}\\b`).test(help),
      );
    expect(options.filter((option) => !isKnown(option))).toEqual([]);
  });

  it("links only to files and headings that exist", () => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const paths = [...text(page).matchAll(/`((?:src|test|golden|bench|decisions|docs|examples|models|scripts)\/[\w./-]*)`/g)].map(
      (match) => match[1]!,
    );
    // A link is followed from the page, a path is named from the root.
    const folder = dirname(page);
    const fileOf = (path: string): string => (path === "" ? page : join(folder, path));
    expect(links.flatMap(([, path]) => (existsSync(join(root, fileOf(path!))) ? [] : [path]))).toEqual([]);
    const broken = links.filter(([, path, anchor]) => anchor !== undefined && !anchorsOf(fileOf(path!)).has(anchor));
    expect(broken.map(([link]) => link)).toEqual([]);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("has YAML that can be read", () => {
    for (const block of blocksOf(page, "yaml")) expect(parse(block)).toBeTypeOf("object");
  });

  it("shows pictures that are small", () => {
    const pictures = [...text(page).matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, path]) => join(root, dirname(page), path!));
    expect(pictures.filter((path) => statSync(path).size >= 150_000)).toEqual([]);
  });
});

describe("the index of the docs", () => {
  it("has each page once, and the README leads to it", () => {
    const linked = [...text("docs/README.md").matchAll(/^- \[[^\]]+\]\(([\w-]+\.md)\):/gm)]
      .map(([, page]) => `docs/${page}`)
      .sort();
    expect(linked).toEqual(docs.filter((page) => page !== "docs/README.md").sort());
    expect(text("README.md")).toContain("](docs/README.md)");
  });

  it("is of pages whose prose is no wider than 120 columns", () => {
    const wide = ["README.md", ...docs].flatMap((page) =>
      text(page)
        .replace(/^```[\s\S]*?^```$/gm, "")
        .split("\n")
        .filter((line) => line.length > 120 && !line.startsWith("|"))
        .map((line) => `${page}: ${line.slice(0, 60)}`),
    );
    expect(wide).toEqual([]);
  });
});

/** The programs of a page. */
const programsOf = (page: string): string[] => blocksOf(page, "ts");

it("programs of all pages compile, as loosely as Node runs them", async () => {
  const folder = join(root, "build", "docs-programs");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const programs = ["README.md", ...docs].flatMap((page) =>
    programsOf(page).map((program, i) => ({ name: `${page.replace(/\W+/g, "-")}-${i + 1}.ts`, program })),
  );
  for (const { name, program } of programs) await writeFile(join(folder, name), `${program}\nexport {};\n`);
  const compilerOptions = { strict: false, exactOptionalPropertyTypes: false, noUnusedLocals: false };
  const loose = {
    ...compilerOptions,
    noUncheckedIndexedAccess: false,
    noPropertyAccessFromIndexSignature: false,
    skipLibCheck: true,
  };
  const config = { extends: "../../tsconfig.json", compilerOptions: loose, include: ["*.ts"], exclude: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const { stdout } = await promisify(execFile)(tsc, ["-p", folder], { cwd: root }).catch((error: { stdout: string }) => error);
  expect(stdout.split("\n").filter((line) => line.includes("docs-programs"))).toEqual([]);
  expect(programs.length).toBeGreaterThan(8);
});

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
    expect(await printed(saved!, "saved")).toMatch(/^tfidf \["refund"\] \{.*"refund":0\.\d/);
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
  expect(commandsOf("README.md").slice(0, 2)).toEqual(["npm ci && npm start", "npm ci && npm test"]);
  expect(scripts["test"]).toBe("vitest run");
  const example = /(?:crossover|cli\.js) run (\S+)$/.exec(scripts["start"]!)?.[1];
  expect(existsSync(join(root, example!))).toBe(true);
});

describe("the programs of docs/production.md", () => {
  const page = "docs/production.md";
  const labels = /refund|login/;

  it("in Node", async () => {
    expect(await printed(programsOf(page)[0]!, "production")).toMatch(labels);
  });

  it("with transformers.js, on the folder that was exported", async () => {
    // Found from where the packages are, not from the folder of the data.
    const file = join(process.cwd(), "production.mjs");
    await writeFile(file, blocksOf(page, "js")[0]!);
    await symlink(join(root, "node_modules"), join(process.cwd(), "node_modules"));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: process.cwd() });
    expect(stdout).toMatch(labels);
  });

  it.skipIf(process.env["CROSSOVER_PYTHON"] === undefined)(
    "with Python's transformers",
    async () => {
      const program = blocksOf(page, "python")[0]!;
      const { stdout } = await promisify(execFile)(process.env["CROSSOVER_PYTHON"]!, ["-c", program], { cwd: process.cwd() });
      expect(stdout).toMatch(labels);
    },
    60_000,
  );
});
