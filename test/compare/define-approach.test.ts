import { describe, expect, it } from "vitest";
import { compare } from "../../src/compare/compare.js";
import { defineApproach } from "../../src/compare/define-approach.js";
import { UserError } from "../../src/lib/errors.js";
import { majority } from "../../src/tune/majority.js";
import type { Approach, Predictor } from "../../src/types/approach.js";
import type { Measurement } from "../../src/types/measurement.js";
import { labelOf, labels, task } from "./fakes.js";

/** Right on nine rows of ten, by the number in the text. */
const truthOf = (text: string): string => labelOf(Number(text.split(" ")[1]));
const answerOf = (text: string, row: number): string => (row % 10 === 3 ? "login" : truthOf(text));

async function measured(approach: Approach, onPredictor?: (predictor: Predictor) => Promise<void>): Promise<Measurement> {
  const found: Measurement[] = [];
  await compare(task(), [approach, majority()], {
    onMeasurement: async (measurement) => void found.push(measurement),
    ...(onPredictor && {
      onPredictor: async ({ approach: name }, predictor) => void (name === approach.name && (await onPredictor(predictor))),
    }),
  });
  return found.find(({ approach: name }) => name === approach.name)!;
}

describe("an approach of one's own", () => {
  it("is a name and a function from texts to labels, and is compared as any other", async () => {
    const own = defineApproach({ name: "own", fit: () => (texts) => texts.map(answerOf) });
    const comparison = await compare(task(), [own, majority()]);
    const summary = comparison.summaries.find(({ approach }) => approach === "own")!;
    expect(summary.arm).toBe("tune");
    expect(summary.accuracy.value).toBeCloseTo(0.9, 2);
    expect(comparison.contrasts.some(({ a, b }) => [a, b].includes("own"))).toBe(true);
  });

  it("learns from all training rows unless it says how many", async () => {
    const all = defineApproach({ name: "all", fit: async (train) => (texts) => texts.map(() => train.labels[0]!) });
    const some = defineApproach({
      name: "some",
      fit(_, { spend }) {
        spend({ labels: 8, usd: 0.5 });
        return (texts) => texts.map(() => "billing");
      },
    });
    expect((await measured(all)).fitCost.labels).toBe(200);
    expect((await measured(some)).fitCost).toMatchObject({ labels: 8, usd: 0.5 });
  });

  it("may give lists, probabilities, costs, or no answer", async () => {
    const scores = { billing: 0.7, login: 0.2, other: 0.1 };
    const own = defineApproach({
      name: "own",
      arm: "prompt",
      fit:
        () =>
        async (texts, { spend }) => {
          spend({ usd: 0.01 });
          const answers = [
            ["login"],
            null,
            { answer: "billing", scores },
            { answer: null, failure: "refused" as const },
          ] as const;
          return texts.map((text, row) => (texts.length === 1 ? truthOf(text) : row < answers.length ? answers[row]! : "other"));
        },
    });
    const { arm, outcomes, predictCost } = await measured(own);
    expect(arm).toBe("prompt");
    expect(predictCost.usd).toBeCloseTo(0.01, 12);
    expect(outcomes.slice(0, 5)).toMatchObject([
      { answer: ["login"] },
      { answer: null, failure: "unparseable" },
      { answer: ["billing"], scores },
      { answer: null, failure: "refused" },
      { answer: ["other"] },
    ]);
    expect(outcomes[0]).not.toHaveProperty("failure");
  });

  it("tells its facts and files where it has some, and is disposed of once", async () => {
    let disposals = 0;
    const files = new Map([["words.txt", new TextEncoder().encode("refund")]]);
    const own = defineApproach({
      name: "own",
      fit: () => ({
        answer: (texts) => texts.map(truthOf),
        facts: { humanWords: 12 },
        files,
        dispose: () => void disposals++,
      }),
    });
    const kept: unknown[] = [];
    const { facts } = await measured(own, async (predictor) => void kept.push(await predictor.files()));
    expect(facts).toMatchObject({ humanWords: 12, trainedParameters: 0, totalParameters: null, needs: [] });
    expect(kept).toEqual([files]);
    expect(disposals).toBe(1);
  });

  it("estimates what it says, and otherwise nothing", async () => {
    const fit = () => (texts: readonly string[]) => texts.map(truthOf);
    const queries = [{ id: "1", text: "a" }];
    expect(await defineApproach({ name: "own", fit }).estimate(task().train, queries)).toMatchObject({ calls: 0, usd: 0 });
    const own = defineApproach({ name: "own", fit, estimate: (_, texts) => ({ calls: texts.length, usd: null }) });
    expect(await own.estimate(task().train, queries)).toMatchObject({ calls: 1, usd: null, seconds: 0 });
  });

  it("that answers with a label that is none, or too few, ends the comparison and is named", async () => {
    const wrong = (answer: (texts: readonly string[]) => unknown): Approach =>
      defineApproach({ name: "mine", fit: () => answer as never });
    for (const approach of [
      wrong((texts) => texts.map(() => "bills")),
      wrong((texts) => texts.slice(1).map(() => "billing")),
      wrong(() => "billing"),
      wrong((texts) => texts.map(() => ["billing", "login"])),
    ]) {
      await expect(compare(task(), [approach])).rejects.toThrow(/mine/);
    }
  });

  it("without a name or a function is a UserError at once", () => {
    expect(() => defineApproach({ name: " ", fit: () => () => [] })).toThrow(UserError);
    expect(() => defineApproach({ name: "own" } as never)).toThrow(/own.*fit/);
  });

  it("whose fit throws a UserError is left out, as any other", async () => {
    const own = defineApproach({
      name: "own",
      fit: () => {
        throw new UserError("No words were given.");
      },
    });
    const { failed } = await compare(task(), [own, majority()]);
    expect(failed).toMatchObject([{ approach: "own", reason: "No words were given." }]);
    expect(labels).toContain("billing");
  });
});
