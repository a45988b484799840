/** @file A language model that was asked about a random sample of the rows: every report says on how many its numbers rest, and none calls the rest missing. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { compare } from "../../src/compare/compare.js";
import { sharedConfusions } from "../../src/compare/details/shared-confusions.js";
import { sampledApproach } from "../../src/compare/sample/sampled-approach.js";
import { random } from "../../src/lib/random.js";
import { renderJunit } from "../../src/report/junit.js";
import { render, renderText } from "../../src/report/report.js";
import { renderBrief } from "../../src/report/terminal/render-brief.js";
import type { Approach } from "../../src/types/approach.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Query } from "../../src/types/data.js";
import { assumptions, fake, labelOf, majority, rowOf, task } from "../compare/fakes.js";

const own = task({ testRows: 1880 });
/** Right on this share of the rows, by chance. */
const right =
  (share: number, stream: string) =>
  (query: Query): string =>
    random(3, `${stream} ${query.id}`).uniform() < share ? labelOf(rowOf(query)) : labelOf(rowOf(query) + 6);

function compared(ofTuned: number, ofPrompt: number, rows = 1000): Promise<Comparison> {
  const approaches: Approach[] = [
    fake("baseline:majority", "baseline", majority).approach,
    fake("tune:probe", "tune", right(ofTuned, "tuned"), { facts: { artifactBytes: 1 } }).approach,
    sampledApproach(
      fake("prompt:zero-shot@openai:m", "prompt", (query) => ({ answer: [right(ofPrompt, "llm")(query)], costUsd: 0.001 }))
        .approach,
      { rows, seed: 1, task: own },
    ),
  ];
  return compare(own, approaches, { seeds: [1], assumptions });
}

const flat = (text: string): string => text.replace(/\s+/g, " ");

describe("a sample of the rows", async () => {
  const clear = await compared(0.95, 0.7);
  const advice = advise(clear);

  it("is in the sentence that decides", () => {
    expect(advice.headline).toMatch(
      /^Fine-tune: use tune:probe; it beats prompt:zero-shot@openai:m by \S+ points of accuracy on a random sample of 1,000 of 1,880 test rows \(/,
    );
    expect(advice.evidence).toBe("shown");
  });

  it("is a note of its own, and nothing is called missing", () => {
    expect(advice.cautions).toContainEqual({
      kind: "sampled-rows",
      approaches: ["prompt:zero-shot@openai:m"],
      rows: 1000,
      testRows: 1880,
      isOpen: false,
    });
    const kinds = advice.cautions.map(({ kind }) => kind);
    for (const kind of ["missing-rows", "unanswered", "readings-disagree"]) expect(kinds).not.toContain(kind);
  });

  it("is said wherever numbers of different rows stand in one table", () => {
    const texts = [
      render("html", clear, advice),
      render("md", clear, advice),
      renderText(clear, advice, { width: 100, hasColor: false }),
    ].map(flat);
    for (const text of texts) {
      expect(text).toContain("(1,000 of 1,880, a random sample)");
      expect(text.replaceAll(/<[^>]*>/g, "")).toMatch(/on a random sample of 1,000 of 1,880 test rows/);
      expect(text).not.toContain("worst case");
      expect(text).not.toMatch(/rows? missing|wrong with the missing/);
    }
    expect(texts[0]).toContain("Language models were asked about a random sample of 1,000 of 1,880 test rows");
    expect(texts[0]).toContain('"not asked"');
    expect(flat(renderBrief(clear, advice, { width: 100, hasColor: false, mostLines: 60 }))).toContain("1,000 of 1,880");
    expect(renderJunit(clear)).toContain("on a random sample of 1,000 of 1,880 test rows");
  });

  it("is what two confusion matrices are compared on, cell by cell", () => {
    const matrices = sharedConfusions(clear, "tune:probe", "prompt:zero-shot@openai:m")!;
    for (const matrix of matrices) expect(matrix.flat().reduce((sum, count) => sum + count, 0)).toBe(1000);
    const rowsOf = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
    expect(rowsOf(matrices[0])).toEqual(rowsOf(matrices[1]));
  });

  it("is neither right nor wrong in the predictions", () => {
    const lines = render("csv", clear, advice).split("\r\n");
    const column = lines[0]!.split(",").indexOf("is_correct");
    const unasked = lines.filter((line) => line.includes(",unasked,"));
    expect(unasked).toHaveLength(880);
    for (const line of unasked) expect(line.split(",")[column]).toBe("");
  });

  it("is what to enlarge first where nothing is settled", async () => {
    const open = await compared(0.9, 0.9, 100);
    const asked = advise(open);
    expect(asked.headline).toMatch(/test rows; 1,780 are there, and were not asked about\./);
    const steps = asked.nextSteps.map(({ text }) => text);
    expect(steps).toContain("Ask about all 1,880 test rows.");
    expect(asked.nextSteps.find(({ text }) => text.startsWith("Ask about all"))!.command).toBe(
      "crossover run FILE --llm-rows 1880",
    );
    expect(asked.cautions.some(({ kind }) => kind === "not-estimable")).toBe(false);
  });

  it("counts the rows of a label, by which macro-F1 ranks or not, among those that were asked about", async () => {
    const few = await compared(0.9, 0.8, 20);
    expect(few.metrics.rowsOfLabel).toBeLessThan(20);
    expect(clear.metrics.rowsOfLabel).toBeGreaterThan(100);
  });
});
