import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { majority } from "../../src/tune/majority.js";
import { nearestCentroid } from "../../src/tune/nearest-centroid.js";
import { baselines, tune } from "../../src/tune/tune.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import type { Prediction } from "../../src/types/prediction.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { fakeEncoder } from "../contract/fake-encoder.js";

const encoder = fakeEncoder();
const several = () => contractData(true);
approachContract("baseline:majority", majority);
approachContract("baseline:majority with several labels a row", majority, several);
approachContract("baseline:nearest-centroid", () => nearestCentroid({ encoder }));
approachContract("baseline:nearest-centroid with several labels a row", () => nearestCentroid({ encoder }), several);

async function answer(approach: Approach, train: Dataset, text: string): Promise<Prediction> {
  const context = recordingContext();
  await using predictor = await approach.fit(train, context);
  const [prediction] = await predictor.predict([{ id: "1", text }], context);
  return prediction!;
}

/** A dataset of rows with these labels, one text a row. */
function rows(labels: readonly string[], sets: readonly (readonly string[])[], isMultiLabel: boolean): Dataset {
  const examples = sets.map((set, i) => ({ id: String(i), text: `text ${i}`, labels: set }));
  return { name: "rows", labels, isMultiLabel, descriptions: {}, examples };
}

describe("baseline:majority", () => {
  it("answers the most frequent label with the shares of all", async () => {
    const train = rows(["a", "b", "c"], [["b"], ["a"], ["b"], ["b"]], false);
    expect(await answer(majority(), train, "?")).toEqual({ answer: ["b"], scores: { a: 0.25, b: 0.75, c: 0 } });
  });

  it("answers every label that half of the rows have, where a row has several", async () => {
    const train = rows(["a", "b", "c"], [["a", "b"], ["a"], ["b", "c"], ["a", "b"]], true);
    expect(await answer(majority(), train, "?")).toEqual({ answer: ["a", "b"], scores: { a: 0.75, b: 0.75, c: 0.25 } });
  });

  it("answers the most frequent one where none has half, or none where most rows have none", async () => {
    expect(
      (await answer(majority(), rows(["a", "b", "c"], [["a"], ["b"], ["b"], ["c"], ["a", "b"], ["c"], ["c"], []], true), "?"))
        .answer,
    ).toEqual(["b"]);
    expect((await answer(majority(), rows(["a", "b"], [["a"], [], [], ["b"]], true), "?")).answer).toEqual([]);
  });
});

describe("baseline:nearest-centroid", () => {
  it("answers the label whose mean vector has the largest cosine", async () => {
    const { train } = contractData();
    expect((await answer(nearestCentroid({ encoder }), train, "refund money")).answer).toEqual(["refund"]);
    expect((await answer(nearestCentroid({ encoder }), train, "password")).answer).toEqual(["login"]);
  });

  it("agrees with cosines worked out by hand", async () => {
    const vectors: Record<string, number[]> = { x: [1, 0], y: [0, 1], "x too": [0.8, 0.6], q: [0.8, 0.6] };
    const plane = {
      ...encoder,
      dimension: 2,
      embed: async (texts: readonly string[]) => texts.map((text) => Float32Array.from(vectors[text]!)),
    };
    const train: Dataset = {
      ...rows(["x", "y"], [["x"], ["y"], ["x"]], false),
      examples: ["x", "y", "x too"].map((text) => ({ id: text, text, labels: [text[0]!] })),
    };
    // The mean of x is (0.9, 0.3), of length 0.949: its cosine with (0.8, 0.6) is 0.949; that of y is 0.6.
    expect(await answer(nearestCentroid({ encoder: plane }), train, "q")).toEqual({ answer: ["x"] });
  });

  it("asks for rows", async () => {
    await expect(nearestCentroid({ encoder }).fit(rows(["a"], [], false), recordingContext())).rejects.toThrow(UserError);
  });
});

describe("the front door", () => {
  it("tunes a probe unless told otherwise, and names the baselines", () => {
    expect(tune({ encoder }).name).toBe("tune:probe");
    expect(baselines({ encoder }).map(({ name, arm }) => [name, arm])).toEqual([
      ["baseline:majority", "baseline"],
      ["baseline:nearest-centroid", "baseline"],
    ]);
  });

  it("lists the ways of tuning to whoever names another", () => {
    const options = JSON.parse('{"method": "prob"}');
    expect(() => tune({ encoder, ...options })).toThrow(
      '"prob" is not a way of tuning. Did you mean "probe"? Ways: probe, tfidf, full, lp-ft, lora, setfit, ladder.',
    );
  });
});
