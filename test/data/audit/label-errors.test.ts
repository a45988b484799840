import { describe, expect, it } from "vitest";
import { confidentJoint, suspectLabels } from "../../../src/data/audit/label-errors.js";
import { golden } from "../files.js";

describe("confident learning", () => {
  it.each(golden.labelErrors.map((one, i) => [i, one] as const))(
    "case %i agrees with cleanlab: joint, rows and their order",
    (_, { classes, given, probabilities, joint, ranked }) => {
      expect(confidentJoint(classes, given, probabilities)).toEqual(joint);
      const labels = Array.from({ length: classes }, (_, k) => `label ${k}`);
      const suspects = suspectLabels(
        labels,
        given.map((k) => labels[k]!),
        probabilities,
      );
      expect(suspects.map(({ row }) => row)).toEqual(ranked);
      for (const { row, given: label, suggested, margin } of suspects) {
        expect(label).toBe(labels[given[row]!]);
        const largest = Math.max(...probabilities[row]!);
        expect(probabilities[row]![labels.indexOf(suggested)]).toBe(largest);
        expect(margin).toBeCloseTo(probabilities[row]![given[row]!]! - largest, 12);
      }
    },
  );

  it("suspects nothing of a model that agrees with every label", () => {
    const given = Array.from({ length: 30 }, (_, i) => (i % 2 ? "a" : "b"));
    expect(
      suspectLabels(
        ["a", "b"],
        given,
        given.map((label) => (label === "a" ? [0.9, 0.1] : [0.2, 0.8])),
      ),
    ).toEqual([]);
  });

  it("leaves labels alone that no row has, or a single one", () => {
    expect(
      suspectLabels(
        ["a", "b", "c"],
        ["a", "a", "b"],
        [
          [0.8, 0.1, 0.1],
          [0.7, 0.2, 0.1],
          [0.9, 0.05, 0.05],
        ],
      ),
    ).toEqual([]);
  });
});
