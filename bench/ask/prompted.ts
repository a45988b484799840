/**
 * @file What each way to ask the language model in the box is worth: asked plainly, with the form and the biases that training rows prefer, with
 * examples, with examples found for each text, and with a prompt that was searched for.
 *
 *     DATA=folder npm run bench prompted              the folder that holds sst2/, sms-spam/ and trec/; the support tickets are at hand
 *     DATA=folder npm run bench prompted SST-2 TREC   some of them
 *     WAYS=nearest,optimized npm run bench prompted   the ways whose names begin so, beside asking plainly
 */
import { join } from "node:path";
import { cpuUsage, env } from "node:process";
import { differenceInterval, scoreInterval } from "../../src/compare/statistics/statistics.js";
import { readTask } from "../../src/data/data.js";
import { optimizedPrompt } from "../../src/prompt/optimized.js";
import { type PromptOptions, prompt } from "../../src/prompt/prompt.js";
import { openLocalEngine } from "../../src/tune/decoders/inference/open-engine.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset, Task } from "../../src/types/data.js";
import type { Estimate } from "../../src/types/scores.js";
import { keep, table } from "../lib/results.js";

/** Labels that are numbers in the file, in the words of its authors (Li and Roth 2002). */
const trecNames = ["description", "entity", "abbreviation", "person", "location", "number"];

interface Source {
  readonly path: string;
  readonly names?: readonly string[];
}

const sources: Readonly<Record<string, Source>> = {
  "support tickets": { path: "examples/support-tickets.csv" },
  "SST-2": { path: "sst2" },
  "SMS spam": { path: "sms-spam/messages.csv" },
  TREC: { path: "trec", names: trecNames },
};

/** Rows learned from, and rows asked about, at most. */
const [trainRows, testRows, seed] = [1000, 500, 42] as const;
/** Of the search. */
const [searchCalls, searchSeconds] = [1500, 1800] as const;

/** Labels by their names, where the file has numbers. */
function named(dataset: Dataset, names: readonly string[] | undefined): Dataset {
  if (names === undefined) return dataset;
  const nameOf = (label: string): string => names[Number(label)] ?? label;
  return {
    ...dataset,
    labels: dataset.labels.map(nameOf),
    examples: dataset.examples.map((row) => ({ ...row, labels: row.labels.map(nameOf) })),
  };
}

async function taskOf({ path, names }: Source): Promise<Task> {
  const whole = path.startsWith("examples/") ? path : join(env["DATA"] ?? "../shared/data", path);
  const task = await readTask({ path: whole, seed, limit: trainRows, testLimit: testRows });
  return { ...task, train: named(task.train, names), test: named(task.test, names) };
}

/** Of all threads: what else the machine does is not counted. */
function processorSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

/** What an approach answered, and the processor's seconds that fitting and answering took. */
async function asked(approach: Approach, { train, test }: Pick<Task, "train" | "test">) {
  let learned = 0;
  const context = {
    signal: new AbortController().signal,
    spend({ labels = 0 }: { readonly labels?: number }) {
      learned += labels;
    },
    log: () => {},
  };
  const startedAt = processorSeconds();
  await using predictor = await approach.fit(train, { ...context, seed });
  const fitted = processorSeconds();
  const queries = test.examples.map(({ id, text }) => ({ id, text }));
  const predictions = await predictor.predict(queries, { ...context, useCache: true });
  const answers = predictions.map(({ answer }) => answer?.[0] ?? null);
  const seconds = { fit: fitted - startedAt, answers: processorSeconds() - fitted };
  return { answers, seconds, labels: learned, chosen: predictor.facts.chosen };
}

const share = ({ value, low, high }: Estimate): string => `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
const change = ({ value, low, high }: Estimate): string => `${signed(value)} (${signed(low)} to ${signed(high)})`;

export async function prompted(names: readonly string[]): Promise<void> {
  await using encoder = await loadEncoder("minilm-l6", {});
  const base: PromptOptions = { llm: "local:smollm2", env: {}, encoder, localEngine: openLocalEngine };
  const plainly = { ...base, formRows: 0 };
  const all: readonly (readonly [name: string, approach: Approach])[] = [
    ["zero-shot, plainly", prompt({ ...plainly, method: "zero-shot" })],
    ["zero-shot, form and biases", prompt({ ...base, method: "zero-shot" })],
    ["few-shot, plainly", prompt({ ...plainly, method: "few-shot" })],
    ["few-shot, form and biases", prompt({ ...base, method: "few-shot" })],
    ["nearest, form and biases", prompt({ ...base, method: "nearest" })],
    ["optimized", optimizedPrompt({ ...base, optimizerCalls: searchCalls, optimizerSeconds: searchSeconds })],
  ];
  const wanted = (env["WAYS"] ?? "").split(",");
  // What all others are compared with is always asked.
  const ways = all.filter(([name], place) => place === 0 || wanted.some((way) => name.startsWith(way)));
  const rows: string[][] = [];
  for (const [dataset, source] of Object.entries(sources)) {
    if (names.length > 0 && !names.includes(dataset)) continue;
    const task = await taskOf(source);
    const truth = task.test.examples.map(({ labels }) => labels[0]!);
    let first: readonly (string | null)[] | undefined;
    for (const [way, approach] of ways) {
      const { answers, seconds, labels, chosen } = await asked(approach, task);
      first ??= answers;
      const gain = answers === first ? "" : change(differenceInterval(truth, answers, first));
      const score = share(scoreInterval(truth, answers));
      const cells = [dataset, way, score, gain, String(labels), seconds.fit.toFixed(0), seconds.answers.toFixed(0)];
      rows.push(cells);
      process.stderr.write(`${cells.join(" | ")} | ${JSON.stringify(chosen)}\n`);
    }
    rows.at(-ways.length)![0] = `${dataset} (${truth.length} rows)`;
  }
  const columns = [
    "data",
    "asked",
    "accuracy (95 %)",
    "against plainly asked",
    "labels",
    "fitting, processor s",
    "answering, processor s",
  ];
  const text =
    `SmolLM2-135M-Instruct (8-bit weights) by our engine, ${trainRows.toLocaleString("en-US")} training rows at most, seed ${seed}; differences are paired. ` +
    `"labels": those that the prompt was made of. The search: at most ${searchCalls.toLocaleString("en-US")} answers and ${searchSeconds} seconds.`;
  keep("prompted", "The model in the box, prompted", `${text}\n\n${table(columns, rows)}`, "2 threads");
}
