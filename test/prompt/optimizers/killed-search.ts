/** @file A search that goes on until it is done or killed. Arguments: the optimizer, its log, a file that every row asked about is entered in. */
import { appendFileSync } from "node:fs";
import { optimize } from "../../../src/prompt/optimizers/optimize.js";
import type { OptimizerName } from "../../../src/prompt/optimizers/optimizers.js";
import { programKey } from "../../../src/prompt/optimizers/program-key.js";
import { planted } from "./planted.js";
import { seedProgram, syntheticAnswerer, syntheticTask } from "./synthetic.js";

const [name, logPath, askedPath] = process.argv.slice(2);
const train = syntheticTask(200);
const onRow: Parameters<typeof syntheticAnswerer>[1]["onRow"] = (program, id) =>
  appendFileSync(askedPath!, `${programKey(program)} ${id}\n`);
const options = { ...planted[name as OptimizerName], secondCalls: 0.1, usdPerCall: 0.001, delayMs: 1, atOnce: 4, onRow };
const { program, spent } = await optimize(
  {
    program: seedProgram(train),
    train,
    optimizer: name as OptimizerName,
    budget: { calls: 700, usd: 5, seconds: 600 },
    answerer: syntheticAnswerer(train, options),
    model: "synthetic",
    logPath: logPath!,
  },
  { seed: 3, signal: new AbortController().signal, spend: () => {}, log: () => {} },
);
process.stdout.write(
  `${JSON.stringify({ winner: programKey(program), calls: spent.calls, usd: spent.usd.toFixed(9), seconds: spent.seconds })}\n`,
);
