import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, nearestNames } from "../../../src/lib/text/nearest-name.js";

describe("nearest names", () => {
  it("counts edits, a swap of neighbors as one", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("opnai", "openai")).toBe(1);
    expect(editDistance("lable", "label")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("puts the nearest first whatever the case", () => {
    expect(nearestNames("OPNAI", ["google", "openai", "ollama"])).toEqual(["openai", "ollama", "google"]);
  });

  it("asks only where something is near", () => {
    expect(didYouMean("lables", ["text", "label"])).toBe(' Did you mean "label"?');
    expect(didYouMean("zebra", ["text", "label"])).toBe("");
    expect(didYouMean("zebra", [])).toBe("");
  });
});
