/** @file Where the test rows show that the validation rows chose the wrong candidate of an arm. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Assumptions } from "../../src/types/prices.js";
import { fullApproaches, measuredOf } from "../report/fixture.js";

const [few, zero] = ["prompt:few-shot@openai:gpt-5-mini", "prompt:zero-shot@openai:gpt-5-mini"];
/** The better prompt is better by more than chance explains. */
const base = measuredOf({
  approaches: fullApproaches.map((spec) => (spec.name === zero ? { ...spec, skill: 0.7 } : spec)),
});

/** The validation rows of the two prompts exchanged: they choose the one that the test rows show to be worse. */
function misled(told: Partial<Assumptions> = {}): Comparison {
  const validation = (name: string): Measurement["outcomes"] =>
    base.measurements.find(({ approach, split }) => approach === name && split === "validation")!.outcomes;
  const measurements = base.measurements.map((each) => {
    const other = each.approach === few ? zero : each.approach === zero ? few : undefined;
    return each.split === "validation" && other !== undefined ? { ...each, outcomes: validation(other) } : each;
  });
  return summarize({ ...base, assumptions: { ...base.assumptions, ...told }, measurements });
}

describe("a choice that the test rows turn", () => {
  it("is of the candidate that is shown to be better, with the other one named", () => {
    const right = summarize(base);
    expect(right.best.prompt).toMatchObject({ approach: few, basis: { kind: "validation" } });
    const { best, contrasts } = misled();
    expect(best.prompt).toMatchObject({ approach: few, basis: { kind: "test", over: zero, validation: { kind: "validation" } } });
    // Each candidate might have been chosen by its test score: all are asked, and corrected for.
    const asked = contrasts.filter(
      ({ a, b, metric }) => a === best.tune!.approach && b.startsWith("prompt:few") && metric === "accuracy",
    );
    const beside = contrasts.filter(({ a, b, metric }) => a === best.tune!.approach && b === zero && metric === "accuracy");
    expect([asked.length, beside.length]).toEqual([1, 1]);
    expect(contrasts.length).toBeGreaterThan(right.contrasts.length);
  });

  it("is not turned to one that breaks a limit which the chosen one keeps, but is where both break it", () => {
    const { summaries } = misled();
    const usd = (name: string): number => summaries.find(({ approach }) => approach === name)!.usdPerThousand!.value;
    expect(usd(few)).toBeGreaterThan(usd(zero));
    const chosen = (maxUsdPerThousand: number): string | undefined => misled({ maxUsdPerThousand }).best.prompt?.approach;
    expect(chosen((usd(few) + usd(zero)) / 2)).toBe(zero);
    expect(chosen(usd(zero) / 2)).toBe(few);
  });

  it("is told, and the advice is about the pair that counts", () => {
    const advice = advise(misled());
    expect(advice.cautions).toContainEqual(expect.objectContaining({ kind: "chosen-by-test", approach: few, over: zero }));
    expect(advice.headline).toContain(few);
    expect(advice.headline).not.toContain(zero);
  });

  it("claims no winner of equals more often than the tests allow", () => {
    const rows = 400;
    const named = (name: string): Measurement =>
      base.measurements.find(({ approach, split }) => approach === name && split === "test")!;
    const task = { ...base.task, labels: ["a", "b"], testRows: rows };
    let [turned, claimed] = [0, 0];
    const tasks = 100;
    for (let seed = 0; seed < tasks; seed++) {
      const draws = random(seed, "turned");
      const answered = (measurement: Measurement, accuracy: number, split: Measurement["split"]): Measurement => {
        const outcomes = Array.from({ length: split === "test" ? rows : 100 }, (_, row) => {
          const truth = row % 2 === 0 ? "a" : "b";
          const answer = draws.uniform() < accuracy ? truth : truth === "a" ? "b" : "a";
          return { id: `${split} ${row}`, truth: [truth], characters: 40, answer: [answer] };
        });
        return { ...measurement, split, outcomes, trainSize: split === "test" ? base.task.trainRows : base.task.trainRows - 100 };
      };
      // The validation rows choose by chance one that is worse; the others are as good as the tuned one.
      const prompts = ["x", "y", "z"].map((name): Measurement => ({ ...named(few), approach: name }));
      const worse = { ...named(zero), approach: "worse" };
      const measurements = [
        answered(named("tune:probe"), 0.85, "test"),
        ...prompts.flatMap((prompt) => [answered(prompt, 0.7, "validation"), answered(prompt, 0.85, "test")]),
        answered(worse, 1, "validation"),
        answered(worse, 0.76, "test"),
      ];
      const testHash = String(seed).padStart(64, "0");
      const { best, contrasts } = summarize({ ...base, task: { ...task, testHash }, measurements });
      if (best.prompt?.basis.kind === "test") turned++;
      const pair = contrasts.find(({ a, b }) => a === "tune:probe" && b === best.prompt?.approach)!;
      if (best.prompt?.basis.kind === "test" && (pair.verdict === "a-better" || pair.verdict === "b-better")) claimed++;
    }
    expect(turned).toBeGreaterThan(0.5 * tasks);
    expect(claimed / turned).toBeLessThanOrEqual(0.05);
  });
});
