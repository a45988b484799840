/**
 * @file The source article's job as a whole, start of the program to its end: IMDB, 1,000 rows to learn, 500 to be evaluated on, one epoch,
 * batches of 8. Ours, Python's as the article has it, and Python's with less padding.
 *
 *     MODEL=folder DATA=folder npm run bench article             three seeds of four programs: three hours
 *     … RUNS=runs.jsonl npm run bench article 2 3 ours written   only these; what the file has is not run again, and is in the table
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";
import { timed } from "../lib/whole-program.js";

const allSeeds = ["1", "2", "3"];

/** The programs, the first of which the others are compared with. */
const titles = {
  ours: "ours",
  written: "Python, as written",
  dynamic: "Python, dynamic padding",
  grouped: "Python, grouped by length",
} as const;
type Program = keyof typeof titles;
const allPrograms = Object.keys(titles) as Program[];

/** One program with one seed, from its start to its end. */
interface Run {
  readonly program: Program;
  readonly seed: string;
  readonly seconds: number;
  readonly accuracy: number;
}

/** Runs the programs, seed by seed, and keeps the table: the seeds and programs that are named, all of them unless told. */
export async function article(named: readonly string[]): Promise<void> {
  const isProgram = (name: string): name is Program => name in titles;
  const programs = named.filter(isProgram);
  const seeds = named.filter((name) => !isProgram(name));
  const unknown = seeds.find((seed) => !/^\d+$/.test(seed));
  if (unknown !== undefined) throw new Error(`"${unknown}" is neither a seed nor a program: ${allPrograms.join(", ")}.`);
  const { MODEL, DATA, RUNS } = env;
  if (MODEL === undefined || DATA === undefined)
    throw new Error(
      "Set MODEL to a folder with a pre-trained model, and DATA to one with train.jsonl.gz and test.jsonl.gz (text, label).",
    );
  const inputs = [resolve(MODEL), resolve(DATA)];
  const folder = await mkdtemp(join(tmpdir(), "crossover-bench-"));
  const commandOf = (program: Program, seed: string): [string, string[]] =>
    program === "ours"
      ? ["node", [resolve("build/bench/article/article.js"), ...inputs, seed]]
      : [resolve(python), [resolve("bench/article/article.py"), ...inputs, seed, program]];
  const runs = RUNS === undefined ? [] : readRuns(RUNS);
  for (const seed of seeds.length > 0 ? seeds : allSeeds)
    for (const program of programs.length > 0 ? programs : allPrograms) {
      if (runs.some((run) => run.program === program && run.seed === seed)) continue;
      const { seconds, answer } = await timed(...commandOf(program, seed), folder);
      const { accuracy } = answer as { readonly accuracy: number };
      const run = { program, seed, seconds, accuracy };
      runs.push(run);
      // An hour or two: a run that is stopped need not be lost.
      if (RUNS !== undefined) appendFileSync(RUNS, `${JSON.stringify(run)}\n`);
      process.stderr.write(`${titles[program]}, seed ${seed}: ${seconds.toFixed(1)} s, accuracy ${accuracy.toFixed(3)}\n`);
    }
  const note =
    "The whole program, from start to end: 1,000 reviews learned, 500 evaluated, one epoch, batches of 8, MiniLM-L6 in float32. " +
    "The programs take turns, seed by seed; seconds are means, ratios those of the same seeds, and accuracies come with their seeds. " +
    '"As written": every text padded to 512 tokens, as the article\'s tokenize does it. "Dynamic": padded to the longest of the batch. "Grouped": rows of a length together besides, so that batches are no longer drawn at random.';
  const body = `${note}\n\n${table(["program", "seconds", "ours / this", "accuracy (seed)", "mean accuracy"], rowsOf(runs))}`;
  keep("article", "The article's job", body, pythonVersions(["torch", "transformers", "datasets"]));
}

function rowsOf(runs: readonly Run[]): string[][] {
  const of = (program: Program): Run[] =>
    runs.filter((run) => run.program === program).sort((a, b) => Number(a.seed) - Number(b.seed));
  const meanSeconds = (some: readonly Run[]): number => mean(some.map(({ seconds }) => seconds));
  return allPrograms.flatMap((program) => {
    const own = of(program);
    if (own.length === 0) return [];
    const shared = own.filter(({ seed }) => of("ours").some((run) => run.seed === seed));
    const ours = of("ours").filter(({ seed }) => shared.some((run) => run.seed === seed));
    const hasRatio = program !== "ours" && ours.length > 0;
    return [
      [
        titles[program],
        meanSeconds(own).toFixed(0),
        hasRatio ? `**${(meanSeconds(ours) / meanSeconds(shared)).toFixed(2)}**` : "",
        own.map(({ accuracy, seed }) => `${accuracy.toFixed(3)} (${seed})`).join(", "),
        mean(own.map(({ accuracy }) => accuracy)).toFixed(3),
      ],
    ];
  });
}

function readRuns(path: string): Run[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Run);
}
