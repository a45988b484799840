/** @file The verdict has the same word and the same color wherever it is read. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { renderBrief } from "../../src/report/terminal/render-brief.js";
import { renderText } from "../../src/report/terminal/render-text.js";
import { verdictBadges, verdictTones } from "../../src/report/verdict-names.js";
import { comparisonOf } from "./fixture.js";

const comparison = comparisonOf();
const advice = advise(comparison);
const kinds = Object.keys(verdictBadges) as (keyof typeof verdictBadges)[];
const colors = { good: "\u001b[32m", unsure: "\u001b[33m", bad: "\u001b[31m" };

describe("a verdict", () => {
  it.each(kinds)("%s", (evidence) => {
    const given = { ...advice, evidence };
    const [word, tone] = [verdictBadges[evidence], verdictTones[evidence]];
    expect(renderHtml(comparison, given)).toContain(`<span class="badge ${tone}">${word}</span>`);
    expect(renderMarkdown(comparison, given)).toContain(`> *${word}*\n`);
    const colored = { width: 100, hasColor: true };
    for (const text of [renderText(comparison, given, colored), renderBrief(comparison, given, colored)]) {
      const line = text.split("\n").find((each) => each.includes(word));
      expect(line).toContain(colors[tone]);
    }
  });

  it("is green only where the measurements show it", () => {
    expect(kinds.filter((kind) => verdictTones[kind] === "good")).toEqual(["shown"]);
  });
});
