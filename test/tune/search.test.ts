import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { type Configuration, drawSettings, searched } from "../../src/tune/search.js";
import type { Approach, FitContext } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import { recordingContext } from "../contract/approach.js";

const labels = ["a", "b"];
const train: Dataset = {
  name: "letters",
  labels,
  isMultiLabel: false,
  descriptions: {},
  examples: Array.from({ length: 40 }, (_, i) => ({
    id: String(i),
    text: `${i * 7919} ${labels[i % 2]}${i}`,
    labels: [labels[i % 2]!],
  })),
};
const queries = train.examples.map(({ id, text }) => ({ id, text }));

interface Fit {
  readonly settings: Configuration;
  readonly ids: ReadonlySet<string>;
  readonly folder: string | undefined;
}

/** Answers rightly in `settings.skill` of 100 rows that it has not seen, and is as sure as `settings.sureness` says. */
function scripted(fits: Fit[]): (settings: Configuration) => Approach {
  return (settings) => ({
    name: "tune:scripted",
    arm: "tune",
    summary: "Scripted.",
    estimate: async ({ examples }) => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: examples.length }),
    async fit({ examples }, context: FitContext) {
      fits.push({ settings, ids: new Set(examples.map(({ id }) => id)), folder: context.checkpointFolder });
      context.spend({ labels: examples.length });
      const { skill = 50, sureness = 0.6 } = settings;
      return {
        facts: {
          trainedParameters: 1,
          totalParameters: 1,
          promptTokens: 0,
          humanWords: 0,
          chosen: { C: 1 },
          artifactBytes: 0,
          needs: [],
        },
        predict: async (asked) =>
          asked.map(({ id }, i) => {
            const truth = Number(id) % 2;
            const answer = labels[i * 100 < skill * asked.length ? truth : 1 - truth]!;
            return {
              answer: [answer],
              scores: Object.fromEntries(labels.map((label) => [label, label === answer ? sureness : 1 - sureness])),
            };
          }),
        files: async () => new Map(),
        async [Symbol.asyncDispose]() {},
      };
    },
  });
}

const run = async (trials: number, space: Readonly<Record<string, readonly number[]>>, data = train) => {
  const fits: Fit[] = [];
  const context = { ...recordingContext(), checkpointFolder: "kept" };
  const predictor = await searched({ trials, space, make: scripted(fits) }).fit(data, context);
  return { fits, context, predictor };
};

describe("searched", () => {
  it("trains the best settings by validation macro-F1 on all rows", async () => {
    const { fits, predictor, context } = await run(5, { skill: [20, 90, 70] });
    expect(fits.map(({ settings }) => settings["skill"])).toEqual([undefined, ...[20, 70, 90].map(() => expect.any(Number)), 90]);
    expect(fits.slice(0, -1).every(({ ids }) => ids.size < 40)).toBe(true);
    expect(fits.at(-1)!.ids.size).toBe(40);
    expect(predictor.facts.chosen).toMatchObject({
      C: 1,
      skill: 90,
      search: expect.stringMatching(/^best of 5, validation macro-F1 [01]\.\d{3}$/),
    });
    // The trials' labels are among those that the last fit is charged for.
    expect(context.spent.reduce((total, { labels: count = 0 }) => total + count, 0)).toBe(40);
    expect(new Set(fits.map(({ folder }) => folder)).size).toBe(fits.length);
  });

  it("decides ties by log loss", async () => {
    const { predictor } = await run(4, { skill: [100], sureness: [0.7, 0.95, 0.8] });
    expect(predictor.facts.chosen).toMatchObject({ skill: 100, sureness: 0.95 });
  });

  it("keeps the defaults where nothing is better", async () => {
    const { fits, predictor } = await run(3, { skill: [10, 20] });
    expect(fits.at(-1)!.settings).toEqual({});
    expect(Object.keys(predictor.facts.chosen)).toEqual(["C", "search"]);
  });

  it("judges on rows that were not learned", async () => {
    const seen: string[][] = [];
    const fits: Fit[] = [];
    const make = scripted(fits);
    const watched = (settings: Configuration): Approach => ({
      ...make(settings),
      fit: async (data, context) => {
        const predictor = await make(settings).fit(data, context);
        return {
          ...predictor,
          predict: (asked, given) => {
            seen.push(asked.map(({ id }) => id));
            return predictor.predict(asked, given);
          },
        };
      },
    });
    await searched({ trials: 2, space: { skill: [80] }, make: watched }).fit(train, recordingContext());
    expect(seen).toHaveLength(2);
    for (const [i, ids] of seen.entries()) {
      expect(ids.length).toBeGreaterThan(4);
      expect(ids.filter((id) => fits[i]!.ids.has(id))).toEqual([]);
    }
  });

  it("uses the defaults, and says so, where there are too few rows", async () => {
    const { fits, context } = await run(3, { skill: [90] }, { ...train, examples: train.examples.slice(0, 10) });
    expect(fits.map(({ settings }) => settings)).toEqual([{}]);
    expect(context.events).toEqual([{ kind: "note", text: expect.stringContaining("too few rows to search") }]);
  });

  it("is the approach itself with one trial, and refuses none", async () => {
    expect((await run(1, { skill: [90] })).fits).toHaveLength(1);
    expect(() => searched({ trials: 0, space: {}, make: scripted([]) })).toThrow(
      new UserError("The number of trials is 0. Give a whole number above 0."),
    );
  });

  it("counts the trials in its estimate", async () => {
    const { seconds } = await searched({ trials: 3, space: { skill: [1, 2] }, make: scripted([]) }).estimate(train, queries);
    expect(seconds).toBeGreaterThan(40 + 3 * 25);
    expect(seconds).toBeLessThan(40 + 3 * 40);
  });
});

describe("drawSettings", () => {
  it("tries the defaults first, then different settings, fixed by the seed", () => {
    const space = { learningRate: [1, 2, 3], epochs: [4, 5] };
    const all = drawSettings(space, 100, 1);
    expect(all).toHaveLength(7);
    expect(all[0]).toEqual({});
    expect(new Set(all.map((settings) => JSON.stringify(settings))).size).toBe(7);
    expect(drawSettings(space, 3, 1)).toEqual(all.slice(0, 3));
    expect(drawSettings(space, 100, 2)).not.toEqual(all);
  });
});
