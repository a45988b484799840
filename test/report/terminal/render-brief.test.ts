/** @file The brief report: as much as a terminal shows at once, and the verdict where the eye is when it ends. */
import { describe, expect, test } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { displayWidth } from "../../../src/lib/text/display-width.js";
import { type Notice, renderBrief } from "../../../src/report/terminal/render-brief.js";
import { verdictBadges } from "../../../src/report/verdict-names.js";
import type { Comparison } from "../../../src/types/comparison.js";
import { busy, comparisonOf, fullApproaches, offlineApproaches } from "../fixture.js";
import { dangerous, hostileTexts } from "../hostile.js";

const hostile = fullApproaches.map((spec, i) => ({ ...spec, name: `${spec.name}${i > 2 ? ` ${hostileTexts[5]}` : ""}` }));
const full = comparisonOf({ curveSizes: [32, 64, 128, 256] });
const comparisons: Readonly<Record<string, Comparison>> = {
  "of two arms": full,
  "of which prices decide": comparisonOf({ told: busy }),
  "without a language model": comparisonOf({ approaches: offlineApproaches }),
  "of many labels": comparisonOf({ labels: Array.from({ length: 40 }, (_, i) => `a rather long label ${i}`), testRows: 400 }),
  "of hostile names": comparisonOf({
    labels: hostileTexts,
    testRows: 90,
    trainRows: 120,
    approaches: hostile,
    name: hostileTexts[0]!,
  }),
  "of nothing": comparisonOf({ approaches: [] }),
  "of an arm without answers": {
    ...full,
    unanswered: [{ approach: full.best.prompt!.approach, arm: "prompt", reason: "unparseable", rows: 300, testRows: 320 }],
  },
};

/** What makes a report long: all at once. */
const longCommand = `crossover run ${"data/with a long name/".repeat(4)}tickets.csv --llm openai:gpt-6-luna --llm ${"x".repeat(90)}`;
const long: readonly Notice[] = [
  {
    text: `Not measured: prompt:zero-shot@openai:${"very-long-model-name-".repeat(4)}: the service answered 401 and nothing else.`,
  },
  {
    text: "What was measured is kept and reported. Fix it and resume with:",
    command: `crossover resume ${"runs/".repeat(20)}ex`,
  },
  { text: "Paid for answers: $0.12." },
  { text: "Report: runs/ex/report.html" },
];
const use = {
  approach: "tune:probe",
  isAdvised: true,
  folder: `runs/${"deep/".repeat(30)}`,
  ask: "crossover predict",
  serve: "crossover serve runs/ex",
  command: "crossover label",
  code: [],
};

/** Lines that a screen shows, which breaks those that are wider than it. */
const shownLines = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);

const isCommand = (line: string): boolean => /^ {2}crossover /.test(line);

