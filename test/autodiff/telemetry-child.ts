/**
 * @file A process that runs ONNX Runtime in one of several ways: `node telemetry-child.js REPOSITORY WAY`. Prints what went wrong, or "done".
 * It loads our modules only where the way needs them: loading them sets the environment.
 */
import { createRequire } from "node:module";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, SHARE_ENV, Worker, type WorkerOptions } from "node:worker_threads";

const [, , repository, way] = argv;

async function runSession(): Promise<void> {
  const { createSession } = await import("../../src/autodiff/session.js");
  const { input, tanh } = await import("../../src/autodiff/ops.js");
  const { float32 } = await import("../../src/autodiff/values.js");
  await using session = await createSession({ y: tanh(input("x", [1], "float32")) }, { threads: 1 });
  await session.run({ x: float32([1], [1]) });
}

/** A session that is made without our module for it, as transformers.js makes them. */
async function runLibrary(): Promise<void> {
  const { emitModel } = await import("../../src/autodiff/onnx.js");
  const { input, tanh } = await import("../../src/autodiff/ops.js");
  const { InferenceSession } = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-node");
  const session = await InferenceSession.create(emitModel({ y: tanh(input("x", [1], "float32")) }).bytes);
  await session.release();
}

/** transformers.js sets the variable too, which is of no use in a worker. */
async function runTransformers(): Promise<void> {
  const { importTransformers } = await import("../../src/prompt/providers/local/transformers-js.js");
  await importTransformers();
  await runLibrary();
}

async function runTraining(): Promise<void> {
  const { train } = await import("../../src/tune/training/train.js");
  const { tinySettings, tinyTrainable, trainingRows } = await import("../tune/training/tiny-training.js");
  const { signal } = new AbortController();
  await train(tinyTrainable(repository!), trainingRows(8), { ...tinySettings, epochs: 1 }, { signal });
}

/** Another way, in a thread whose main thread has none of our modules. */
async function runInWorker(inner: string, options: WorkerOptions = {}): Promise<void> {
  const worker = new Worker(fileURLToPath(import.meta.url), { argv: [repository, inner], ...options });
  await new Promise<void>((resolve, reject) => worker.on("error", reject).on("exit", () => resolve()));
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  session: runSession,
  transformers: runTransformers,
  training: runTraining,
  "session in a worker": () => runInWorker("session"),
  "session in a worker that shares the environment": () => runInWorker("session", { env: SHARE_ENV }),
  "transformers in a worker": () => runInWorker("transformers"),
  "library alone": runLibrary,
};

try {
  await ways[way!]!();
  if (isMainThread) stdout.write("done");
} catch (error) {
  stdout.write(error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error));
}
