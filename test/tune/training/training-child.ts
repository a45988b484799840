/**
 * @file A process that trains a tiny model and may be killed: `node training-child.js REPOSITORY CHECKPOINTS RESULT`. Prints a line a
 * step, then writes the weights to RESULT.
 */
import { writeFile } from "node:fs/promises";
import { argv, stdout } from "node:process";
import { train } from "../../../src/tune/training/train.js";
import { tinySettings, tinyTrainable, trainingRows, weightBytes } from "./tiny-training.js";

const [, , repository, folder, result] = argv;
const { weights } = await train(
  tinyTrainable(repository!),
  trainingRows(40),
  { ...tinySettings, epochs: 40, evaluation: { rows: trainingRows(12, 9), every: 7 } },
  {
    signal: new AbortController().signal,
    onStep: ({ step }) => stdout.write(`${step}\n`),
    checkpoint: { folder: folder!, everySeconds: 0 },
  },
);
await writeFile(result!, weightBytes(weights));