describe.each(Object.entries(comparisons))("the brief report %s", (_, comparison) => {
  const advice = advise(comparison);
  const lines = (width: number, hasColor = false): string[] =>
    renderBrief(comparison, advice, { width, hasColor }).trimEnd().split("\n");
  const hard = {
    ...advice,
    cautions: [...advice.cautions, ...advice.cautions, ...advice.cautions],
    nextSteps: advice.nextSteps.map((step) => ({ text: step.text.repeat(3), command: longCommand })),
  };
  const fullCommand = "crossover view runs/ex --full";
  const hardLines = (width: number, mostLines?: number): string[] =>
    renderBrief(comparison, hard, {
      width,
      hasColor: false,
      useIt: use,
      notices: long,
      fullCommand,
      ...(mostLines === undefined ? {} : { mostLines }),
    })
      .trimEnd()
      .split("\n");

  test("fits a terminal of 24 lines with the prompt of the shell, and ends in the verdict", () => {
    expect(lines(80).length).toBeLessThanOrEqual(23);
    const badge = lines(80).indexOf(verdictBadges[advice.evidence]);
    expect(badge).toBeGreaterThanOrEqual(0);
    expect(
      lines(80)
        .slice(badge + 1)
        .join(" "),
    ).toMatch(/[.?]$/);
    expect(
      lines(80)
        .slice(badge)
        .every((each) => each !== ""),
    ).toBe(true);
  });

  test.each([60, 80, 120])(
    "fits too at %i columns with long names, commands and notices, those counted that a screen breaks",
    (width) => {
      expect(shownLines(hardLines(width), width)).toBeLessThanOrEqual(23);
      expect(hardLines(width)).toContain(verdictBadges[advice.evidence]);
      expect(hardLines(width).join(" ")).toContain(advice.headline.split(" ").slice(-2).join(" "));
    },
  );

  test("gives way on a low screen to the verdict and the way to the rest", () => {
    const low = hardLines(80, 12);
    const verdict = low.slice(low.indexOf(verdictBadges[advice.evidence]));
    expect(shownLines(low, 80)).toBeLessThanOrEqual(Math.max(12, verdict.length + 12));
    expect(low.join("\n")).toContain(fullCommand);
  });

  test("says what there was no room for", () => {
    const said = hardLines(80, 14).join(" ");
    const isTold = (name: string): boolean => said.includes("No room here for") && said.includes(name);
    if (comparison.best.tune !== null && !said.includes("Files of ")) expect(isTold("where the files are")).toBe(true);
    if (advice.nextSteps.length > 0 && !said.includes("Next:")) expect(isTold("the next step")).toBe(true);
    if (advice.cautions.length > 0) expect(said).toMatch(/\d+ cautions in all/);
  });

  test("never ends a text that was cut with a number", () => {
    for (const width of [60, 72, 80, 100]) for (const each of hardLines(width)) expect(each).not.toMatch(/\d[^\s%]* …$/);
  });

  test.each([60, 80, 140])("keeps within %i columns, but for a command, which is to be copied", (width) => {
    for (const each of [...lines(width), ...hardLines(width)]) {
      if (!isCommand(each)) expect(displayWidth(each)).toBeLessThanOrEqual(width);
    }
  });

  test("holds no escape codes without color, and the same text with it", () => {
    expect(lines(80).join("\n")).not.toContain("\u001b");
    expect(dangerous.exec(lines(80).join("\n"))?.[0]).toBeUndefined();
    expect(lines(80, true).map((each) => each.replace(/\u001b\[\d+m/g, ""))).toEqual(lines(80));
  });
});

test("the verdict is green only where it is shown", () => {
  for (const comparison of Object.values(comparisons)) {
    const advice = advise(comparison);
    const isGreen = renderBrief(comparison, advice, { width: 80, hasColor: true }).includes("\u001b[32m");
    expect(isGreen).toBe(advice.evidence === "shown");
  }
});

test("a table shows how many rows have no answer where there are any, and says which columns had no room", () => {
  const unanswered = comparisonOf({ approaches: fullApproaches });
  const text = renderBrief(unanswered, advise(unanswered), { width: 80, hasColor: false });
  expect(text).toContain("no answer");
  const whole = comparisonOf({ approaches: offlineApproaches });
  expect(renderBrief(whole, advise(whole), { width: 80, hasColor: false })).not.toContain("no answer");
});

test("the bill says what nobody told and it assumes", () => {
  const told = comparisonOf({ told: { requestsPerMonth: 1000, machine: "own", usdPerLabel: 0.1 } });
  const untold = { ...full, assumptions: { margin: 0.01, usdPerMachineHour: 0.08, utilization: 0.2 } };
  const textOf = (comparison: Comparison): string =>
    renderBrief(comparison, advise(comparison), { width: 140, hasColor: false }).replace(/\s+/g, " ");
  expect(textOf(told)).toMatch(/1,000 requests/);
  expect(textOf(told)).not.toContain("assumed:");
  expect(textOf(untold)).toMatch(/100,000 requests: .*assumed: a machine .* labels/);
});

test("where no learning curve was measured, the crossover is said to be unknown", () => {
  const flat = comparisonOf();
  expect(renderBrief(flat, advise(flat), { width: 80, hasColor: false, mostLines: 30 })).toContain("not known");
});
