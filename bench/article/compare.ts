/**
 * @file The source article's job as a whole, start of the program to its end: IMDB, 1,000 rows to learn, 500 to be evaluated on, one epoch,
 * batches of 8. Ours, Python's as the article has it, and Python's with dynamic padding.
 *
 *     MODEL=folder DATA=folder npm run bench article
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";
import { timed } from "../lib/whole-program.js";

const allSeeds = ["1", "2", "3"];

/** Runs the three programs, seed by seed, and keeps the table: with the seeds that are named, three unless told. */
export async function article(named: readonly string[]): Promise<void> {
  const seeds = named.length > 0 ? named : allSeeds;
  const { MODEL, DATA } = env;
  if (MODEL === undefined || DATA === undefined)
    throw new Error(
      "Set MODEL to a folder with a pre-trained model, and DATA to one with train.jsonl.gz and test.jsonl.gz (text, label).",
    );
  const inputs = [resolve(MODEL), resolve(DATA)];
  const folder = await mkdtemp(join(tmpdir(), "crossover-bench-"));
  const ours = (seed: string): [string, string[]] => ["node", [resolve("build/bench/article/article.js"), ...inputs, seed]];
  const theirs =
    (padding: string) =>
    (seed: string): [string, string[]] => [resolve(python), [resolve("bench/article/article.py"), ...inputs, seed, padding]];
  const programs = {
    ours,
    "Python, as written": theirs("written"),
    "Python, dynamic padding": theirs("dynamic"),
  };
  const found = Object.keys(programs).map((name) => ({ name, seconds: [] as number[], accuracy: [] as number[] }));
  for (const seed of seeds)
    for (const entry of found) {
      const [command, args] = programs[entry.name as keyof typeof programs](seed);
      const { seconds, answer } = await timed(command, args, folder);
      const { accuracy } = answer as { readonly accuracy: number };
      entry.seconds.push(seconds);
      entry.accuracy.push(accuracy);
      process.stderr.write(`${entry.name}, seed ${seed}: ${seconds.toFixed(1)} s, accuracy ${accuracy.toFixed(3)}\n`);
    }
  const own = found[0]!;
  const rows = found.map(({ name, seconds, accuracy }) => [
    name,
    mean(seconds).toFixed(0),
    name === own.name ? "" : `**${(mean(own.seconds) / mean(seconds)).toFixed(2)}**`,
    accuracy.map((value) => value.toFixed(3)).join(", "),
  ]);
  const note =
    `The whole program, from start to end: 1,000 reviews learned, 500 evaluated, one epoch, batches of 8, MiniLM-L6 in float32. ` +
    `Seeds ${seeds.join(", ")}: seconds are means, the programs take turns; accuracy of each seed. "As written": every text padded to 512 tokens, as the article's ` +
    'tokenize does it. "Dynamic": padded to the longest of the batch, rows of a length together.';
  const body = `${note}\n\n${table(["program", "seconds", "ours / this", "accuracy"], rows)}`;
  keep("article", "The article's job", body, pythonVersions(["torch", "transformers", "datasets"]));
}
