/**
 * @file The model in the box, asked by our engine and by node-llama-cpp: the same tokens, the same threads. The processes take turns.
 *
 *     LLAMA=/folder/with/node-llama-cpp GGUF=smollm2.gguf MORE=q8.gguf,q4.gguf npm run bench ask
 *
 * `GGUF` is written by `node scripts/convert-smollm2.js --restore FILE`; both read it. node-llama-cpp is asked with each file of `MORE` too: what it takes for a
 * product depends on the format of the weights. `requantize.py` writes them. `FLASH=plain`, `BATCH` and `SEQUENCES` ask node-llama-cpp
 * otherwise; `ROWS` are scored.
 */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, join } from "node:path";
import { env } from "node:process";
import { Tokenizer } from "@huggingface/tokenizers";
import { readDataset } from "../../src/data/data.js";
import { openDecoderSource } from "../../src/tune/decoders/decoder-source.js";
import { keep, table } from "../lib/results.js";
import { type MeasuringServer, startServer } from "../lib/server.js";
import { mean, median } from "../lib/statistics.js";
import type { Done, Ids, Job } from "./contestant.js";

const threads = "2";
const turns = 5;
const lengths = [64, 256, 512, 1024];
const generated = 50;
const { LLAMA = "", GGUF = "", MORE = "", FLASH = "flash", BATCH = "512", SEQUENCES = "16", ROWS = "100" } = env;

interface Side {
  readonly title: string;
  readonly args: readonly string[];
}
const llama = (path: string): Side => ({
  title: `node-llama-cpp, ${basename(path)}`,
  args: ["build/bench/ask/llama.js", LLAMA, path, threads, FLASH, BATCH, SEQUENCES],
});
const ours = { title: "ours", args: ["build/bench/ask/ours.js", GGUF, threads] };
const boxed = { title: "ours, from the package in the box", args: ["build/bench/ask/ours.js", "box", threads] };
const peers = [GGUF, ...MORE.split(",").filter((path) => path !== "")].map(llama);
const sides: readonly Side[] = [ours, ...peers];

interface Case {
  readonly title: string;
  /** A job of one turn, and how many units of work it is. */
  job(turn: number): Job;
  readonly units: number;
}

/** Cases from tickets that are shipped as an example. */
async function casesOf(): Promise<{ readonly cases: readonly Case[]; readonly described: string }> {
  await using source = await openDecoderSource(GGUF);
  const tokenizer = new Tokenizer(source.tokens.files.tokenizer, source.tokens.files.config);
  const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const { examples: rows } = await readDataset("examples/support-tickets.csv");
  const labels = [...new Set(rows.flatMap((row) => row.labels))].sort();
  const texts = rows.map(({ text }) => text);
  // No two begin alike, so that nothing is known of any.
  const prose = (turn: number, length: number): Ids => encode(texts.slice(turn * 40 + length / 64).join("\n")).slice(0, length);
  const instruction = `Sort each message that customers sent to a shop for kitchen machines into one of these labels: ${labels.join(", ")}. Answer with the label alone.`;
  const example = (row: (typeof rows)[number]): string => `\n\nMessage: ${row.text}\nLabel: ${row.labels[0]}`;
  const shared = encode(`${instruction}${rows.slice(-2).map(example).join("")}\n\nMessage:`);
  const own = texts.slice(0, Number(ROWS)).map((text) => encode(` ${text}\nLabel:`));
  const answers = labels.map((label) => encode(` ${label}`));
  const prompts = lengths.map(
    (length): Case => ({
      title: `prompt of ${length} tokens, tokens a second`,
      job: (turn) => ({ kind: "prompt", ids: prose(turn, length) }),
      units: length,
    }),
  );
  const cases: Case[] = [
    ...prompts,
    {
      title: `generating ${generated} tokens, tokens a second`,
      job: (turn) => ({ kind: "generate", ids: prose(turn, 128), most: generated }),
      units: generated,
    },
    {
      title: `scoring ${labels.length} labels, rows a second`,
      job: () => ({ kind: "score", shared, rows: own, labels: answers }),
      units: own.length,
    },
  ];
  const described = `${own.length} rows of support tickets with ${mean(own.map((ids) => ids.length)).toFixed(0)} tokens on average after ${shared.length} that they share, ${labels.length} labels of ${mean(answers.map((ids) => ids.length)).toFixed(1)} tokens`;
  return { cases, described };
}

const run = async (server: MeasuringServer, job: Job): Promise<Done> => (await server.ask(JSON.stringify(job))) as Done;

/** A cell of the first side, and two of each other: its figure, and the median of the ratios of each turn with the least and the most. */
function cells(title: string, seconds: readonly (readonly number[])[], figure: (seconds: number) => string): string[] {
  const [first, ...others] = seconds as readonly [readonly number[], ...(readonly number[])[]];
  const ratios = others.map((all) => first.map((value, turn) => value / all[turn]!));
  const compared = ratios.flatMap((all, i) => [
    figure(median(others[i]!)),
    `**${median(all).toFixed(2)}** (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)})`,
  ]);
  return [title, figure(median(first)), ...compared, loadavg()[0]!.toFixed(1)];
}

interface Measured {
  readonly row: readonly string[];
  /** Numbers of the last turn, a side each. */
  readonly numbers: readonly Done["numbers"][];
}

