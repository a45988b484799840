import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { approachNames } from "../../src/advise/words/approach-names.js";
import { forPeople } from "../../src/report/for-people.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderJson } from "../../src/report/json.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { renderCsv } from "../../src/report/predictions.js";
import { comparisonOf } from "./fixture.js";
import { withoutScripts } from "./without-scripts.js";

const comparison = comparisonOf({ curveSizes: [16, 64] });
const advice = advise(comparison);
const ids = comparison.summaries.map(({ approach }) => approach);

/** How often a text holds an id that is not the beginning of a longer one. */
const count = (text: string, id: string): number => text.split(id).length - 1;

describe("a report for people", () => {
  it("calls approaches by name, with the id a few times beside it, never in its place", () => {
    const html = withoutScripts(renderHtml(comparison, advice)).replace(/<wbr>/g, "");
    const markdown = renderMarkdown(comparison, advice);
    for (const id of ids) {
      const { name, gloss } = approachNames(comparison).get(id)!;
      for (const page of [html, markdown]) {
        expect(page).toContain(name);
        expect(count(page, gloss)).toBeGreaterThanOrEqual(1);
      }
      // In HTML each stands in an element of its own.
      expect(count(html, id)).toBe(count(html, `<bdi>${id}</bdi>`) + count(html, `<bdi class="id">${id}</bdi>`));
      expect(count(markdown, id)).toBeLessThanOrEqual(3);
    }
  });

  it("leaves ids in what machines read, and in commands", () => {
    for (const id of ids) {
      expect(renderJson(comparison, advice)).toContain(`"${id}"`);
      expect(renderCsv(comparison)).toContain(id);
    }
    const typed = {
      ...advice,
      nextSteps: [{ text: "Ask tune:probe by `tune:probe`.", command: "crossover run --approaches tune:probe" }],
    };
    const [step] = forPeople(comparison, typed).advice.nextSteps;
    expect(step!.command).toBe("crossover run --approaches tune:probe");
    expect(step!.text).toBe("Ask classifier on the encoder by `tune:probe`.");
  });

  it("takes an id for the longest that stands there, and no part of a word or of another id", () => {
    const say = (headline: string): string => forPeople(comparison, { ...advice, headline }).advice.headline;
    expect(say("prompt:labels, prompt:labels-2 and xprompt:labels; (prompt:labels).")).toBe(
      "label matching, prompt:labels-2 and xprompt:labels; (label matching).",
    );
  });

  it("leaves labels and texts alone, also one that is spelled as an id is", () => {
    const labels = ["tune:probe", "other"];
    const { comparison: shown } = forPeople(comparisonOf({ labels }), advice);
    expect(shown.task.labels).toEqual(labels);
    expect(shown.summaries[0]!.perLabel.map(({ label }) => label)).toEqual(labels);
    expect(new Set(shown.measurements[0]!.outcomes.map(({ truth }) => truth[0]))).toEqual(new Set(labels));
  });

  it("says the same numbers", () => {
    const { comparison: shown, names } = forPeople(comparison, advice);
    expect(shown.summaries.map(({ approach }) => names.get(approach)!.id)).toEqual(ids);
    expect(shown.contrasts.map(({ difference, pValue }) => [difference, pValue])).toEqual(
      comparison.contrasts.map(({ difference, pValue }) => [difference, pValue]),
    );
    expect(Object.keys(shown.factors[0]!.cells).map((name) => names.get(name)!.id)).toEqual(
      Object.keys(comparison.factors[0]!.cells),
    );
  });
});
