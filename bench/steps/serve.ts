/**
 * @file Times our training step, on demand: for each line with a number on stdin it takes so many steps, and answers with one line of JSON.
 *
 *     node build/bench/steps/serve.js MODEL ROWS TOKENS DROPOUT THREADS
 *
 * A step is what `training-loop.ts` does for an update of one pass: masks, loss and gradients, clipping, AdamW.
 */
import { createInterface } from "node:readline";
import { openModel } from "../../src/autodiff/session.js";
import { float32, float32Of } from "../../src/autodiff/values.js";
import { random } from "../../src/lib/random.js";
import { classifierGraph, classifierLossGraph, maskedDropout, targetsInput } from "../../src/tune/classifier/classifier.js";
import { outputName } from "../../src/tune/encoders/classifier-heads.js";
import { noDropout } from "../../src/tune/encoders/encoder-graph.js";
import { withAdapters } from "../../src/tune/lora/lora-graph.js";
import { createOptimizer } from "../../src/tune/optimizer/optimizer.js";
import { tokenBatch } from "../../src/tune/pretrained/token-batch.js";
import { drawMasks } from "../../src/tune/training/dropout/dropout-feeds.js";
import { createDropoutMasks } from "../../src/tune/training/dropout/dropout-masks.js";
import { targetsOf } from "../../src/tune/training/objectives/target-weights.js";
import { stepModel } from "../../src/tune/training/step-model.js";
import { isStepModel, type StepModelSource, stepModels } from "./models.js";

const [name = "", ...numbers] = process.argv.slice(2);
const [rows = 0, tokens = 0, rate = 0, threads = 0] = numbers.map(Number);
if (!isStepModel(name)) throw new Error(`no model "${name}"`);

const dropout = rate > 0 ? maskedDropout(rate) : noDropout;
const { encoder, head, vocabulary, lora }: StepModelSource = stepModels[name];
const labels = { labelCount: 2, isMultiLabel: false };
const whole = classifierLossGraph(classifierGraph(encoder(dropout), { labelCount: 2, pooling: head }, dropout), false);
const isNew = (layer: string): boolean => layer.startsWith(outputName(head));
const graph =
  lora === undefined ? whole : { ...whole, ...withAdapters({ loss: whole.loss }, lora, (module) => !isNew(module)).roots };
const model = stepModel(graph, {
  targets: [targetsInput],
  padId: 0,
  isTrained: (weight) => lora === undefined || weight.includes(".lora_") || isNew(weight),
  learningRateScale: () => 1,
});
const optimizer = createOptimizer({ parameters: model.weights });
const { normal, uniform } = random(1, "bench");
for (const { name: weight, decay } of model.weights) {
  const { weights } = optimizer.views(weight);
  // Matrices as the models are initialized; scales of normalization 1, biases 0.
  if (decay) for (let i = 0; i < weights.length; i++) weights[i] = 0.02 * normal();
  else weights.fill(weight.endsWith(".weight") ? 1 : 0);
}
const weights = Object.fromEntries(
  model.weights.map(({ name: weight, shape }) => [weight, float32(optimizer.views(weight).weights, shape)]),
);
const masks = createDropoutMasks({ seed: 1 });
const session = await openModel(model.onnx, model.outputs, { threads });

// Every third text is shorter than the others, as in serve.py.
const texts = Array.from({ length: rows }, (_, row) =>
  Array.from({ length: row % 3 === 1 ? Math.ceil(tokens * 0.7) : tokens }, () => 1 + Math.floor(uniform() * (vocabulary - 1))),
);
let passes = 0;

async function step(): Promise<number> {
  const start = performance.now();
  const batch = tokenBatch(texts, 0);
  const dropped = drawMasks(model.masks, masks, passes++, 1 - rate, batch);
  const targets = targetsOf(
    texts.map((_, row) => ({ labels: [row % 2] })),
    labels,
  );
  const results = await session.run({ ...weights, ...batch, ...dropped, [targetsInput]: targets });
  for (const { name: weight, gradient, table } of model.weights) {
    if (gradient === undefined) continue;
    const values = float32Of(results[gradient]!);
    if (table) optimizer.accumulateRows(weight, batch.token_ids.data, values);
    else optimizer.accumulate(weight, values);
  }
  optimizer.step({ learningRate: 1e-5, maxGradNorm: 1 });
  return (performance.now() - start) / 1000;
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const seconds: number[] = [];
  for (let i = 0; i < Number(line); i++) seconds.push(await step());
  process.stdout.write(`${JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
}
