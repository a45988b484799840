import { expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderText } from "../../src/report/report.js";
import { comparisonOf, fullApproaches } from "./fixture.js";

const hybrid = { name: "hybrid:cascade@openai:gpt-5-mini", arm: "hybrid", skill: 0.97, isLlm: true, p50: 0.2 } as const;
const with_ = comparisonOf({ approaches: [...fullApproaches, hybrid] });
const without = comparisonOf();

it("a hybrid stands in every ranking with a sign of its own, and is advised by nobody", () => {
  expect(with_.summaries[0]!.approach).toBe(hybrid.name);
  const advice = advise(with_);
  expect(advice.choice).toBe(advise(without).choice);
  expect(advice.headline).toBe(advise(without).headline);

  const text = renderText(with_, advice, { width: 100, hasColor: true });
  expect(text).toContain(hybrid.name);
  expect(text).toContain("▲ hybrid");
  // In the color of no other arm.
  expect(text).toContain("\u001b[35m");
  expect(renderText(with_, advice, { width: 100, hasColor: false, isAscii: true })).toContain("^ hybrid");

  const page = renderHtml(with_, advice);
  expect(page).toContain('class="hybrid-name"');
  expect(page).toMatch(/<path class="mark hybrid" d="M[^"]+Z"/);
  // In the legends of the two sections that draw it.
  expect(page.split("</svg><bdi>hybrid</bdi></span>")).toHaveLength(3);
});

it("the legends name no hybrid where there is none, and that of costs names a cascade that is recommended", () => {
  const { cascade: _, ...alone } = without;
  const advice = advise(alone);
  expect(without.cascade!.objections).toEqual([]);
  expect(renderHtml(without, advise(without)).split("</svg><bdi>hybrid</bdi></span>")).toHaveLength(2);
  expect(renderText(alone, advice, { width: 100, hasColor: false })).not.toContain("▲ hybrid");
  expect(renderHtml(alone, advice)).not.toContain("</svg><bdi>hybrid");
});
