import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { random } from "../../../src/lib/random.js";
import { createOptimizer, type Optimizer } from "../../../src/tune/optimizer/optimizer.js";
import type { OptimizerState } from "../../../src/tune/optimizer/optimizer-state.js";
import { learningRateFactor } from "../../../src/tune/training/schedule.js";
import { optimizerGolden as golden } from "./golden-optimizer.js";

type Run = Pick<(typeof golden.runs)[number], "maxGradNorm" | "betas">;

/** An optimizer at the golden start. */
function start({ betas }: Run): Optimizer {
  const optimizer = createOptimizer({ parameters: golden.parameters, betas, weightDecay: golden.weightDecay });
  for (const [name, values] of Object.entries(golden.initial)) optimizer.views(name).weights.set(values);
  return optimizer;
}

/** The golden steps `from` to `to`, as the training loop would do them; `parts` micro-batches each. Returns the norms. */
function advance(optimizer: Optimizer, { maxGradNorm }: Run, from = 0, to = golden.steps.length, parts = 1): number[] {
  const schedule = { kind: "linear", warmupSteps: golden.warmupSteps, totalSteps: golden.steps.length } as const;
  return golden.steps.slice(from, to).map(({ ids, rows, gradients }, i) => {
    for (let part = 0; part < parts; part++) {
      for (const [name, gradient] of Object.entries(gradients)) optimizer.accumulate(name, Float32Array.from(gradient));
      optimizer.accumulateRows("table", ids, Float32Array.from(rows));
    }
    const learningRate = golden.peakLearningRate * learningRateFactor(schedule, from + i);
    return optimizer.step({ learningRate, gradientScale: 1 / parts, ...(maxGradNorm === null ? {} : { maxGradNorm }) }).gradNorm;
  });
}

/** A copy of a state that later steps do not change. */
function copyOf({ step, parameters }: OptimizerState): OptimizerState {
  return structuredClone({ step, parameters });
}

/** ‖found - expected‖ / ‖expected‖. */
function relativeError(found: Float32Array, expected: readonly number[]): number {
  const norm = (values: readonly number[]): number => Math.hypot(...values);
  return norm(expected.map((value, i) => found[i]! - value)) / norm(expected);
}

const plain: Run = golden.runs[0]!;
const clipped: Run = golden.runs[1]!;

describe("twelve steps of AdamW", () => {
  it.each(golden.runs)("agree with PyTorch: fused $fused, clipped at $maxGradNorm, betas $betas", (run) => {
    const optimizer = start(run);
    const norms = advance(optimizer, run);
    expect(relativeError(Float32Array.from(norms), run.gradNorms)).toBeLessThan(1e-6);
    const { step, parameters } = optimizer.state();
    expect(step).toBe(golden.steps.length);
    for (const [name, expected] of Object.entries(run.parameters)) {
      const { weights, moments } = parameters.get(name)!;
      expect(relativeError(weights, expected.weights), `${name}: weights`).toBeLessThan(1e-6);
      expect(relativeError(moments!.first, expected.first), `${name}: first moments`).toBeLessThan(1e-6);
      expect(relativeError(moments!.second, expected.second), `${name}: second moments`).toBeLessThan(1e-6);
    }
  });

  it("give the same bytes every time", () => {
    const [one, other] = [start(clipped), start(clipped)];
    advance(one, clipped);
    advance(other, clipped);
    expect(one.state()).toEqual(other.state());
  });

  it("are the same in two micro-batches of half the loss each", () => {
    const [whole, parts] = [start(clipped), start(clipped)];
    const norms = advance(whole, clipped);
    // Not to the bit: equal rows of a table are added in another order.
    expect(relativeError(Float32Array.from(advance(parts, clipped, 0, golden.steps.length, 2)), norms)).toBeLessThan(1e-6);
    const { parameters } = parts.state();
    for (const [name, { weights }] of whole.state().parameters)
      expect(relativeError(parameters.get(name)!.weights, [...weights]), name).toBeLessThan(1e-6);
  });

  it("go on from a checkpoint to the same bytes as without one", () => {
    for (const stop of [1, 7]) {
      const uninterrupted = start(clipped);
      advance(uninterrupted, clipped, 0, stop);
      const checkpoint = copyOf(uninterrupted.state());
      advance(uninterrupted, clipped, stop);

      const resumed = start(clipped);
      // Whatever it did before: rows that are live here and idle in the checkpoint must become idle again.
      advance(resumed, clipped, 3, 5);
      resumed.accumulateRows("table", [7], new Float32Array(6).fill(1));
      resumed.accumulate("bias", new Float32Array(13).fill(1));
      resumed.restore(checkpoint);
      advance(resumed, clipped, stop);
      expect(resumed.state()).toEqual(uninterrupted.state());
    }
  });
});

