/** @file The public datasets that learning curves are foretold on. */
import { join } from "node:path";
import { readTask } from "../../src/data/data.js";
import type { Task } from "../../src/types/data.js";

interface BacktestTask {
  readonly name: string;
  /** Within the folder of the data. */
  readonly train: string;
  readonly test: string;
  /** Rows used, where the whole would take too long. */
  readonly limit?: number;
  readonly testLimit?: number;
  /** Runs of each size that curves are fitted to. */
  readonly runs: number;
}

/** SNIPS has no test rows of its own: its validation rows serve. */
export const backtestTasks: readonly BacktestTask[] = [
  { name: "TREC", train: "trec/train.csv", test: "trec/test.csv", runs: 3 },
  { name: "SST-2", train: "sst2/train.csv", test: "sst2/test.csv", runs: 3 },
  { name: "BANKING77", train: "banking77/train.csv", test: "banking77/test.csv", runs: 1 },
  { name: "SNIPS", train: "snips/train.csv", test: "snips/validation.csv", limit: 8000, runs: 3 },
  { name: "CLINC150", train: "clinc150/train.jsonl", test: "clinc150/test.jsonl", limit: 4000, testLimit: 1000, runs: 1 },
  { name: "IMDB", train: "imdb/train.jsonl.gz", test: "imdb/test.jsonl.gz", limit: 1024, testLimit: 500, runs: 3 },
];

/** Reads one of them, from the folder that holds them all. */
export const readBacktestTask = (data: string, { train, test, limit, testLimit }: BacktestTask): Promise<Task> =>
  readTask({
    path: join(data, train),
    test: join(data, test),
    seed: 42,
    ...(limit !== undefined && { limit }),
    ...(testLimit !== undefined && { testLimit }),
  });