async function compare(servers: readonly MeasuringServer[], { title, job, units }: Case): Promise<Measured> {
  const seconds = sides.map((): number[] => []);
  const numbers: Done["numbers"][] = [];
  // The first turn warms up, and does not count.
  for (let turn = 0; turn <= turns; turn++)
    for (const [side, server] of servers.entries()) {
      const done = await run(server, turn === 0 ? shortened(job(turn)) : job(turn));
      if (turn === 0) continue;
      if (job(turn).kind === "generate" && done.numbers[0]!.length !== units)
        throw new Error(`${sides[side]!.title} ended early: take another text`);
      numbers[side] = done.numbers;
      seconds[side]!.push(done.seconds);
    }
  const row = cells(title, seconds, (value) => rateText(units / value));
  process.stderr.write(`${row.join("  ")}\n`);
  return { row, numbers };
}

const rateText = (rate: number): string => (rate < 100 ? rate.toPrecision(3) : rate.toFixed(0));

const shortened = (job: Job): Job => (job.kind === "score" ? { ...job, rows: job.rows.slice(0, 10) } : job);

/** Seconds from the start of a process until it can be asked. */
async function loading(): Promise<readonly string[][]> {
  const kinds = [ours, boxed, ...peers];
  const seconds = kinds.map((): number[] => []);
  for (let turn = 0; turn <= turns; turn++)
    for (const [i, { args }] of kinds.entries()) {
      const server = await startServer("node", args);
      const done = (await server.ask("load")) as Done;
      server.close();
      if (turn > 0) seconds[i]!.push(done.seconds);
    }
  const [file, box, ...others] = seconds as [number[], number[], ...number[][]];
  const figure = (value: number): string => value.toFixed(2);
  return [
    cells("start until ready, seconds", [file, ...others], figure),
    cells("the same, ours from the package in the box", [box, ...others], figure),
  ];
}

/** The largest memory until now, and ratios. */
async function memory(servers: readonly MeasuringServer[], title: string): Promise<string[]> {
  const bytes = await Promise.all(servers.map(async (server) => ((await server.ask("load")) as Done).peakBytes));
  const mb = (value: number): string => (value / 1e6).toFixed(0);
  const [first = 0, ...others] = bytes;
  return [title, mb(first), ...others.flatMap((value) => [mb(value), `**${(first / value).toFixed(2)}**`]), ""];
}

/** Measures all cases and keeps the table; of named kinds (`prompt`, `generate`, `score`) prints it alone. */
export async function ask(names: readonly string[]): Promise<void> {
  if (LLAMA === "" || GGUF === "")
    throw new Error("Set LLAMA to a folder with node-llama-cpp in node_modules, and GGUF to the file of the model.");
  const { cases, described } = await casesOf();
  const rows: (readonly string[])[] = names.length > 0 ? [] : [...(await loading())];
  const servers = await Promise.all(sides.map(({ args }) => startServer("node", args)));
  let agreement = "";
  for (const each of cases) {
    const { kind } = each.job(0);
    if (names.length > 0 && !names.includes(kind)) continue;
    if (kind === "score") rows.push(await memory(servers, "peak memory until here, MB"));
    const { row, numbers } = await compare(servers, each);
    rows.push(row);
    if (kind === "score") agreement = peers.map(({ title }, i) => agreementText(title, numbers[0]!, numbers[i + 1]!)).join(" ");
  }
  rows.push(await memory(servers, "peak memory after all, MB"));
  for (const server of servers) server.close();
  const body = table(["", "ours", ...peers.flatMap(({ title }) => [title, "ours / its time"]), "load"], rows);
  const how = `node-llama-cpp: flash attention ${FLASH === "flash" ? "on" : "off"}, batches of ${BATCH}, ${SEQUENCES} sequences at once when scoring`;
  if (names.length > 0) {
    process.stdout.write(`${body}\n${agreement} ${how}\n`);
    return;
  }
  const note =
    `SmolLM2-135M-Instruct, the same tokens, ${threads} threads, no GPU. Both read ${basename(GGUF)}, the file in the box (Q4_1); ours computes in 8 bits whatever the file ` +
    `has. ${how}. Scoring: ${described}; the shared beginning is known to both before the clock starts, and so are the 128 tokens before what is generated. ` +
    `Medians of ${turns} turns, in which the processes alternate; ratios are those of the times of one turn (least–most). Memory is the peak of the whole process. ` +
    `"Load" is the machine's load average, in which one contestant at a time is 2. ${agreement}`;
  const { version } = JSON.parse(readFileSync(join(LLAMA, "node_modules/node-llama-cpp/package.json"), "utf8")) as {
    version: string;
  };
  keep("ask", "Asking the language model in the box", `${note}\n\n${body}`, `node-llama-cpp ${version}`);
}

/** How alike the log-odds of labels are: each label's against the mean of its row. */
function agreementText(title: string, own: Done["numbers"], theirs: Done["numbers"]): string {
  const centered = (row: readonly number[]): number[] => row.map((value) => value - mean(row));
  const apart = own.flatMap((row, i) => {
    const [a, b] = [centered(row), centered(theirs[i]!)];
    return a.map((value, label) => Math.abs(value - b[label]!));
  });
  const best = (row: readonly number[]): number => row.indexOf(Math.max(...row));
  const same = own.filter((row, i) => best(row) === best(theirs[i]!)).length;
  return `With ${title} ours agrees on the label of ${same} of ${own.length} rows; log-odds of labels are ${mean(apart).toFixed(2)} apart on average.`;
}
