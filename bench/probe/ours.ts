/**
 * @file Chooses C on demand: `node ours.js FOLDER`. One line on stdin is one search; the answer has its seconds, those of processor
 * time, and what was found.
 */
import { readFileSync } from "node:fs";
import { argv, cpuUsage, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { chooseC } from "../../src/tune/regression/cross-validation.js";
import { type LabelledFeatures, logisticSolver } from "../../src/tune/regression/logistic-regression.js";
import type { Task } from "./compare.js";

const folder = argv[2]!;
const task = JSON.parse(readFileSync(`${folder}/task.json`, "utf8")) as Task;
const bytes = readFileSync(`${folder}/features.f64`);
const data: LabelledFeatures = {
  features: {
    rows: task.labels.length,
    columns: task.columns,
    data: new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  },
  labels: task.labels.map((label) => [label]),
  labelCount: Math.max(...task.labels) + 1,
  isMultiLabel: false,
};
const rowWeights = new Float64Array(task.labels.length).fill(1);

stdout.write("ready\n");
for await (const _line of createInterface({ input: stdin })) {
  const start = performance.now();
  const before = cpuUsage();
  await using solver = await logisticSolver(data);
  const { C, tried } = await chooseC(solver, data, { seed: task.seed, rowWeights });
  const { user, system } = cpuUsage(before);
  const answer = {
    seconds: (performance.now() - start) / 1000,
    processorSeconds: (user + system) / 1e6,
    C,
    tried: tried.map((one) => one.C),
  };
  stdout.write(`${JSON.stringify(answer)}\n`);
}
