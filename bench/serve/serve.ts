/**
 * @file Requests a second of `crossover serve`, beside the same classifier in transformers.js and in FastAPI, and beside our predictor alone.
 *
 *     MODEL=folder npm run bench serve        MODEL as `tune:full` or `tune:probe` saves it; PYTHON has fastapi, uvicorn, torch, transformers
 *
 * EXPORTED: a folder that `bench/predictions/export.py` made, whose ONNX file transformers.js then runs too. SECONDS (10) a measurement, TURNS (3); CONCURRENCY (1,16,64).
 */
import { env } from "node:process";
import { python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { type MeasuringServer, startServer } from "../lib/server.js";
import { median } from "../lib/statistics.js";
import { load, percentile } from "./load.js";
import { type ServedProcess, startServed } from "./served.js";
import { textsOf } from "./texts.js";

/** One measurement. */
interface Rate {
  readonly perSecond: number;
  readonly p95: number;
}

type Contestant = (words: number, connections: number, seconds: number) => Promise<Rate>;

const sizes = { "12 words": 12, "200 words": 200 } as const;

/** Runs all in turn, and keeps the table. */
export async function serve(): Promise<void> {
  const { MODEL, EXPORTED, SECONDS = "10", TURNS = "3", CONCURRENCY = "1,16,64" } = env;
  if (MODEL === undefined) throw new Error("Set MODEL to the folder of a tuned model.");
  const levels = CONCURRENCY.split(",").map(Number);
  const [seconds, turns] = [Number(SECONDS), Number(TURNS)];
  const bare = await startServer("node", ["build/bench/serve/bare.js", MODEL]);
  const processes: Readonly<Record<string, ServedProcess>> = {
    "crossover serve": await startServed("node", ["dist/cli/cli.js", "serve", MODEL, "--port", "0"]),
    "the same, waiting 1 ms for more": await startServed("node", ["build/bench/serve/windowed.js", MODEL, "1"]),
    "the same, waiting 4 ms for more": await startServed("node", ["build/bench/serve/windowed.js", MODEL, "4"]),
    "transformers.js with our file, Hono": await startServed("node", ["build/bench/serve/transformers-js.js", MODEL]),
    ...(EXPORTED !== undefined && {
      "transformers.js with PyTorch's export, Hono": await startServed("node", [
        "build/bench/serve/transformers-js.js",
        EXPORTED,
      ]),
    }),
    "FastAPI, async": await startServed(python, ["bench/serve/fastapi_server.py", MODEL, "async", "0"]),
    "FastAPI, threads": await startServed(python, ["bench/serve/fastapi_server.py", MODEL, "threads", "0"]),
  };
  const contestants: Readonly<Record<string, Contestant>> = {
    "predictor alone": alone(bare),
    ...Object.fromEntries(Object.entries(processes).map(([name, { port }]) => [name, over(port)])),
  };
  const rows: string[][] = [];
  for (const [size, words] of Object.entries(sizes))
    for (const connections of levels) rows.push(...(await measured(contestants, { size, words, connections, seconds, turns })));
  bare.close();
  for (const { process: child } of Object.values(processes)) child.kill("SIGKILL");
  const note =
    `One saved classifier in float32, 2 threads, ${seconds} s each, medians of ${turns} turns; the load runs on the same machine. ` +
    '"Our file": the ONNX file that is saved with a classifier here, which computes less than what PyTorch exports.';
  const body = `${note}\n\n${table(["texts", "connections", "program", "requests a second", "p95 in ms", "crossover serve / this"], rows)}`;
  const versions = `transformers.js 4.3.1, ${pythonVersions(["torch", "transformers", "fastapi", "uvicorn"])}`;
  keep("serve", "Serving", body, versions);
}

function alone(bare: MeasuringServer): Contestant {
  return async (words, connections, seconds) => (await bare.ask(`${words} ${connections} ${seconds}`)) as Rate;
}

function over(port: number): Contestant {
  return async (words, connections, seconds) => {
    const bodies = textsOf(words).map((text) => JSON.stringify({ text }));
    const found = await load({ port, path: "/predict", bodies, connections, seconds, warmUpSeconds: Math.min(2, seconds / 3) });
    const { answered, statuses } = found;
    // A connection that a server closes between two requests, as one does after five idle seconds, is no fault: the next one is made.
    if (Object.keys(statuses).join() !== "200") throw new Error(`port ${port}: ${JSON.stringify(statuses)}`);
    return { perSecond: answered / found.seconds, p95: percentile(found.latencies, 0.95) };
  };
}

async function measured(
  contestants: Readonly<Record<string, Contestant>>,
  at: {
    readonly size: string;
    readonly words: number;
    readonly connections: number;
    readonly seconds: number;
    readonly turns: number;
  },
): Promise<string[][]> {
  const rates = new Map<string, Rate[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let turn = 0; turn < at.turns; turn++)
    for (const [name, contestant] of Object.entries(contestants)) {
      const rate = await contestant(at.words, at.connections, at.seconds);
      rates.get(name)!.push(rate);
      process.stderr.write(
        `${at.size}, ${at.connections}, ${name}: ${rate.perSecond.toFixed(1)} a second, p95 ${(rate.p95 * 1000).toFixed(1)} ms\n`,
      );
    }
  const speed = (name: string): number => median(rates.get(name)!.map(({ perSecond }) => perSecond));
  const own = speed("crossover serve");
  return [...rates].map(([name, found]) => [
    at.size,
    String(at.connections),
    name,
    speed(name).toFixed(1),
    (median(found.map(({ p95 }) => p95)) * 1000).toFixed(1),
    name === "crossover serve" ? "" : `**${(own / speed(name)).toFixed(2)}**`,
  ]);
}
