import { expect, test } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { slicesOf } from "../../../src/compare/slices/slices.js";
import { mcnemarExact, signFlipExact, signFlipMidP } from "../../../src/compare/statistics/mcnemar.js";
import type { ApproachRuns } from "../../../src/compare/summary.js";
import { type Random, random } from "../../../src/lib/random.js";
import { assumptions, fake, labelOf, rowOf, task } from "../fakes.js";

const labels = Array.from({ length: 10 }, (_, label) => `label ${label}`);

/** Rows of ten labels, and an approach that is right where `isRight` says so. */
function runsOf(
  approach: string,
  rows: number,
  isRight: (row: number) => boolean,
  characters?: (row: number) => number,
): ApproachRuns {
  const truths = Array.from({ length: rows }, (_, row) => [row % 10]);
  const outcomes = truths.map(([truth], row) => ({
    id: String(row),
    truth: [labels[truth!]!],
    answer: [labels[isRight(row) ? truth! : (truth! + 1) % 10]!],
    ...(characters !== undefined && { characters: characters(row) }),
  }));
  return {
    measurements: [{ approach, outcomes }] as unknown as ApproachRuns["measurements"],
    series: {
      seeds: [
        {
          labelCount: 10,
          isMultiLabel: false,
          truths,
          answers: truths.map(([truth], row) => [isRight(row) ? truth! : (truth! + 1) % 10]),
        },
      ],
      groups: truths.map(() => undefined),
    },
    asked: [...truths.keys()],
    present: [...truths.keys()],
  };
}

test("a label that the winner loses is found with its corrected p, and the number of slices tested is told", () => {
  // The first is right but on label 3, the second on label 3 and half of the rest.
  const a = runsOf("tune:x", 400, (row) => row % 10 !== 3);
  const b = runsOf("prompt:y", 400, (row) => row % 10 === 3 || row % 4 < 2);
  const found = slicesOf(a, b, labels)!;
  expect(found).toMatchObject({ a: "tune:x", b: "prompt:y", tested: 10 });
  expect(found.differing.find(({ of }) => of.kind === "label" && of.label === "label 3")).toMatchObject({
    rows: 40,
    a: 0,
    b: 1,
    difference: { value: -1 },
    pValue: mcnemarExact(0, 40),
    adjustedPValue: 10 * mcnemarExact(0, 40),
  });
  expect(found.differing.every(({ adjustedPValue }) => adjustedPValue < 0.05)).toBe(true);
});

test("long texts are a slice where lengths are known, equal lengths on one side", () => {
  const length = (row: number): number => (row < 100 ? 20 : row < 200 ? 60 : 300);
  const a = runsOf("tune:x", 300, (row) => row < 200, length);
  const b = runsOf("prompt:y", 300, (row) => row >= 200 || row % 2 === 0, length);
  const { differing, tested } = slicesOf(a, b, labels)!;
  expect(tested).toBe(13);
  const long = differing.find(({ of }) => of.kind === "length" && of.third === "long")!;
  expect(long).toMatchObject({ rows: 100, a: 0, b: 1, of: { from: 300, to: 300 } });
  expect(
    slicesOf(
      runsOf("tune:x", 300, (row) => row < 200),
      b,
      labels,
    )!.tested,
  ).toBe(10);
});

test("too few rows of every label: nothing is tested", () => {
  expect(
    slicesOf(
      runsOf("tune:x", 100, () => true),
      runsOf("prompt:y", 100, () => false),
      labels,
    ),
  ).toBeNull();
});

test("equally good approaches differ in some slice in at most 5 % of draws, also where rows fail in groups", () => {
  for (const groupSize of [1, 4]) {
    const draw: Random = random(2, `null ${groupSize}`);
    let claims = 0;
    const draws = 300;
    for (let i = 0; i < draws; i++) {
      const luck = Array.from({ length: 400 }, () => [draw.uniform(), draw.uniform()] as const);
      const side = (place: 0 | 1) => (row: number) => luck[Math.floor(row / groupSize)]![place] < 0.8;
      const groups = Array.from({ length: 400 }, (_, row) => (groupSize > 1 ? String(Math.floor(row / groupSize)) : undefined));
      const grouped = (runs: ApproachRuns): ApproachRuns => ({ ...runs, series: { ...runs.series, groups } });
      const found = slicesOf(
        grouped(runsOf("tune:x", 400, side(0), (row) => row)),
        grouped(runsOf("prompt:y", 400, side(1), (row) => row)),
        labels,
      )!;
      if (found.differing.length > 0) claims++;
    }
    expect(claims / draws).toBeLessThanOrEqual(0.05);
  }
});

test("the exact test is McNemar's where each row is by itself, and never below the mid-p test", () => {
  expect(signFlipExact([1, 1, 1, 1, 1, 1, -1])).toBeCloseTo(mcnemarExact(6, 1), 12);
  expect(signFlipExact([1, 1, 1, 1, 1, 1, -1])).toBeCloseTo(0.125, 12);
  const grouped = [3, 2, 2, 1, -1, 4];
  expect(signFlipExact(grouped)).toBeGreaterThan(signFlipMidP(grouped));
  // All 64 signs of 3, 2, 2, 1, 1, 4: 6 of them sum to 11 or more, and as many to −11 or less.
  let [extreme, all] = [0, 0];
  for (let signs = 0; signs < 64; signs++, all++) {
    const sum = [3, 2, 2, 1, 1, 4].reduce((total, size, i) => total + ((signs >> i) & 1 ? size : -size), 0);
    if (Math.abs(sum) >= 11) extreme++;
  }
  expect(signFlipExact(grouped)).toBeCloseTo(extreme / all, 12);
});

test("a run keeps the lengths of its texts, and a comparison tells where its two best differ", async () => {
  const isLogin = (id: { id: string; text: string }) => labelOf(rowOf(id)) === "login";
  const { measurements, slices } = await compare(
    task({ testRows: 200 }),
    [
      fake("tune:probe", "tune", (query) => (isLogin(query) ? "billing" : labelOf(rowOf(query)))).approach,
      fake("prompt:zero-shot@m", "prompt", (query) => (isLogin(query) ? "login" : "other")).approach,
    ],
    { seeds: [1], assumptions },
  );
  expect(measurements[0]!.outcomes.every(({ characters }) => characters! > 0)).toBe(true);
  expect(slices).toMatchObject({ a: "tune:probe", b: "prompt:zero-shot@m" });
  expect(slices!.differing.flatMap(({ of, a, b }) => (of.kind === "label" ? [[of.label, a, b]] : []))).toEqual(
    expect.arrayContaining([
      ["login", 0, 1],
      ["billing", 1, 0],
    ]),
  );
});
