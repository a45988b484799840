/** @file Runs graphs in ONNX Runtime, on the CPU. The only file that knows of onnxruntime-node. */
import { availableParallelism } from "node:os";
import { env, InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { disableTelemetry, requireTelemetryDisabled } from "../lib/onnxruntime-telemetry.js";
import { bindShape } from "./dims.js";
import type { Tensor } from "./graph.js";
import { type EmittedModel, emitModel } from "./onnx.js";
import { countOf, dtypeOf, type TensorValue, type Values } from "./values.js";

// Threads that are started from here on inherit it.
disableTelemetry();

/** Errors only: warnings about how it optimizes are not for users. */
const quiet = 3;

/** An ONNX file is one protobuf message, and those end at 2 GB. Weights beyond that are fed with every run instead, a few percent slower. */
const maxModelBytes = 2 ** 31 - 2 ** 24;

/** Beyond this, batches of a size that keeps a program responsive gain nothing from more threads. */
const maxDefaultThreads = 8;

const harmfulOptimizers = [
  // What a gradient computes again instead of keeping it would be found to be the same, and kept.
  "CommonSubexpressionElimination",
  // Makes a float32 of the factor, also between matrices of float64.
  "MatMulScaleFusion",
  // Would undo a transposition that spares a product the reading by columns (`gradients.ts`, matmul).
  "MatmulTransposeFusion",
  "GemmTransposeFusion",
];

export interface SessionOptions {
  /** Values for inputs that stay the same: part of the model, and prepared for fast products once. */
  readonly weights?: Values;
  /** Threads per op. Results are bit-identical only for the same number of threads. @default the number of cores, at most eight */
  readonly threads?: number;
}

/** A graph made ready to run. Holds native memory: dispose of it. */
export interface Session<Name extends string = string> extends AsyncDisposable {
  /** Computes all outputs. `feeds` has each input without a weight. Blocks the thread while it computes: keep runs short, or use a worker. */
  run(feeds?: Values): Promise<Readonly<Record<Name, TensorValue>>>;
}

function toOrt({ data, shape }: TensorValue): OrtTensor {
  if (data.length !== countOf(shape)) throw new Error(`${data.length} numbers do not make [${shape.join(", ")}]`);
  if (data instanceof Float32Array) return new OrtTensor("float32", data, shape);
  if (data instanceof Float64Array) return new OrtTensor("float64", data, shape);
  return data instanceof BigInt64Array ? new OrtTensor("int64", data, shape) : new OrtTensor("bool", data, shape);
}

function fromOrt(name: string, result: unknown): TensorValue {
  if (!(result instanceof OrtTensor)) throw new Error(`output "${name}" is no tensor`);
  const { data, dims } = result;
  if (data instanceof Float32Array || data instanceof Float64Array || data instanceof BigInt64Array || data instanceof Uint8Array)
    return { data, shape: dims };
  throw new Error(`output "${name}" has an unexpected type`);
}

/** What is fed, checked against what the graph declares. */
function checkedFeeds(
  { inputs, binding: fixed }: Pick<EmittedModel, "inputs" | "binding">,
  feeds: Values,
): Record<string, OrtTensor> {
  const binding = new Map(fixed);
  return Object.fromEntries(
    inputs.map(({ params: { name, shape, dtype } }) => {
      const value = feeds[name];
      if (value === undefined) throw new Error(`input "${name}" was not fed`);
      if (dtypeOf(value.data) !== dtype) throw new Error(`input "${name}" is ${dtypeOf(value.data)}; expected ${dtype}`);
      bindShape(name, shape, value.shape, binding);
      return [name, toOrt(value)];
    }),
  );
}

/**
 * Makes a session that computes `outputs` by name.
 *
 * ```ts
 * const x = input("x", ["rows", 3], "float64");
 * await using session = await createSession({ y: matmul(x, w) }, { weights: { w: float64(numbers, [3, 2]) } });
 * const { y } = await session.run({ x: float64(rows, [10, 3]) });
 * ```
 */
export async function createSession<Name extends string>(
  outputs: Readonly<Record<Name, Tensor>>,
  { weights = {}, threads = Math.min(availableParallelism(), maxDefaultThreads) }: SessionOptions = {},
): Promise<Session<Name>> {
  const weightBytes = Object.values(weights).reduce((total, { data }) => total + data.byteLength, 0);
  const [baked, fedWeights] = weightBytes < maxModelBytes ? [weights, {}] : [{}, weights];
  const names = Object.keys(outputs) as Name[];
  const session = await openModel(emitModel(outputs, baked), names, { threads });
  return { ...session, run: (feeds = {}) => session.run({ ...fedWeights, ...feeds }) };
}

/**
 * Makes a session of a graph that `emitModel` wrote before, perhaps in another thread: what it wrote is plain data. `outputs` are the
 * names that the graph's outputs were given.
 */
export async function openModel<Name extends string>(
  model: EmittedModel,
  outputs: readonly Name[],
  { threads = Math.min(availableParallelism(), maxDefaultThreads) }: Pick<SessionOptions, "threads"> = {},
): Promise<Session<Name>> {
  // Neither the bytes nor the weights in them may stay reachable from `run`: onnxruntime has its own copy.
  const expected = { inputs: model.inputs, binding: model.binding };
  requireTelemetryDisabled();
  env.logLevel = "error";
  const session = await InferenceSession.create(model.bytes, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // Patterns of memory are kept for each new shape: with batches of many lengths they cost memory and gain nothing.
    enableMemPattern: false,
    extra: { optimization: { disable_specified_optimizers: harmfulOptimizers.join(";") } },
    logSeverityLevel: quiet,
  });
  return {
    run: async (feeds = {}) => {
      const results = await session.run(checkedFeeds(expected, feeds));
      const values = outputs.map((name) => [name, fromOrt(name, results[name])]);
      return Object.fromEntries(values) as Record<Name, TensorValue>;
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
