/** @file A verdict rests on the rows that both have, and is never surer than its least sure reading. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { decide } from "../../src/advise/decision.js";
import { reversed } from "../../src/advise/lookup.js";
import { disagreements } from "../../src/compare/details/disagreements.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import { render, renderText } from "../../src/report/report.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome, Prediction } from "../../src/types/prediction.js";
import { measuredOf } from "../report/fixture.js";

const model = "prompt:recorded@gpt-x";
const missing: Prediction = { answer: null, failure: "missing" };

/** A tuned and a prompted approach on 3,000 rows that are wrong by chance this often; outcomes of the prompted one may be replaced. */
function comparison(errors: { tune: number; prompt: number }, replace: (row: number) => Prediction | null): Comparison {
  const base = measuredOf({
    labels: ["ham", "spam"],
    testRows: 3000,
    approaches: [
      { name: "baseline:majority", arm: "baseline", skill: 0 },
      { name: "tune:probe", arm: "tune", skill: 0.9 },
      { name: model, arm: "prompt", skill: 0.9, isLlm: true, usdPerMillion: null },
    ],
  });
  const measurements = base.measurements.map((measurement) => {
    if (measurement.arm === "baseline" || measurement.split !== "test") return measurement;
    const share = measurement.approach === model ? errors.prompt : errors.tune;
    const outcomes = measurement.outcomes.map(({ id, truth, usage }, row): Outcome => {
      const gap = measurement.approach === model ? replace(row) : null;
      if (gap !== null) return { ...gap, id, truth };
      const isWrong = random(7, `${measurement.approach} ${row}`).uniform() < share;
      return {
        id,
        truth,
        answer: isWrong ? base.task.labels.filter((label) => !truth.includes(label)) : truth,
        ...(usage && { usage }),
      };
    });
    return { ...measurement, outcomes };
  });
  return summarize({ task: base.task, assumptions: base.assumptions, measurements, failed: [] });
}

const drawn =
  (share: number, gap: Prediction = missing) =>
  (row: number): Prediction | null =>
    random(3, String(row)).uniform() < share ? gap : null;

describe("missing rows and the verdict", () => {
  const cut = comparison({ tune: 0.012, prompt: 0.012 }, drawn(0.02));

  it("a tie does not become a win of the other arm, nor a green one", () => {
    const whole = comparison({ tune: 0.012, prompt: 0.012 }, () => null);
    expect(decide(cut).ground).toBe(decide(whole).ground);
    expect(decide(cut).choice?.approach).toBe(decide(whole).choice?.approach);
    const advice = advise(cut);
    expect(advice.evidence).toBe("disputed");
    const { difference, missing: gap } = cut.contrasts[0]!;
    expect(advice.cautions).toContainEqual(
      expect.objectContaining({
        kind: "readings-disagree",
        rows: 3000 - gap!.rows,
        difference,
        otherRows: 3000,
        otherDifference: gap!.asWrong.difference,
      }),
    );
    // With every missing row a wrong answer the tuned one would be ahead by more than the margin.
    expect(gap!.asWrong.difference.low).toBeGreaterThan(0);
    expect(gap!.asWrong.verdict).not.toBe("equivalent");
  });

  it("a clear win stays shown where both readings agree, with the missing rows said", () => {
    const advice = advise(comparison({ tune: 0.02, prompt: 0.1 }, drawn(0.02)));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "shown" });
    expect(advice.cautions.map(({ kind }) => kind)).toContain("missing-rows");
  });

  it("a win that the worst case would take away is not shown", () => {
    // The prompted one is ahead by 4 points; a tenth of its rows are missing.
    const advice = advise(comparison({ tune: 0.1, prompt: 0.05 }, drawn(0.1)));
    expect(advice).toMatchObject({ choice: model, evidence: "disputed" });
  });

  it("are in no list of who alone is right", () => {
    const found = disagreements(cut)!;
    expect([found.onlyTuned.length, found.onlyPrompted.length]).toEqual(cut.contrasts[0]!.discordant);
    expect([...found.onlyTuned, ...found.bothWrong].every(({ prompted }) => prompted.answer !== null)).toBe(true);
  });

  it("are turned round with their contrast", () => {
    const [contrast] = comparison({ tune: 0.1, prompt: 0.05 }, drawn(0.1)).contrasts;
    const { value } = contrast!.missing!.asWrong.difference;
    expect(reversed(contrast!).missing!.asWrong.difference.value).toBe(-value);
    expect(reversed(reversed(contrast!))).toEqual(contrast);
  });

  it("stand in every report: rows, worst case, and no false or true in the predictions", () => {
    const cut = comparison(
      { tune: 0.012, prompt: 0.012 },
      drawn(0.02, { answer: null, failure: "error", rawAnswer: "out of <credit>" }),
    );
    const advice = advise(cut);
    const rows = (3000 - cut.contrasts[0]!.missing!.rows).toLocaleString("en-US");
    for (const text of [
      render("html", cut, advice),
      render("md", cut, advice),
      renderText(cut, advice, { width: 80, hasColor: false }),
    ]) {
      expect(text).toContain(rows);
      expect(text).toMatch(/out of (\\|&lt;|)<?credit/);
    }
    const lines = render("csv", cut, advice).split("\r\n");
    const column = lines[0]!.split(",").indexOf("is_correct");
    const gaps = lines.filter((line) => line.includes(",error,"));
    expect(gaps.length).toBeGreaterThan(0);
    for (const line of gaps) expect(line.split(",")[column]).toBe("");
  });
});

