import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { forPeople } from "../../src/report/for-people.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { type RowData, rowData } from "../../src/report/html/rows/row-data.js";
import { rowsLink, scriptJson } from "../../src/report/html/rows/row-explorer.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome } from "../../src/types/prediction.js";
import { comparisonOf } from "./fixture.js";
import { hostileTexts } from "./hostile.js";
import { hasBrowser, openPage, skippedWhy, withBrowser } from "./page/browser.js";

function dataOf(comparison: Comparison, texts = new Map<string, string>()): RowData {
  const { comparison: shown, names } = forPeople(comparison, advise(comparison));
  return rowData(shown, texts, names)!;
}

/** A comparison whose best of both arms answer so, with one label a row. */
function answering(tuned: readonly Partial<Outcome>[], prompted: readonly Partial<Outcome>[]): Comparison {
  const base = comparisonOf({ testRows: tuned.length, trainRows: 80, labels: ["a", "b", "c"] });
  const given = new Map([
    [base.best.tune!.approach, tuned],
    [base.best.prompt!.approach, prompted],
  ]);
  const measurements = base.measurements.map((measurement) => {
    const rows = given.get(measurement.approach);
    if (rows === undefined || measurement.split !== "test") return measurement;
    return { ...measurement, outcomes: rows.map((row, i) => ({ id: `t000${i + 1}`, truth: ["a"], answer: ["a"], ...row })) };
  });
  return { ...base, measurements };
}

describe("the rows of a report", () => {
  const comparison = comparisonOf();
  const data = dataOf(comparison);

  it("are all test rows with every approach's answer, as the measurements have them", () => {
    expect(data.ids).toHaveLength(comparison.task.testRows);
    expect(data.approaches.map(({ id }) => id).sort()).toEqual(comparison.summaries.map(({ approach }) => approach).sort());
    for (const { id, answers, marks } of data.approaches) {
      const outcomes = comparison.measurements.find(({ approach, split }) => approach === id && split === "test")!.outcomes;
      for (const [row, rowId] of data.ids.entries()) {
        const { answer, truth } = outcomes.find((outcome) => outcome.id === rowId)!;
        const shown = answers[row]!;
        if (answer === null) expect(typeof shown).toBe("string");
        else expect(data.labels[shown as number]).toBe(answer[0]);
        expect(data.labels[data.truths[row] as number]).toBe(truth[0]);
        expect(marks[row]).toBe(answer?.[0] === truth[0] ? 1 : 0);
      }
      const wrong = marks.filter((mark) => mark === 0).length;
      const accuracy = comparison.summaries.find(({ approach }) => approach === id)!.accuracy.value;
      expect(1 - wrong / marks.length).toBeCloseTo(accuracy, 10);
    }
  });

  it("begin with those that both get wrong with the same answer", () => {
    const rows = dataOf(
      answering(
        [{}, { answer: ["b"] }, { answer: ["b"] }, { answer: null, failure: "refused" }, { answer: ["c"] }],
        [{}, { answer: ["c"] }, {}, { answer: null, failure: "refused" }, { answer: ["c"] }],
      ),
    );
    expect(rows.ids.slice(0, 5)).toEqual(["t0005", "t0002", "t0004", "t0003", "t0001"]);
  });

  it("call a row that an approach has no outcome of neither right nor wrong", () => {
    const rows = dataOf(
      answering(
        [{}, { answer: ["b"] }],
        [
          { answer: null, failure: "missing" },
          { answer: null, failure: "unparseable", rawAnswer: "b or c" },
        ],
      ),
    );
    const prompted = rows.approaches[rows.pair[1]!]!;
    const byId = (id: string): number => rows.ids.indexOf(id);
    expect(prompted.marks[byId("t0001")]).toBe(-1);
    expect(prompted.marks[byId("t0002")]).toBe(0);
    expect(prompted.answers[byId("t0001")]).toContain("missing");
    expect(prompted.raw[byId("t0002")]).toBe("b or c");
  });

  it("are cut at a length that keeps a page of long texts small, and only then", () => {
    const ids = comparison.measurements[0]!.outcomes.map(({ id }) => id);
    const short = dataOf(comparison, new Map(ids.map((id) => [id, "x".repeat(900)])));
    expect(short.cutAt).toBeUndefined();
    const long = dataOf(comparison, new Map(ids.map((id, i) => [id, i < 10 ? "short" : "x".repeat(20_000)])));
    const characters = long.texts!.reduce((sum, { length }) => sum + length, 0);
    expect(characters).toBeLessThanOrEqual(1_001_000);
    expect(characters).toBeGreaterThan(900_000);
    expect(long.texts!.filter((text) => text === "short")).toHaveLength(10);
    expect(long.texts!.filter((text) => text.endsWith("…"))).toHaveLength(ids.length - 10);
  });

  it("say where what was said word for word is cut, and only then", () => {
    const said = (length: number): Comparison => ({
      ...comparison,
      measurements: comparison.measurements.map((measurement) => ({
        ...measurement,
        outcomes: measurement.outcomes.map((outcome, row) => ({ ...outcome, rawAnswer: row < 5 ? "short" : "x".repeat(length) })),
      })),
    });
    expect(dataOf(said(20)).rawCutAt).toBeUndefined();
    const long = dataOf(said(2000));
    const texts = long.approaches.flatMap(({ raw }) => Object.values(raw));
    expect(texts.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(255_000);
    expect(texts.filter((text) => text === "short")).toHaveLength(5 * long.approaches.length);
    expect(new Set(texts.map(({ length }) => length))).toEqual(new Set([5, long.rawCutAt! + 1]));
    const note = `cut at ${long.rawCutAt} characters`;
    expect(renderHtml(said(2000), advise(comparison))).toContain(note);
    expect(renderHtml(comparison, advise(comparison))).not.toContain("word for word is cut");
  });

  it("can't leave the script element that they stand in", () => {
    const texts = new Map(
      comparison.measurements[0]!.outcomes.map(({ id }, i) => [
        id,
        `${hostileTexts[i % hostileTexts.length]}</script><!-- \u2028`,
      ]),
    );
    const given = dataOf(comparison, texts);
    const json = scriptJson(given);
    expect(json).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(given)));
  });

  it("are linked to by what they are, whatever a label holds", () => {
    const link = rowsLink({ by: "tune:probe", truth: "a & b?", said: "c#d" });
    const [section, query] = link.split("?");
    expect(section).toBe("#rows");
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({ by: "tune:probe", truth: "a & b?", said: "c#d" });
  });

  it("stay within two megabytes for 3,000 rows and six approaches", () => {
    const large = comparisonOf({ testRows: 3000, trainRows: 300 });
    const texts = new Map(
      large.measurements[0]!.outcomes.map(({ id }, i) => [id, `${i} `.padEnd(150, "some words of a message ")]),
    );
    const html = renderHtml(large, advise(large), { texts });
    expect(large.summaries).toHaveLength(6);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
  });
});

