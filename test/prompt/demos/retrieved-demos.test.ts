import { describe, expect, it } from "vitest";
import { nearestFirst } from "../../../src/prompt/demos/neighbors.js";
import { retrievedDemosFor } from "../../../src/prompt/demos/retrieved-demos.js";
import type { RetrievedDemos } from "../../../src/prompt/program.js";

/** Vectors in a plane, by their angle to the text in degrees: similarity is its cosine. */
const pool = (...entries: readonly (readonly [id: string, degrees: number, label: string])[]) =>
  entries.map(([id, degrees, label]) => ({
    demo: { id, text: `words of ${id} ${id} ${id}`, labels: label === "" ? [] : label.split("+") },
    vector: Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)),
  }));

const ids = (
  by: RetrievedDemos["by"],
  count: number,
  known: ReturnType<typeof pool>,
  options: { text?: string; allowed?: readonly string[] } = {},
): string[] =>
  retrievedDemosFor({ by, count }, options.text ?? "the question", nearestFirst(Float32Array.of(1, 0), known), ({ labels }) =>
    labels.every((label) => options.allowed?.includes(label) ?? true),
  ).map(({ id }) => id);

describe("retrieved examples", () => {
  const known = pool(["far", 80, "a"], ["near", 5, "a"], ["next", -10, "a"], ["middle", 40, "b"], ["third", 15, "a"]);

  it("are the nearest ones, the most similar last", () => {
    expect(ids("nearest", 3, known)).toEqual(["third", "next", "near"]);
    expect(ids("nearest", 99, known)).toEqual(["far", "middle", "third", "next", "near"]);
    expect(ids("nearest", 0, known)).toEqual([]);
  });

  it.each(["nearest", "balanced", "diverse"] as const)("are never nearly the text itself (%s)", (by) => {
    const shown = ids(by, 2, known, { text: " Words of NEAR near   near" });
    expect(shown).toHaveLength(2);
    expect(shown).not.toContain("near");
  });

  it.each(["nearest", "balanced", "diverse"] as const)("have only labels that are allowed (%s)", (by) => {
    expect(ids(by, 3, known, { allowed: ["b"] })).toEqual(["middle"]);
  });

  it("are the nearest of each label in turn where they are balanced", () => {
    expect(ids("balanced", 2, known)).toEqual(["middle", "near"]);
    // b has one only, so a has the rest.
    expect(ids("balanced", 4, known)).toEqual(["middle", "third", "next", "near"]);
    // More labels than examples: those whose nearest is nearest.
    expect(ids("balanced", 2, pool(["x", 50, "c"], ["y", 10, "a"], ["z", 30, "b"], ["w", 5, "a"]))).toEqual(["z", "w"]);
  });

  it("count once where one bears several labels, and rows of no label are a kind of their own", () => {
    const several = pool(["both", 5, "a+b"], ["a", 10, "a"], ["b", 20, "b"], ["none", 60, ""]);
    expect(ids("balanced", 3, several)).toEqual(["none", "b", "both"]);
  });

  it("are near the text and unlike each other where they are diverse: maximal marginal relevance with λ = ½", () => {
    // After "near" (5°): next (−10°) gains cos 10° − cos 15° = .019, third (15°) cos 15° − cos 10° = −.019, middle (40°)
    // cos 40° − cos 35° = −.053, far (80°) cos 80° − cos 75° = −.085. After "next": third .966 − .985, as before.
    expect(ids("diverse", 2, known)).toEqual(["next", "near"]);
    expect(ids("diverse", 3, known)).toEqual(["third", "next", "near"]);
    // Two that are nearly one another: the second gains cos 4° − cos 1° < 0, the one on the other side cos 12° − cos 15° > 0.
    expect(ids("diverse", 2, pool(["one", 3, "a"], ["twin", 4, "a"], ["side", -12, "a"]))).toEqual(["side", "one"]);
    expect(ids("nearest", 2, pool(["one", 3, "a"], ["twin", 4, "a"], ["side", -12, "a"]))).toEqual(["twin", "one"]);
  });
});
