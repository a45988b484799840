import { describe, expect, test } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { bestOf, candidatesOf } from "../../src/compare/best.js";
import { compare } from "../../src/compare/compare.js";
import { identityOf, traitsOf } from "../../src/compare/identity.js";
import { planMeasurements } from "../../src/compare/plan.js";
import { summarize } from "../../src/compare/summarize.js";
import type { Approach } from "../../src/types/approach.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Measurement } from "../../src/types/measurement.js";
import { assumptions, fake, majority, task, wrongEvery } from "./fakes.js";

const options = { seeds: [1, 2], assumptions };
const usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };

/** An approach as somebody writes one who knows nothing of identities: a name and an arm. */
function plain(
  name: string,
  arm: Approach["arm"],
  ...rest: Parameters<typeof fake> extends [unknown, unknown, ...infer Rest] ? Rest : never
): Approach {
  const { method: _, model: __, variant: ___, traits: ____, ...approach } = fake(name, arm, ...rest).approach;
  return approach;
}

describe("an approach that says only its name and its arm", () => {
  test("is known by its name, and by what was measured of it", async () => {
    const measured = await compare(
      task(),
      [
        plain("mine", "tune", wrongEvery(7), { fitCost: { labels: 200 } }),
        plain("asks", "prompt", wrongEvery(8)),
        plain("counts", "prompt", (query) => ({ answer: [wrongEvery(8)(query)], usage }), { facts: { totalParameters: 7e9 } }),
        plain("stands in", "prompt", wrongEvery(9), {
          facts: { totalParameters: 1e6, artifactBytes: 1e6 },
          fitCost: { labels: 4 },
        }),
        plain("replays", "prompt", wrongEvery(9), { facts: { recording: { labels: null, words: null } } }),
      ],
      options,
    );
    const of = (name: string) => measured.summaries.find(({ approach }) => approach === name)!;
    expect(of("mine")).toMatchObject({ arm: "tune", method: "mine", traits: { asksLlm: false, learnsFrom: "labels" } });
    expect(of("mine")).not.toHaveProperty("model");
    expect(of("asks").traits).toEqual({ asksLlm: true, isRecording: false, learnsFrom: "nothing", isMajority: false });
    expect(of("counts").traits.asksLlm).toBe(true);
    expect(of("stands in").traits).toMatchObject({ asksLlm: false, learnsFrom: "labels" });
    expect(of("replays").traits).toMatchObject({ asksLlm: true, isRecording: true });
  });

  test("keeps what it says of itself, whatever is measured", () => {
    const approach = {
      ...fake("x", "hybrid", majority).approach,
      method: "cascade",
      model: "m",
      variant: "#2",
      traits: { asksLlm: true },
    };
    expect(identityOf(approach)).toEqual({ arm: "hybrid", method: "cascade", model: "m", variant: "#2" });
    expect(traitsOf(approach)).toEqual({ asksLlm: true, isRecording: false, learnsFrom: "labels", isMajority: false });
  });
});

test("a name that looks like a built-in one's means nothing", async () => {
  const comparison = await compare(
    task(),
    [
      plain("baseline:my-majority", "baseline", majority),
      plain("tune:recorded@x", "tune", wrongEvery(7), { fitCost: { labels: 200 } }),
      plain("tune:start@x", "tune", wrongEvery(5)),
    ],
    options,
  );
  expect(comparison.summaries.map(({ traits }) => traits.isMajority || traits.isRecording)).toEqual([false, false, false]);
  const cell = comparison.factors.find(({ factor }) => factor === "customization")!.cells["tune:start@x"]!;
  // Neither learned nor is there a majority baseline to hold it against.
  expect(cell.kind).toBe("changes");
  expect(cell).not.toHaveProperty("answersChanged");
});

describe("a hybrid", () => {
  const approaches = [
    fake("baseline:majority", "baseline", majority).approach,
    fake("tune:probe", "tune", wrongEvery(9)).approach,
    fake("tune:full", "tune", wrongEvery(8)).approach,
    fake("prompt:zero-shot@m", "prompt", wrongEvery(4)).approach,
    fake("hybrid:cascade", "hybrid", wrongEvery(40)).approach,
    fake("hybrid:distilled", "hybrid", wrongEvery(30)).approach,
  ];

  test("is measured last, on test rows alone: no best of hybrids is chosen", () => {
    const plan = planMeasurements(task(), approaches, [1]);
    const ofHybrids = plan.filter(({ approach }) => approach.arm === "hybrid");
    expect(ofHybrids.map(({ split }) => split)).toEqual(["test", "test"]);
    expect(plan.slice(-2)).toEqual(ofHybrids);
  });

  test("is ranked beside the others, and changes no verdict", async () => {
    const whole = await compare(task(), approaches, options);
    const without = summarize({ ...whole, measurements: whole.measurements.filter(({ arm }) => arm !== "hybrid") });
    expect(whole.summaries[0]).toMatchObject({ approach: "hybrid:cascade", arm: "hybrid" });
    expect(whole.best).toEqual(without.best);
    expect(whole.contrasts).toEqual(without.contrasts);
    expect(whole.money.breakEvens).toEqual(without.money.breakEvens);
  });
});