describe.skipIf(!hasBrowser)(`the rows in a browser${skippedWhy}`, () => {
  it("are found by links, filters and search, which the address keeps, and stand as tables without a script", {
    timeout: 60_000,
  }, async () => {
    const comparison = comparisonOf();
    const texts = new Map(
      comparison.measurements[0]!.outcomes.map(({ id }, i) => [id, `text ${i} <img src=x onerror=alert(1)>`]),
    );
    const data = dataOf(comparison, texts);
    await withBrowser(async (browser) => {
      const html = renderHtml(comparison, advise(comparison), { texts });
      const { tab, address, complaints } = await openPage(browser, html, { width: 1280 });
      const count = async (): Promise<number> =>
        Number((await tab.locator("#explorer [role=status]").textContent())!.split(" ")[0]!.replace(",", ""));
      const rowIds = (): Promise<string[]> => tab.locator("#explorer tbody th").allTextContents();

      expect(await count()).toBe(data.ids.length);
      expect(await rowIds()).toEqual(data.ids.slice(0, 25));
      expect(await tab.locator("#rows-without-script").isVisible()).toBe(false);
      expect(await tab.locator("#explorer td.text").first().textContent()).toMatch(/^text \d+ <img src=x/);

      // A cell of the confusion matrix leads to as many rows as it counts.
      const cell = tab.locator(".wide a[href^='#rows?']:has(.wrong)").first();
      const counted = Number(await cell.locator("text").textContent());
      await cell.dispatchEvent("click");
      await tab.waitForFunction("location.hash.includes('truth=')");
      expect(await count()).toBe(counted);

      const [, prompted] = data.pair.map((place) => data.approaches[place]!);
      await tab.getByRole("button", { name: "Clear" }).click();
      await tab.getByLabel("Wrong by").selectOption(prompted!.id);
      expect(await count()).toBe(prompted!.marks.filter((mark) => mark === 0).length);
      await tab.getByRole("button", { name: "Clear" }).click();
      await tab.getByLabel("Find in texts").fill("TEXT 7 ");
      expect(await count()).toBe(1);
      const shared = tab.url();

      await tab.goto("about:blank");
      await tab.goto(shared);
      expect(await count()).toBe(1);
      await tab.goto(`${address}#rows?wrong=no-such-approach&show=alike`);
      const alike = data.ids.filter((_, row) => {
        const [a, b] = data.pair.map((place) => data.approaches[place]!);
        return (
          a!.marks[row] === 0 && b!.marks[row] === 0 && a!.answers[row] === b!.answers[row] && typeof a!.answers[row] !== "string"
        );
      });
      expect(alike.length).toBeGreaterThan(0);
      expect(await rowIds()).toEqual(alike.slice(0, 25));
      expect(complaints).toEqual([]);

      const plain = await browser.newContext({ javaScriptEnabled: false });
      const still = await plain.newPage();
      await still.goto(address);
      expect(await still.locator("#rows-without-script").isVisible()).toBe(true);
      expect(await still.locator("#explorer").isVisible()).toBe(false);
    });
  });
});
