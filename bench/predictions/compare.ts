/**
 * @file Predictions a second of one saved classifier: ours, transformers.js, Python's pipeline; each peer with batches of 1 and of 32, of which
 * the faster one counts.
 *
 *     MODEL=folder TEXTS=short.json,long.json npm run bench predictions      MODEL as `tune:full` saves it, TEXTS lists of strings
 *
 * The ONNX file that is saved here computes less than one that PyTorch exports: with EXPORTED, a folder that `export.py` made, both are run.
 */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { env } from "node:process";
import { python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { type MeasuringServer, startServer } from "../lib/server.js";
import { median } from "../lib/statistics.js";

const turns = 5;

interface Answer {
  readonly seconds: number;
  readonly labels: readonly string[];
}

/** A program that answers, and whether the model it runs is one that is written here. */
interface Program {
  readonly command: readonly [string, readonly string[]];
  readonly hasOurFile?: boolean;
}

interface Measured {
  readonly name: string;
  readonly hasOurFile: boolean;
  readonly seconds: number[];
  labels: readonly string[];
}

/** Runs all, file by file and pass by pass in turn, and keeps the tables. */
export async function predictions(): Promise<void> {
  const { MODEL, TEXTS, EXPORTED } = env;
  if (MODEL === undefined || TEXTS === undefined)
    throw new Error("Set MODEL to a folder that tune:full saved, and TEXTS to JSON files with lists of texts, by commas.");
  const sections: string[] = [];
  for (const file of TEXTS.split(","))
    sections.push(await measured(resolve(file), programsFor(resolve(MODEL), resolve(file), EXPORTED && resolve(EXPORTED))));
  const note =
    "One saved classifier in float32, tokenization included, 2 threads; batches of 32 have rows of a length together. " +
    `Medians of ${turns} passes in turn. "Our file": the ONNX file that is saved with a classifier here, which computes less than what PyTorch exports.`;
  const versions = `transformers.js 4.3.1, ${pythonVersions(["torch", "transformers"])}`;
  keep("predictions", "Predictions", [note, ...sections].join("\n\n"), versions);
}

/** The programs, the first of which the others are compared with. */
function programsFor(model: string, file: string, exported: string | undefined): Readonly<Record<string, Program>> {
  const script = "build/bench/predictions/predictions.js";
  const theirs = (folder: string, batch: number): Program["command"] => [
    "node",
    [script, folder, file, "transformers.js", String(batch)],
  ];
  const inPython = (batch: number): Program["command"] => [
    python,
    ["bench/predictions/predictions.py", model, file, String(batch)],
  ];
  return {
    ours: { command: ["node", [script, model, file, "ours"]], hasOurFile: true },
    "transformers.js with our file, one by one": { command: theirs(model, 1), hasOurFile: true },
    "transformers.js with our file, batches of 32": { command: theirs(model, 32), hasOurFile: true },
    ...(exported !== undefined && {
      "transformers.js with PyTorch's export, one by one": { command: theirs(exported, 1) },
      "transformers.js with PyTorch's export, batches of 32": { command: theirs(exported, 32) },
    }),
    "Python, one by one": { command: inPython(1) },
    "Python, batches of 32": { command: inPython(32) },
  };
}

/** What one file of texts took each program, as a paragraph and a table. */
async function measured(file: string, programs: Readonly<Record<string, Program>>): Promise<string> {
  const count = (JSON.parse(readFileSync(file, "utf8")) as readonly string[]).length;
  const found: (Measured & { readonly server: MeasuringServer })[] = [];
  for (const [name, { command, hasOurFile = false }] of Object.entries(programs))
    found.push({ name, hasOurFile, server: await startServer(...command), seconds: [], labels: [] });
  for (let turn = 0; turn <= turns; turn++)
    for (const entry of found) {
      const { seconds, labels } = (await entry.server.ask("pass")) as Answer;
      // The first turn warms up, and does not count.
      if (turn > 0) entry.seconds.push(seconds);
      entry.labels = labels;
      process.stderr.write(`${basename(file)}, ${entry.name}: ${seconds.toFixed(1)} s\n`);
    }
  for (const { server } of found) server.close();
  const own = found[0]!;
  const peers = found.slice(1);
  const speed = ({ seconds }: Measured): number => count / median(seconds);
  const ratio = (peer: Measured): string => `**${(speed(own) / speed(peer)).toFixed(2)}**`;
  const fastest = (some: readonly Measured[]): Measured => some.reduce((a, b) => (speed(b) > speed(a) ? b : a));
  const rows = found.map((entry) => [
    entry.name,
    speed(entry).toFixed(0),
    entry.name === own.name ? "" : ratio(entry),
    String(entry.labels.filter((label, i) => label !== own.labels[i]).length),
  ]);
  const summary =
    `${count} texts of \`${basename(file)}\`: ${ratio(fastest(peers.filter(({ hasOurFile }) => !hasOurFile)))} times as fast as the fastest peer, ` +
    `${ratio(fastest(peers.filter(({ hasOurFile }) => hasOurFile)))} times as transformers.js with our file.`;
  return `${summary}\n\n${table(["program", "texts a second", "ours / this", "other labels than ours"], rows)}`;
}
