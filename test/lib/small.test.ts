import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/lib/atomic-write.js";
import { addCosts, noCost } from "../../src/lib/cost.js";
import { sha256 } from "../../src/lib/hash.js";
import { quantile } from "../../src/lib/quantile.js";

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
