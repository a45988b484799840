/** @file Of a recording nothing is claimed that was not measured, and nothing is decided by it. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { weigh } from "../../src/advise/weighing.js";
import { summarize } from "../../src/compare/summarize.js";
import { rankingColumns } from "../../src/report/ranking.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { PredictorFacts } from "../../src/types/identity.js";
import type { Summary } from "../../src/types/scores.js";
import { measuredOf } from "../report/fixture.js";

const model = "prompt:recorded@gpt-x";
const unknown = { labels: null, words: null };

/** A comparison whose prompted arm replays answers, of which this was told. */
function comparison(recording: PredictorFacts["recording"], usdPerLabel = 0.05, name = model): Comparison {
  const base = measuredOf({
    usdPerLabel,
    approaches: [
      { name: "baseline:majority", arm: "baseline", skill: 0 },
      { name: "tune:probe", arm: "tune", skill: 0.9, fitSeconds: 5 },
      { name, arm: "prompt", skill: 0.9, isLlm: true, usdPerMillion: [1, 1] },
    ],
  });
  const measurements = base.measurements.map((measurement) =>
    measurement.approach === name && recording !== undefined
      ? { ...measurement, facts: { ...measurement.facts, needs: [], recording } }
      : measurement,
  );
  return summarize({ task: base.task, assumptions: base.assumptions, measurements, failed: [] });
}

const summaryOf = (from: Comparison, approach = model): Summary => from.summaries.find((each) => each.approach === approach)!;
const cells = (from: Comparison) => Object.fromEntries(from.factors.map(({ factor, cells: all }) => [factor, all[model]!.kind]));

describe("a recording", () => {
  it("has no measurement of what it was not asked", () => {
    expect(cells(comparison(unknown))).toMatchObject({
      quality: "score",
      cost: "price",
      customization: "not-measured",
      time: "not-measured",
      data: "not-measured",
      skill: "not-measured",
    });
    const fitting = rankingColumns(comparison(unknown)).find(({ title }) => title === "fitting")!;
    expect(fitting.value(summaryOf(comparison(unknown)))).toBeNull();
    expect(fitting.value(summaryOf(comparison(unknown), "tune:probe"))).toBe(5);
  });

  it("has what the user told of it", () => {
    const told = comparison({ labels: 12, words: 90 });
    expect(cells(told)).toMatchObject({ data: "labels", skill: "effort" });
    expect(told.factors.find(({ factor }) => factor === "data")!.cells[model]).toMatchObject({ labels: 12, isTold: true });
  });

  it("has a break-even that says that what setting it up took is not known", () => {
    for (const recording of [unknown, { labels: 600, words: null }]) {
      expect(comparison(recording).money.breakEvens.map(({ leavesOut }) => leavesOut)).toEqual([
        expect.arrayContaining(["setup"]),
        expect.arrayContaining(["setup"]),
      ]);
    }
    expect(comparison(unknown).money.breakEvens[0]!.basis.extraLabels).toBeNull();
    expect(comparison({ labels: 600, words: null }).money.breakEvens[0]!.basis.extraLabels).toBe(0);
    const whole = comparison(unknown);
    const { usdPerLabel: _, ...assumptions } = whole.assumptions;
    const free = { ...whole, assumptions };
    // Nobody knows how many labels the prompt used: no "more than".
    const finding = advise(free).cautions.find(({ kind }) => kind === "labels-free");
    expect(finding).toMatchObject({ labels: 600, isAll: true });
  });

  it("neither wins nor loses a tie by where its model runs", () => {
    const from = comparison(unknown);
    const [tuned, prompted] = [summaryOf(from, "tune:probe"), summaryOf(from)];
    const level = { ...from.contrasts[0]!, verdict: "equivalent" as const };
    const ahead = (a: Summary, b: Summary) => weigh(a, b, level, from.assumptions).for;
    expect(ahead(tuned, { ...prompted, usdPerThousand: null })).toBeNull();
    expect(ahead({ ...prompted, usdPerThousand: null }, tuned)).toBeNull();
    const live = summaryOf(comparison(undefined));
    expect(ahead(tuned, { ...live, usdPerThousand: null })).toBe("first");
    expect(ahead({ ...live, usdPerThousand: null }, tuned)).toBe("second");
    expect(advise(from).reasons.map(({ kind }) => kind)).not.toContain("self-contained");
  });

  it("is known by what it measured, not by a name that a user may give", () => {
    const named = "prompt:recorded@mine";
    const own = comparison(undefined, 0.05, named);
    expect(own.factors.find(({ factor }) => factor === "time")!.cells[named]!.kind).toBe("time");
    const quiet = { ...own, summaries: own.summaries.map((summary) => ({ ...summary, latency: null })) };
    expect(advise(quiet).cautions).toContainEqual({ kind: "latency-not-measured", approach: named, isRecording: false });
  });
});