describe("measurements of smaller training sets and of experiments", () => {
  const score = (period: number) => (query: Parameters<ReturnType<typeof wrongEvery>>[0]) => wrongEvery(period)(query);

  async function compared(): Promise<Comparison> {
    return compare(
      task(),
      [
        fake("baseline:majority", "baseline", majority).approach,
        fake("tune:probe", "tune", score(9)).approach,
        fake("tune:full", "tune", score(6)).approach,
        fake("prompt:zero-shot@m", "prompt", (query) => ({ answer: [score(4)(query)], costUsd: 0.002, usage })).approach,
        fake("prompt:few-shot@m", "prompt", (query) => ({ answer: [score(5)(query)], costUsd: 0.004, usage })).approach,
      ],
      options,
    );
  }

  /** The measurement as it might have come out otherwise: all answers wrong, or all right, in one group, dear and slow. */
  const altered = (measurement: Measurement, isRight: boolean): Measurement => ({
    ...measurement,
    outcomes: measurement.outcomes.map((outcome) => ({
      ...outcome,
      group: "all in one",
      answer: isRight ? outcome.truth : [outcome.truth[0] === "billing" ? "login" : "billing"],
      ...(outcome.costUsd !== undefined && { costUsd: 50 }),
    })),
    predictCost: { ...measurement.predictCost, seconds: 9e5, usd: 9e5 },
    fitCost: { ...measurement.fitCost, seconds: 9e5 },
    latencies: [9e5],
  });

  test("change no choice, price, summary or contrast, wherever they stand", async () => {
    const usual = await compared();
    const others = usual.measurements.flatMap((measurement, i): Measurement[] => [
      // The worst of the usual ones gets the best of these, and the other way round.
      { ...altered(measurement, i % 2 === 0), trainSize: 40 },
      { ...altered(measurement, i % 2 === 1), experiment: { kind: "held-out-label", label: "login" } },
      // An experiment with other test rows, and one with more training rows than there are.
      {
        ...altered(measurement, true),
        experiment: { kind: "shift", by: "typos" },
        outcomes: measurement.outcomes.slice(3).map((outcome) => ({ ...outcome, id: `${outcome.id}-shifted` })),
        trainSize: 5000,
      },
    ]);
    for (const measurements of [
      [...others, ...usual.measurements],
      [...usual.measurements, ...others],
    ]) {
      const { measurements: _, curves, crossovers, ...found } = summarize({ ...usual, measurements });
      const { measurements: __, ...expected } = usual;
      // What smaller training sets are for.
      expect([curves?.length, crossovers?.length]).toEqual([5, 4]);
      const withoutData = ({ factors, ...rest }: typeof found) => ({
        ...rest,
        factors: factors.filter(({ factor }) => factor !== "data"),
      });
      expect(withoutData(found)).toEqual(withoutData(expected));
      expect(advise({ ...found, measurements })).toEqual(advise(usual));

      const experiments = measurements.filter(({ experiment, trainSize }) => experiment !== undefined || trainSize !== 40);
      const { measurements: ___, ...same } = summarize({ ...usual, measurements: experiments });
      expect(same).toEqual(expected);
    }
  });

  test("leave an arm's best what it was, in the choice itself too", async () => {
    const { measurements, task: facts, metrics, assumptions: prices, best } = await compared();
    const names = ["tune:probe", "tune:full"];
    const chosen = best.tune!.approach;
    const other = names.find((name) => name !== chosen)!;
    const smaller = measurements.map((each): Measurement => ({ ...altered(each, each.approach === other), trainSize: 40 }));
    const choose = (all: readonly Measurement[]) => bestOf(candidatesOf("tune", names, all, facts, metrics), prices).best;
    expect(choose([...smaller, ...measurements])).toEqual(best.tune);
    // The test has teeth: were these all there is, the other one would be chosen.
    expect(choose(smaller)?.approach).toBe(other);
  });

  test("are not taken for one that a run still lacks", async () => {
    const usual = await compared();
    const experiments = usual.measurements.map((each): Measurement => ({ ...each, experiment: { kind: "shift" } }));
    const made: string[] = [];
    await compare(task(), [fake("tune:probe", "tune", score(9)).approach], {
      ...options,
      finished: experiments,
      onMeasurement: async ({ approach, seed }) => void made.push(`${approach} ${seed}`),
    });
    expect(made).toEqual(["tune:probe 1", "tune:probe 2"]);
  });
});