describe("an arm without answers", () => {
  it.each([
    ["unparseable", { answer: null, failure: "unparseable", rawAnswer: "<thinking>" }],
    ["failed for good", { answer: null, failure: "error", rawAnswer: "status 401" }],
    ["in part, most of its rows", { answer: null, failure: "error", rawAnswer: "status 402" }],
  ] as const)("%s: no verdict, whatever the numbers, and one raw answer", (name, gap) => {
    const advice = advise(
      comparison({ tune: 0.02, prompt: 0.1 }, (row) => (name.startsWith("in part") && row < 1000 ? null : gap)),
    );
    expect(advice).toMatchObject({ choice: null, evidence: "open" });
    expect(advice.headline).toContain(gap.rawAnswer);
    expect(advice.headline).not.toContain("beats");
    expect(advice.reasons[0]).toMatchObject({ kind: "no-answers", approach: model });
    expect(advice.nextSteps.length).toBeGreaterThan(0);
  });
});

describe("an arm that validation rows cannot rank", () => {
  const rivals = (skills: readonly number[]): Comparison => {
    const base = measuredOf({
      testRows: 3000,
      approaches: [
        { name: "tune:probe", arm: "tune", skill: 0.9 },
        ...skills.map((skill, i) => ({ name: `prompt:${i}@m`, arm: "prompt" as const, skill, isLlm: true, usdPerMillion: null })),
      ],
    });
    // Recordings of the test rows alone.
    const measurements = base.measurements.map((measurement) =>
      measurement.arm === "prompt" && measurement.split === "validation"
        ? { ...measurement, outcomes: measurement.outcomes.map(({ id, truth }): Outcome => ({ ...missing, id, truth })) }
        : measurement,
    );
    return summarize({ task: base.task, assumptions: base.assumptions, measurements, failed: [] });
  };

  it("a choice that holds against each candidate stands, said of the nearest one", () => {
    const weak = rivals([0.6, 0.7]);
    expect(weak.rivals).toHaveLength(1);
    const decision = decide(weak);
    expect(decision).toMatchObject({ ground: "better", choice: { approach: "tune:probe" }, other: { approach: "prompt:1@m" } });
    expect(advise(weak).headline).toContain("prompt:0@m");
  });

  it("what holds against one and not against another is no choice, and is said", () => {
    const mixed = rivals([0.6, 0.98]);
    expect(decide(mixed).ground).toBe("unranked");
    const advice = advise(mixed);
    expect(advice).toMatchObject({ choice: null, evidence: "open" });
    for (const name of ["prompt:0@m", "prompt:1@m"]) expect(advice.headline).toContain(name);
  });
});

describe("answers that could not be read and the verdict", () => {
  const page: Prediction = { answer: null, failure: "unparseable", rawAnswer: "<html>502 Bad Gateway</html>" };

  it.each([["unparseable"], ["truncated"]] as const)(
    "a third of them %s is no win of the other arm that is called shown",
    (failure) => {
      const cut = comparison({ tune: 0.012, prompt: 0.012 }, drawn(0.33, { ...page, failure }));
      const { verdict, readable } = cut.contrasts[0]!;
      expect(verdict).toBe("a-better");
      const others = cut.measurements
        .find(({ approach, split }) => approach === model && split === "test")!
        .outcomes.filter(({ failure }) => failure === undefined);
      expect(readable).toMatchObject({ rows: others.length, verdict: "equivalent" });
      const advice = advise(cut);
      expect(advice.evidence).toBe("disputed");
      expect(advice.cautions).toContainEqual(
        expect.objectContaining({
          kind: "readings-disagree",
          by: "readable-answers",
          otherRows: others.length,
          otherDifference: readable!.difference,
        }),
      );
      expect(reversed(reversed(cut.contrasts[0]!)).readable).toEqual(readable);
      expect(reversed(cut.contrasts[0]!).readable!.difference.value).toBe(-readable!.difference.value);
    },
  );

  it("take nothing from a win on the readable ones", () => {
    const advice = advise(comparison({ tune: 0.01, prompt: 0.2 }, drawn(0.2, page)));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "shown" });
  });

  it("a few of them are what the model is like", () => {
    expect(comparison({ tune: 0.012, prompt: 0.012 }, drawn(0.05, page)).contrasts[0]).not.toHaveProperty("readable");
  });

  it("a refusal of the model itself is its own answer", () => {
    const cut = comparison({ tune: 0.012, prompt: 0.012 }, drawn(0.33, { answer: null, failure: "refused" }));
    expect(cut.contrasts[0]).not.toHaveProperty("readable");
  });
});
