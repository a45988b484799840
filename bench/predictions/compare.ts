/**
 * @file Predictions a second of one saved classifier: ours, transformers.js, Python's pipeline; each peer with batches of 1 and of 32, of which
 * the faster one counts.
 *
 *     MODEL=folder TEXTS=texts.json npm run bench predictions      MODEL as `tune:full` saves it, TEXTS a list of strings
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

const turns = 3;

interface Answer {
  readonly seconds: number;
  readonly labels: readonly string[];
}

/** Runs all, pass by pass in turn, and keeps the table. */
export async function predictions(): Promise<void> {
  const { MODEL, TEXTS, EXPORTED } = env;
  if (MODEL === undefined || TEXTS === undefined)
    throw new Error("Set MODEL to a folder that tune:full saved, and TEXTS to a JSON file with a list of texts.");
  const [model, file] = [resolve(MODEL), resolve(TEXTS)];
  const count = (JSON.parse(readFileSync(file, "utf8")) as readonly string[]).length;
  const script = "build/bench/predictions/predictions.js";
  const commands: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    ours: ["node", [script, model, file, "ours"]],
    "transformers.js with our file, one by one": ["node", [script, model, file, "transformers.js", "1"]],
    "transformers.js with our file, batches of 32": ["node", [script, model, file, "transformers.js", "32"]],
    ...(EXPORTED === undefined
      ? {}
      : {
          "transformers.js with PyTorch's export, one by one": [
            "node",
            [script, resolve(EXPORTED), file, "transformers.js", "1"],
          ],
          "transformers.js with PyTorch's export, batches of 32": [
            "node",
            [script, resolve(EXPORTED), file, "transformers.js", "32"],
          ],
        }),
    "Python, one by one": [python, ["bench/predictions/predictions.py", model, file, "1"]],
    "Python, batches of 32": [python, ["bench/predictions/predictions.py", model, file, "32"]],
  };
  const found: { name: string; server: MeasuringServer; seconds: number[]; labels: readonly string[] }[] = [];
  for (const [name, [command, args]] of Object.entries(commands))
    found.push({ name, server: await startServer(command, args), seconds: [], labels: [] });
  for (let turn = 0; turn <= turns; turn++)
    for (const entry of found) {
      const { seconds, labels } = (await entry.server.ask("pass")) as Answer;
      // The first turn warms up, and does not count.
      if (turn > 0) entry.seconds.push(seconds);
      entry.labels = labels;
      process.stderr.write(`${entry.name}: ${seconds.toFixed(1)} s\n`);
    }
  for (const { server } of found) server.close();
  const [own, ...peers] = found;
  const speed = (seconds: readonly number[]): number => count / median(seconds);
  const rows = found.map(({ name, seconds, labels }) => [
    name,
    speed(seconds).toFixed(0),
    name === own!.name ? "" : `**${(speed(own!.seconds) / speed(seconds)).toFixed(2)}**`,
    String(labels.filter((label, i) => label !== own!.labels[i]).length),
  ]);
  const fastest = Math.max(...peers.map(({ seconds }) => speed(seconds)));
  const note =
    `${count} texts of \`${basename(file)}\` through one saved classifier in float32, tokenization included, 2 threads. Medians of ${turns} passes in turn. ` +
    `Against the fastest peer, which has the savings of our file: **${(speed(own!.seconds) / fastest).toFixed(2)}** times as fast.`;
  const body = `${note}\n\n${table(["program", "texts a second", "ours / this", "other labels than ours"], rows)}`;
  keep("predictions", "Predictions", body, `transformers.js 4.3.1, ${pythonVersions(["torch", "transformers"])}`);
}
