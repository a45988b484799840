import { describe, expect, it } from "vitest";
import { tuningText } from "../../src/lib/text/tuning-text.js";
import { chooseWay, type LadderFacts, rowsPerLabel } from "../../src/tune/ladder.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { chooseTuning, type TuneOptions, tune } from "../../src/tune/tune.js";
import type { Approach } from "../../src/types/approach.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { tinyFolder } from "./pretrained/golden-encoder.js";

const quick = { setfit: 60, "lp-ft": 300 };

describe("chooseWay", () => {
  it.each<[LadderFacts, string, string]>([
    [{ rowsPerLabel: 0, budgetSeconds: 1800, seconds: {} }, "probe", "in the median (below 8: tune:probe)."],
    [{ rowsPerLabel: 7.5, budgetSeconds: 1800, seconds: {} }, "probe", "7.5 training rows"],
    [{ rowsPerLabel: 8, budgetSeconds: 1800, seconds: quick }, "setfit", "(8 to 63: tune:setfit); about 1 min a training."],
    [{ rowsPerLabel: 63, budgetSeconds: 1800, seconds: quick }, "setfit", "63 training rows"],
    [{ rowsPerLabel: 64, budgetSeconds: 1800, seconds: quick }, "lp-ft", "(from 64 on: tune:lp-ft); about 5 min a training."],
    [{ rowsPerLabel: 64, budgetSeconds: 300, seconds: quick }, "lp-ft", "about 5 min"],
    [
      { rowsPerLabel: 900, budgetSeconds: 299, seconds: quick },
      "setfit",
      "but tune:lp-ft would take about 5 min a training, and the time budget is 4 min 59 s (--time-budget).",
    ],
    [
      { rowsPerLabel: 900, budgetSeconds: 30, seconds: quick },
      "probe",
      "but tune:lp-ft would take about 5 min and tune:setfit would take about 1 min a training",
    ],
    [{ rowsPerLabel: 20, budgetSeconds: 30, seconds: quick }, "probe", "but tune:setfit would take about 1 min a training"],
    [{ rowsPerLabel: 900, budgetSeconds: 0, seconds: {} }, "probe", "leaves none for training"],
  ])("%o: tune:%s", (facts, method, reason) => {
    const choice = chooseWay(facts);
    expect(choice.method).toBe(method);
    expect(tuningText(choice)).toContain(reason);
    expect(tuningText(choice)).toMatch(/^tune:\S+ .*\.$/);
  });
});

describe("rowsPerLabel", () => {
  const dataset = (labels: readonly (readonly string[])[]) => ({
    examples: labels.map((own, i) => ({ id: String(i), text: "", labels: own })),
  });

  it("is the median over the labels that occur", () => {
    expect(rowsPerLabel(dataset([]))).toBe(0);
    expect(rowsPerLabel(dataset([["a"], ["a"], ["a"], ["b"], ["c"], ["c"]]))).toBe(2);
    expect(rowsPerLabel(dataset([["a"], ["a"], ["a"], ["b"]]))).toBe(2);
    expect(rowsPerLabel(dataset([["a", "b"], ["a"], [], ["a", "b"]]))).toBe(2.5);
  });
});

/** Few updates of a tiny random BERT. */
async function options(): Promise<Omit<TuneOptions, "method">> {
  const encoder = await loadEncoder(tinyFolder, { threads: 1 });
  return { encoder, pairs: { updates: 3, batchSize: 8, threads: 1 } };
}

describe("tune by the ladder", () => {
  const { train, queries } = contractData();

  it("measures what would fit, and says in a note and in its facts what it picked", async () => {
    const all = await options();
    await using _ = all.encoder;
    const context = recordingContext();
    await using predictor = await tune({ ...all, method: "ladder" }).fit(train, context);
    const choice = await chooseTuning(train, all);
    expect(choice).toMatchObject({ method: "setfit", reason: { kind: "rows", rowsPerLabel: 12, suits: { from: 8, below: 64 } } });
    expect(tuningText(choice)).toMatch(
      /^tune:setfit was picked: a label has 12 training rows in the median \(8 to 63: tune:setfit\); about /,
    );
    expect(predictor.facts.chosen).toMatchObject({ way: "tune:setfit", why: expect.stringContaining("12 training rows") });
    const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
    expect(notes).toContain(predictor.facts.chosen["why"]);
    expect(await predictor.predict(queries, context)).toHaveLength(queries.length);
  });

  it("trains nothing where there is no time", async () => {
    const all = await options();
    await using _ = all.encoder;
    await using predictor = await tune({ ...all, method: "ladder", timeBudgetSeconds: 0 }).fit(train, recordingContext());
    expect(predictor.facts.chosen).toMatchObject({ way: "tune:probe" });
    expect((await chooseTuning(train, { ...all, timeBudgetSeconds: 1e-9 })).method).toBe("probe");
  });
});

approachContract("tune", async (): Promise<Approach> => tune({ ...(await options()), method: "ladder" }));