describe("a table", () => {
  /** The same 40 × 3 weights twice: as a table, and as a dense parameter that gets the whole gradient. */
  function pair(weightDecay: number): readonly [Optimizer, Optimizer] {
    const initial = Float32Array.from({ length: 120 }, (_, i) => Math.sin(i) * 0.1);
    const optimizers = [true, false].map((table) => {
      const optimizer = createOptimizer({ parameters: [{ name: "w", shape: [40, 3], decay: true, table }], weightDecay });
      optimizer.views("w").weights.set(initial);
      return optimizer;
    });
    return optimizers as [Optimizer, Optimizer];
  }

  it.each([0, 0.1])("is updated to the bit as if its gradient were dense, with weight decay %d", (weightDecay) => {
    const [table, dense] = pair(weightDecay);
    const numbers = random(5);
    for (let step = 0; step < 300; step++) {
      const ids = BigInt64Array.from({ length: 6 }, () => BigInt(numbers.integer(step < 20 ? 30 : 3)));
      const rows = Float32Array.from({ length: 18 }, () => numbers.normal());
      const gradient = new Float32Array(120);
      ids.forEach((id, i) => {
        for (let k = 0; k < 3; k++) gradient[Number(id) * 3 + k] = gradient[Number(id) * 3 + k]! + rows[i * 3 + k]!;
      });
      table.accumulateRows("w", ids, rows);
      dense.accumulate("w", gradient);
      const options = { learningRate: 1e-2, maxGradNorm: 1 };
      expect(table.step(options).gradNorm).toBeCloseTo(dense.step(options).gradNorm, 12);
    }
    expect(table.state()).toEqual(dense.state());
  });

  it("takes more rows than fit its buffer, and adds up equal ones", () => {
    const width = 7;
    const optimizer = createOptimizer({ parameters: [{ name: "w", shape: [5, width], decay: false, table: true }] });
    const count = 20_000;
    optimizer.accumulateRows(
      "w",
      Int32Array.from({ length: count }, (_, i) => i % 4),
      new Float32Array(count * width).fill(1),
    );
    // Four rows of seven, each 5000.
    expect(optimizer.step({ learningRate: 1 }).gradNorm).toBeCloseTo(5000 * Math.sqrt(28), 6);
    // And nothing is left of them.
    expect(optimizer.step({ learningRate: 1 }).gradNorm).toBe(0);
  });

  it("refuses rows that it has not, and gradients of another size", () => {
    const optimizer = start(plain);
    expect(() => optimizer.accumulateRows("table", [9], new Float32Array(6))).toThrow('row 9 of "table", which has 9');
    expect(() => optimizer.accumulateRows("table", [-1], new Float32Array(6))).toThrow("row -1");
    expect(() => optimizer.accumulateRows("table", [1], new Float32Array(5))).toThrow("5 numbers are not 1 rows of 6");
    expect(() => optimizer.accumulateRows("bias", [1], new Float32Array(13))).toThrow('"bias" takes no rows');
    expect(() => optimizer.accumulate("table", new Float32Array(54))).toThrow('"table" takes no whole gradient');
  });
});

