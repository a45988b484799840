/**
 * @file node-llama-cpp, on demand, installed wherever `LLAMA` says.
 *
 *     node build/bench/ask/llama.js FOLDER FILE.gguf THREADS FLASH BATCH SEQUENCES
 *
 * The strongest form that it offers: the processor's own binary, a text in one `controlledEvaluate` that gives nothing back but the logits that are asked
 * for, labels walked as a tree in one sequence, and several sequences at once, whose tokens it puts into one batch.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Ids, type Job, serve } from "./contestant.js";
import { asked, cutTo, type Evaluated, labelTree, logprob, scoreLabels } from "./label-tree.js";

/** What is used of node-llama-cpp, which is no dependency. */
interface Sequence extends Evaluated {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(ids: Ids): Promise<void>;
  evaluate(ids: Ids, options: object): AsyncGenerator<number>;
}
interface Context extends AsyncDisposable {
  getSequence(): Sequence;
}
interface Library {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{ createContext(options: object): Promise<Context> }>;
  }>;
}

const [folder = "", path = "", threads = "", flash = "", batch = "", count = ""] = process.argv.slice(2);
const library: Library = await import(pathToFileURL(join(folder, "node_modules/node-llama-cpp/dist/index.js")).href);
const llama = await library.getLlama({
  gpu: false,
  build: "never",
  skipDownload: true,
  progressLogs: false,
  logLevel: "error",
  maxThreads: Number(threads),
});
const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
const open = async (contextSize: number, sequences: number): Promise<{ context: Context; all: Sequence[] }> => {
  const context = await model.createContext({
    contextSize,
    sequences,
    batchSize: Number(batch),
    flashAttention: flash === "flash",
    threads: { ideal: Number(threads), min: Number(threads) },
  });
  return { context, all: Array.from({ length: sequences }, () => context.getSequence()) };
};
let opened = { kind: "prompt", ...(await open(1152, 1)) };

await serve({
  async prepare(job) {
    if (job.kind !== opened.kind) {
      await opened.context[Symbol.asyncDispose]();
      opened = { kind: job.kind, ...(await open(job.kind === "score" ? 384 : 1152, job.kind === "score" ? Number(count) : 1)) };
    }
    for (const sequence of opened.all) {
      await sequence.clearHistory();
      if (job.kind === "generate") await sequence.evaluateWithoutGeneratingNewTokens(job.ids.slice(0, -1));
      if (job.kind === "score") await sequence.evaluateWithoutGeneratingNewTokens(job.shared);
    }
  },
  async run(job: Job) {
    const [first] = opened.all as [Sequence];
    if (job.kind === "prompt") {
      const { ids } = job;
      const outputs = await first.controlledEvaluate([...ids.slice(0, -1), asked(ids.at(-1)!, [ids[0]!])]);
      return [[logprob(outputs.at(-1), ids[0]!)]];
    }
    if (job.kind === "generate") {
      const found: number[] = [];
      for await (const id of first.evaluate(job.ids.slice(-1), { temperature: 0, yieldEogToken: true }))
        if (found.push(id) === job.most) break;
      return [found];
    }
    const tree = labelTree(job.labels);
    const scores: number[][] = [];
    let next = 0;
    const work = async (sequence: Sequence): Promise<void> => {
      for (let row = next++; row < job.rows.length; row = next++) {
        if (sequence.nextTokenIndex > job.shared.length) await cutTo(sequence, job.shared.length);
        scores[row] = await scoreLabels(sequence, job.rows[row]!, tree, job.labels.length);
      }
    };
    await Promise.all(opened.all.map(work));
    return scores;
  },
});
