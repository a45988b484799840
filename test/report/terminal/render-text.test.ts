import { describe, expect, it } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { displayWidth } from "../../../src/lib/text/display-width.js";
import { renderText } from "../../../src/report/terminal/render-text.js";
import { comparisonOf, fullApproaches, offlineApproaches } from "../fixture.js";
import { frozenComparison } from "../frozen.js";
import { expectGolden } from "../golden.js";
import { dangerous, hostileTexts } from "../hostile.js";

const frozen = frozenComparison();
const hostile = comparisonOf({
  name: hostileTexts[4],
  labels: hostileTexts,
  testRows: 90,
  trainRows: 120,
  curveSizes: [16, 64],
  warnings: [`2 test rows have the texts of training rows (${hostileTexts[3]}).`],
  approaches: fullApproaches.map((spec) => ({
    ...spec,
    name: spec.isLlm ? `${spec.name}${hostileTexts[8]}${hostileTexts[6]}` : spec.name,
  })),
});

/** Commands are left out: they are to be copied, and never broken. */
function widest(text: string): number {
  const lines = text.split("\n").filter((line) => !/^ {6}crossover /.test(line));
  return Math.max(...lines.map(displayWidth));
}

describe("renderText", () => {
  it.each([80, 120])("is as it was at %i columns", (width) => {
    expectGolden(`report-${width}.txt`, renderText(frozen, advise(frozen), { width, hasColor: false }));
  });

  it("is as it was in ASCII", () => {
    const text = renderText(frozen, advise(frozen), { width: 80, hasColor: false, isAscii: true });
    expectGolden("report-ascii.txt", text);
    expect(text).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  it("is as it was in color", () => {
    expectGolden("report-color.txt", renderText(frozen, advise(frozen), { width: 100, hasColor: true }));
  });

  it.each([60, 80, 100, 140])("keeps within %i columns, whatever the labels are called", (width) => {
    for (const comparison of [frozen, hostile]) {
      for (const isAscii of [false, true]) {
        expect(widest(renderText(comparison, advise(comparison), { width, hasColor: false, isAscii }))).toBeLessThanOrEqual(
          width,
        );
      }
    }
  });

  it("shows every column and every approach, however narrow the screen is", () => {
    for (const width of [60, 80, 200]) {
      const text = renderText(frozen, advise(frozen), { width, hasColor: false });
      const ranking = text.slice(text.indexOf("All approaches"), text.indexOf("Differences on the same"));
      for (const title of ["accuracy", "$ / 1,000", "p50", "no answer", "p95", "fitting"]) expect(ranking).toContain(title);
      const factors = text.slice(text.indexOf("The six factors"), text.indexOf(" intervals\n"));
      for (const name of ["tune:probe", "prompt:few-shot@", "prompt:zero-shot@"]) expect(factors).toContain(name);
    }
  });

  it("prints a command in one piece, to be copied", () => {
    const command = `crossover run ${"a/folder with spaces/".repeat(6)}data.csv --test TEST_FILE`;
    const advice = { ...advise(frozen), nextSteps: [{ text: "Do this.", command }] };
    expect(renderText(frozen, advice, { width: 80, hasColor: false }).split("\n")).toContain(`      ${command}`);
  });

  it("has no escape codes and nothing hidden without color", () => {
    for (const comparison of [frozen, hostile]) {
      const text = renderText(comparison, advise(comparison), { width: 80, hasColor: false });
      expect(dangerous.exec(text)?.[0]).toBeUndefined();
    }
  });

  it("says the same with color as without", () => {
    const plain = renderText(frozen, advise(frozen), { width: 80, hasColor: false });
    const colored = renderText(frozen, advise(frozen), { width: 80, hasColor: true });
    expect(colored).toContain("\u001b[1m");
    expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });

  it("takes no escape code from the data when it colors itself", () => {
    const text = renderText(hostile, advise(hostile), { width: 80, hasColor: true });
    expect(text).not.toContain("\u001b[31m");
    expect(text).toContain("␛[31mred");
  });

  it("puts the answer before everything it rests on", () => {
    const text = renderText(frozen, advise(frozen), { width: 200, hasColor: false }).replace(/\s+/g, " ");
    expect(text.indexOf(advise(frozen).headline)).toBeGreaterThan(0);
    expect(text.indexOf(advise(frozen).headline)).toBeLessThan(text.indexOf("The six factors"));
  });

  it("renders what is left of a comparison where nothing ran", () => {
    const nothing = comparisonOf({ approaches: [] });
    const text = renderText(nothing, advise(nothing), { width: 80, hasColor: false });
    expect(text).toContain("Not enough evidence: nothing was measured.");
    expect(text).not.toContain("NaN");
  });

  it("says in the answer itself that no language model was measured", () => {
    const offline = comparisonOf({ approaches: offlineApproaches });
    const text = renderText(offline, advise(offline), { width: 200, hasColor: false }).replace(/\s+/g, " ");
    expect(text).toMatch(/Not answered yet: no language model was measured\. .* a language model has to beat that\./);
    expect(text).toContain("crossover run FILE --llm openai:gpt-6-luna");
  });
});
