import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { writeFileAtomic } from "../../src/lib/atomic-write.js";
import { addCosts, noCost } from "../../src/lib/cost.js";
import { sha256 } from "../../src/lib/hash.js";
import { nextTurn } from "../../src/lib/next-turn.js";
import { quantile } from "../../src/lib/quantile.js";
import { whenAborted } from "../../src/lib/when-aborted.js";

describe("quantile", () => {
  it("interpolates as NumPy does", () => {
    // numpy.quantile([3, 1, 2, 10], [0, .5, .95, 1])
    const expected = [1, 2.5, 8.95, 10];
    [0, 0.5, 0.95, 1].forEach((q, i) => {
      expect(quantile([3, 1, 2, 10], q)).toBeCloseTo(expected[i]!, 12);
    });
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("sha256", () => {
  it("tells apart where one part ends and the next begins", () => {
    expect(sha256("ab", "c")).not.toBe(sha256("a", "bc"));
    expect(sha256("é")).toBe(sha256(new TextEncoder().encode("é")));
    // printf '3:abc' | sha256sum
    expect(sha256("abc")).toBe("aab5f9ae99b2e38fb462025c8f72f570c9c811705d2a4277dc855d7fa293fe97");
  });
});

describe("costs", () => {
  it("add field by field", () => {
    expect(addCosts({ ...noCost, usd: 1, labels: 2 }, { usd: 0.5, seconds: 3 })).toEqual({
      ...noCost,
      usd: 1.5,
      seconds: 3,
      labels: 2,
    });
  });
});

describe("writeFileAtomic", () => {
  it("makes the folder, replaces the file, and leaves nothing else", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "crossover-write-")), "sub");
    await writeFileAtomic(join(folder, "a.txt"), "one");
    await writeFileAtomic(join(folder, "a.txt"), new TextEncoder().encode("two"));
    expect(await readdir(folder)).toEqual(["a.txt"]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("two");
  });
});

describe("a callback on abort", () => {
  it("is called once, unless it was let go, over one listener for all", () => {
    const controller = new AbortController();
    const listen = vi.spyOn(controller.signal, "addEventListener");
    const called: string[] = [];
    const waiting = ["a", "b", "c"].map((name) => whenAborted(controller.signal, () => called.push(name)));
    waiting[1]!();
    controller.abort();
    controller.abort();
    expect(called).toEqual(["a", "c"]);
    expect(listen).toHaveBeenCalledTimes(1);
  });

  it("may let others go, and itself", () => {
    const controller = new AbortController();
    const called: string[] = [];
    const first = whenAborted(controller.signal, () => {
      called.push("first");
      first();
      second();
    });
    const second = whenAborted(controller.signal, () => called.push("second"));
    controller.abort();
    expect(called).toEqual(["first"]);
  });
});

describe("the next turn", () => {
  it("comes after everything that is ready, for all at once", async () => {
    const order: string[] = [];
    const waiting = [1, 2].map(async (i) => {
      await nextTurn();
      order.push(`turn ${i}`);
    });
    void Promise.resolve().then(() => Promise.resolve().then(() => order.push("ready")));
    await Promise.all(waiting);
    expect(order).toEqual(["ready", "turn 1", "turn 2"]);
    const before = nextTurn();
    await before;
    expect(nextTurn()).not.toBe(before);
  });
});
