import { describe, expect, it } from "vitest";
import { type Pretrained, readPretrained } from "../../../src/tune/pretrained/pretrained.js";
import { estimateSeconds } from "../../../src/tune/training/training-estimate.js";
import { contractData } from "../../contract/approach.js";
import { classifierFolder } from "../classifier/golden-classifiers.js";

const texts = contractData().train.examples.map(({ text }) => text);

/** A model of its own to the estimate, that counts how often its weights are read. */
async function counted(path: string): Promise<{ readonly pretrained: Pretrained; readonly reads: () => number }> {
  const read = await readPretrained(classifierFolder("llama"));
  let reads = 0;
  const stored: Pretrained["stored"] = {
    ...read.stored,
    path,
    read: (wanted) => {
      reads++;
      return read.stored.read(wanted);
    },
  };
  return { pretrained: { ...read, stored }, reads: () => reads };
}

describe("the time of a training", () => {
  it("is measured once for a model, and grows with texts, how often they come, and updates", async () => {
    const { pretrained, reads } = await counted("estimate-1");
    const seconds = (rows: number, times: number, updates: number, answered = 0): Promise<number> =>
      estimateSeconds(pretrained, { trained: texts.slice(0, rows), times, updates, answered: texts.slice(0, answered) }, 1);
    const once = await seconds(40, 1, 0);
    expect(once).toBeGreaterThan(0);
    expect(await seconds(40, 3, 0)).toBeCloseTo(3 * once, 10);
    const adapters = { trained: texts.slice(0, 40), times: 1, updates: 0, stepShare: 0.7, answered: [] };
    expect(await estimateSeconds(pretrained, adapters, 1)).toBeCloseTo(0.7 * once, 10);
    expect(await seconds(40, 0, 0, 40)).toBeCloseTo(once / 3, 10);
    expect(await seconds(40, 1, 5)).toBeGreaterThan(once);
    expect(await seconds(20, 1, 0)).toBeLessThan(once);
    expect(await seconds(0, 0, 0)).toBe(0);
    expect(reads()).toBe(1);
  });

  it("is measured again where the first try failed", async () => {
    const { pretrained } = await counted("estimate-2");
    const broken: Pretrained = { ...pretrained, stored: { ...pretrained.stored, read: () => Promise.reject(new Error("no")) } };
    const planned = { trained: texts, times: 1, updates: 1, answered: [] };
    await expect(estimateSeconds(broken, planned, 1)).rejects.toThrow("no");
    expect(await estimateSeconds(pretrained, planned, 1)).toBeGreaterThan(0);
  });
});
