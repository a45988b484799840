/**
 * @file How long choosing C takes for `tune:probe`: ours beside scikit-learn's LogisticRegressionCV, on the same features, folds and Cs.
 *
 *     DATA=banking77/train.csv npm run bench probe      a file with `text` and `label`; TURNS, 3 unless told
 *     FOLDER=/tmp/bench-probe-a1b2c3 npm run bench probe      what an earlier run wrote, again
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { readDataset } from "../../src/data/data.js";
import { random } from "../../src/lib/random.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { centeredFeatures } from "../../src/tune/regression/centered-features.js";
import { dealFolds } from "../../src/tune/regression/folds.js";
import { python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { type MeasuringServer, startServer } from "../lib/server.js";
import { median } from "../lib/statistics.js";

/** What both sides read. */
export interface Task {
  readonly columns: number;
  readonly labels: readonly number[];
  readonly folds: readonly number[];
  /** Those that our search tries, and so those that the peer is given. */
  readonly Cs: readonly number[];
  readonly seed: number;
}

interface Answer {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly C: number;
}

/** `chooseC` takes so many for a problem of Banking77's size. */
const folds = 3;
const seed = 1;

/** Lets all take turns, and keeps the table. */
export async function probe(): Promise<void> {
  const { DATA, FOLDER, TURNS = "3" } = env;
  if (DATA === undefined && FOLDER === undefined)
    throw new Error("Set DATA to a file with labelled rows, as banking77/train.csv, or FOLDER to what an earlier run wrote.");
  const folder = FOLDER ?? mkdtempSync(join(tmpdir(), "bench-probe-"));
  if (FOLDER === undefined) await write(folder, DATA!);
  const task = JSON.parse(readFileSync(join(folder, "task.json"), "utf8")) as Task;

  const ours = await startServer("node", ["build/bench/probe/ours.js", folder]);
  // The first search tells which Cs there are to compare, and warms up.
  const { tried } = (await ours.ask("search")) as { tried: readonly number[] };
  writeFileSync(join(folder, "task.json"), JSON.stringify({ ...task, Cs: tried }));
  const servers: Readonly<Record<string, MeasuringServer>> = {
    ours,
    "scikit-learn, n_jobs=1": await startServer(python, ["bench/probe/probe.py", folder, "1"]),
    "scikit-learn, n_jobs=2": await startServer(python, ["bench/probe/probe.py", folder, "2"]),
  };
  const measured = await compared(servers, Number(TURNS));
  for (const server of Object.values(servers)) server.close();
  const { labels, columns } = task;
  const note =
    `${labels.length} rows × ${columns} features, ${Math.max(...labels) + 1} labels; ${folds} folds, C of ${tried.join(", ")}. Turns: ${TURNS}, of which medians. ` +
    `The search alone, without the last fit; each side stops its fits by its own tolerance (scikit-learn: 1e-4). Load while it ran: ${loadavg()[1]!.toFixed(1)} (5 minutes) on ${availableParallelism()} cores.`;
  keep("probe", "Choosing the probe's C", `${note}\n\n${measured}`, pythonVersions(["scikit-learn", "numpy", "scipy"]));
}

async function write(folder: string, path: string): Promise<void> {
  const { examples, labels: names } = await readDataset(path);
  await using encoder = await loadEncoder("minilm-l6");
  const context = { seed, signal: new AbortController().signal, log: () => {}, spend: () => {}, useCache: false };
  const vectors = await encoder.embed(
    examples.map(({ text }) => text),
    context,
  );
  const labels = examples.map((example) => names.indexOf(example.labels[0]!));
  const dealt = dealFolds(
    labels.map((label) => ({ labels: [label] })),
    folds,
    random(seed, "folds"),
  );
  const task: Task = { columns: encoder.dimension, labels, folds: [...dealt], Cs: [], seed };
  writeFileSync(join(folder, "features.f64"), centeredFeatures(vectors, encoder.dimension).data);
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
}

async function compared(servers: Readonly<Record<string, MeasuringServer>>, turns: number): Promise<string> {
  const answers = new Map<string, Answer[]>(Object.keys(servers).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++)
    for (const [name, server] of Object.entries(servers)) {
      const answer = (await server.ask("search")) as Answer;
      answers.get(name)!.push(answer);
      process.stderr.write(`${name}: ${answer.seconds.toFixed(1)} s, processor ${answer.processorSeconds.toFixed(1)} s\n`);
    }
  const middle = (name: string, key: "seconds" | "processorSeconds"): number => median(answers.get(name)!.map((one) => one[key]));
  const rows = [...answers.keys()].map((name) => {
    const ratio = (key: "seconds" | "processorSeconds"): string =>
      name === "ours" ? "" : `**${(middle("ours", key) / middle(name, key)).toFixed(2)}**`;
    const values = [middle(name, "seconds").toFixed(1), ratio("seconds"), middle(name, "processorSeconds").toFixed(1)];
    return [name, ...values, ratio("processorSeconds"), String(answers.get(name)!.at(-1)!.C)];
  });
  return table(["program", "seconds", "ours / this", "processor seconds", "ours / this", "C chosen"], rows);
}
