import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { cosine, nearestFirst } from "../../../src/prompt/demos/neighbors.js";

const demo = (text: string) => ({ id: text, text, labels: [] });

describe("neighbors", () => {
  it.each([0, 1, 2, 3, 10, 257])("come nearest first, as a stable sort of all %i has them", (count) => {
    const chance = random(1, "neighbors");
    const vector = Float32Array.from({ length: 7 }, () => chance.uniform() - 0.5);
    // Few values, so that many are equally near.
    const demos = Array.from({ length: count }, (_, i) => ({
      demo: demo(String(i)),
      vector: Float32Array.from({ length: 7 }, () => chance.integer(2)),
    }));
    const sorted = demos
      .map((each) => ({ ...each, similarity: cosine(vector, each.vector) }))
      .sort((a, b) => b.similarity - a.similarity);
    expect([...nearestFirst(vector, demos)]).toEqual(sorted);
  });

  it("can be read in part and again, and are the same ones each time", () => {
    const demos = [0.5, 0.9, 0.1].map((value) => ({ demo: demo(String(value)), vector: Float32Array.of(value) }));
    const ranked = nearestFirst(Float32Array.of(1), demos);
    const [first] = ranked;
    const all = [...ranked];
    expect(all.map((neighbor) => neighbor.demo.text)).toEqual(["0.9", "0.5", "0.1"]);
    expect(all[0]).toBe(first);
    expect([...ranked][2]).toBe(all[2]);
  });

  it.each([1, 3, 4, 6, 384])("have the cosine of vectors of %i numbers", (size) => {
    const chance = random(size, "cosine");
    const [a, b] = [0, 1].map(() => Float64Array.from({ length: size }, () => chance.uniform() - 0.5)) as [
      Float64Array,
      Float64Array,
    ];
    expect(cosine(a, b)).toBeCloseTo(
      a.reduce((sum, value, i) => sum + value * b[i]!, 0),
      12,
    );
  });
});
