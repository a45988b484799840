import { describe, expect, it } from "vitest";
import { extended, type KeyValues } from "../../../../src/tune/decoders/inference/key-values.js";
import type { StepRunner } from "../../../../src/tune/decoders/inference/step-runner.js";
import { growingTree, root } from "../../../../src/tune/decoders/inference/token-tree.js";
import { goldenDecoders } from "../golden-decoders.js";
import { chain, goldenRunner, goldenSource, logSoftmaxRows, worstError } from "./golden-steps.js";

const { texts, decoders } = goldenDecoders;
const [first, second] = texts.map(({ ids }) => ids);

/** Rows of what a pass says. */
const rowsOf = (logprobs: Float32Array, size: number): number[][] =>
  Array.from({ length: logprobs.length / size }, (_, row) => [...logprobs.subarray(row * size, (row + 1) * size)]);

/** After each token of a text, taken in pieces that end at these places, each after what is kept of those before. */
async function inPieces(runner: StepRunner, name: string, ids: readonly number[], ends: readonly number[]): Promise<number[][]> {
  const { config } = goldenSource(name);
  const rows: number[][] = [];
  let past: KeyValues = runner.start;
  let start = 0;
  for (const end of [...ends, ids.length]) {
    const piece = ids.slice(start, end);
    const step = await runner.run(past, chain(piece), [...piece.keys()]);
    rows.push(...rowsOf(step.logprobs, runner.vocabularySize));
    past = extended(past, step, config, false);
    expect(past.length).toBe(end);
    start = end;
  }
  return rows;
}

describe.each(Object.keys(decoders))("%s", (name) => {
  const { vocabularySize } = goldenSource(name).config;
  const [expectedFirst, expectedSecond] = decoders[name]!.logits.map((logits) => logSoftmaxRows(logits, vocabularySize));

  it("has transformers' probabilities for two texts in one pass", async () => {
    await using runner = await goldenRunner(name);
    const tree = growingTree();
    tree.addAll(first!, root);
    tree.addAll(second!, root);
    const { logprobs } = await runner.run(runner.start, tree, [...tree.ids.keys()]);
    expect(worstError(rowsOf(logprobs, vocabularySize).flat(), [...expectedFirst!, ...expectedSecond!].flat())).toBeLessThan(
      1e-4,
    );
  });

  it("has them token by token, and in pieces of any length", async () => {
    await using runner = await goldenRunner(name);
    for (const ends of [[...first!.keys()].slice(1), [5], [1, 2, 17]])
      expect(worstError((await inPieces(runner, name, first!, ends)).flat(), expectedFirst!.flat())).toBeLessThan(1e-4);
  });

  it("has them for several texts after one beginning, which stays as it is", async () => {
    await using runner = await goldenRunner(name);
    const { config } = goldenSource(name);
    const begun = await runner.run(runner.start, chain(first!.slice(0, 6)), [5]);
    const past = extended(runner.start, begun, config, true);
    const other = [3, 1, 4, 1, 5];
    for (let again = 0; again < 2; again++) {
      const tree = growingTree();
      tree.addAll(other, root);
      const start = tree.ids.length;
      tree.addAll(first!.slice(6), root);
      const wanted = [...tree.ids.keys()].slice(start);
      const { logprobs } = await runner.run(past, tree, wanted);
      expect(worstError(rowsOf(logprobs, vocabularySize).flat(), expectedFirst!.slice(6).flat())).toBeLessThan(1e-4);
    }
  });
});

describe("a tree", () => {
  it("computes what answers share once, and each as if it were alone", async () => {
    await using runner = await goldenRunner(Object.keys(decoders)[0]!);
    const size = runner.vocabularySize;
    const answers = [
      [7, 8, 9],
      [7, 8, 2],
      [7, 3],
    ];
    const tree = growingTree();
    const last = tree.addAll(first!, root);
    const ends = answers.map((ids) => ids.reduce((token, id) => tree.addShared(id, token), last));
    expect(tree.ids.length).toBe(first!.length + 5);
    const together = rowsOf((await runner.run(runner.start, tree, ends)).logprobs, size);
    for (const [i, ids] of answers.entries()) {
      const alone = chain([...first!, ...ids]);
      const { logprobs } = await runner.run(runner.start, alone, [alone.ids.length - 1]);
      expect(worstError(together[i]!, [...logprobs])).toBeLessThan(1e-5);
    }
  });

  it("is near to it with weights of 8 bits", async () => {
    // Wide enough to be cut into blocks.
    const name = Object.keys(decoders).find((each) => goldenSource(each).config.hidden % 32 === 0);
    expect(name).toBeDefined();
    await using exact = await goldenRunner(name!);
    await using rounded = await goldenRunner(name!, "int8");
    const [a, b] = await Promise.all(
      [exact, rounded].map((runner) => runner.run(runner.start, chain(first!), [first!.length - 1])),
    );
    const error = worstError(a!.logprobs, b!.logprobs);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.1);
  });
});