describe("a step", () => {
  it("changes nothing where a gradient is not finite, and says so", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const optimizer = start(plain);
      advance(optimizer, plain, 0, 4);
      const before = copyOf(optimizer.state());
      for (const [name, gradient] of Object.entries(golden.steps[4]!.gradients))
        optimizer.accumulate(name, Float32Array.from(gradient));
      optimizer.accumulateRows("table", [2, 3], new Float32Array(12).fill(bad));
      expect(Number.isFinite(optimizer.step({ learningRate: 1, maxGradNorm: 1 }).gradNorm)).toBe(false);
      expect(optimizer.state()).toEqual(before);
      // The bad rows are gone: the next steps are those of a run that never saw them.
      advance(optimizer, plain, 4);
      const clean = start(plain);
      advance(clean, plain);
      expect(optimizer.state()).toEqual(clean.state());
    }
  });

  it("leaves frozen parameters alone and takes gradients in place", () => {
    const optimizer = createOptimizer({
      parameters: [
        { name: "frozen", shape: [2, 3], decay: true, frozen: true },
        { name: "w", shape: [3], decay: true },
      ],
      weightDecay: 0.5,
    });
    optimizer.views("frozen").weights.fill(2);
    expect(optimizer.views("frozen").gradient).toBeUndefined();
    expect(() => optimizer.accumulate("frozen", new Float32Array(6))).toThrow("frozen");
    optimizer.views("w").gradient!.set([3, 0, 4]);
    expect(optimizer.step({ learningRate: 0.1 }).gradNorm).toBe(5);
    // The first step of Adam moves each weight by the learning rate, against the sign of its gradient.
    expect(Array.from(optimizer.views("w").weights)).toEqual([expect.closeTo(-0.1, 6), 0, expect.closeTo(-0.1, 6)]);
    expect(optimizer.views("frozen").weights.every((weight) => weight === 2)).toBe(true);
    expect(optimizer.state().parameters.get("frozen")!.moments).toBeUndefined();
  });

  it("clips tiny gradients as clip_grad_norm_ does, with 1e-6 added to the norm", () => {
    const optimizer = createOptimizer({ parameters: [{ name: "w", shape: [1], decay: false }] });
    optimizer.accumulate("w", Float32Array.of(1e-6));
    optimizer.step({ learningRate: 0, maxGradNorm: 1e-6 });
    // Clipped to half, and a tenth of that is the first moment.
    expect(optimizer.state().parameters.get("w")!.moments!.first[0]).toBeCloseTo(0.5e-7, 12);
  });

  it("never uses an accumulated gradient twice", () => {
    const optimizer = start(plain);
    advance(optimizer, plain, 0, 1);
    expect(() => optimizer.step({ learningRate: 1 })).toThrow('"dense" got no gradient since the last step');
  });

  it("lets moments without a gradient vanish instead of staying subnormal for ever", () => {
    const optimizer = createOptimizer({ parameters: [{ name: "w", shape: [9], decay: false }] });
    optimizer.accumulate("w", new Float32Array(9).fill(1e-30));
    optimizer.step({ learningRate: 0 });
    const none = new Float32Array(9);
    for (let step = 1; step < 384; step++) {
      optimizer.accumulate("w", none);
      optimizer.step({ learningRate: 0 });
    }
    const { first, second } = optimizer.state().parameters.get("w")!.moments!;
    expect([...first, ...second].every((value) => value === 0)).toBe(true);
  });

  it("refuses options that cannot be meant", () => {
    const parameters = golden.parameters;
    expect(() => createOptimizer({ parameters, betas: [0.9, 1] })).toThrow(
      "The optimizer's beta 2 is 1; expected a number from 0, below 1.",
    );
    expect(() => createOptimizer({ parameters, epsilon: 0 })).toThrow(UserError);
    expect(() => createOptimizer({ parameters, weightDecay: -1 })).toThrow(UserError);
    const optimizer = start(plain);
    expect(() => optimizer.step({ learningRate: Number.NaN })).toThrow("learning rate is NaN");
    expect(() => optimizer.step({ learningRate: 1, maxGradNorm: 0 })).toThrow("max grad norm is 0");
  });
});

describe("the memory", () => {
  it("says how much a model would take where it does not fit", () => {
    // XLM-RoBERTa base, all of it trained.
    const parameters = [
      { name: "embeddings", shape: [250_002, 768], decay: true, table: true },
      { name: "rest", shape: [86_000_000], decay: true },
    ];
    expect(() => createOptimizer({ parameters })).toThrow(
      /^Training 278 M weights takes 4\.45 GB \(16 bytes each for weight, gradient and two moments\); the optimizer has at most 4\.29 GB\. Freeze/,
    );
  });

  it("holds parameters on lines of the cache, and frozen ones at a quarter of the price", () => {
    const shape = [1000, 1001];
    const trained = createOptimizer({ parameters: [{ name: "w", shape, decay: true }] });
    const frozen = createOptimizer({ parameters: [{ name: "w", shape, decay: true, frozen: true }] });
    expect(trained.bytes - frozen.bytes).toBeGreaterThan(3 * 4 * 1_001_000 - 65_536);
    const { parameters } = start(plain).state();
    for (const { weights } of parameters.values()) expect(weights.byteOffset % 64).toBe(0);
  });

  it("refuses a checkpoint of another model, and stays as it was", () => {
    const optimizer = start(plain);
    advance(optimizer, plain, 0, 2);
    const before = copyOf(optimizer.state());
    const without = new Map(before.parameters);
    without.delete("bias");
    expect(() => optimizer.restore({ step: 5, parameters: without })).toThrow('parameter "bias" is missing');
    const longer = new Map(before.parameters).set("bias", { ...before.parameters.get("bias")!, weights: new Float32Array(14) });
    expect(() => optimizer.restore({ step: 5, parameters: longer })).toThrow('"bias" has 14, 13, 13 numbers');
    const more = new Map(before.parameters).set("extra", before.parameters.get("bias")!);
    expect(() => optimizer.restore({ step: 5, parameters: more })).toThrow('a parameter "extra", which the model does not have');
    expect(() => optimizer.restore({ ...before, step: -1 })).toThrow(UserError);
    expect(optimizer.state()).toEqual(before);
  });
});
