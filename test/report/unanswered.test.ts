import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { unansweredExamples } from "../../src/report/unanswered.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Failure } from "../../src/types/prediction.js";
import { comparisonOf } from "./fixture.js";
import { dangerous, hostileTexts } from "./hostile.js";
import { withoutScripts } from "./without-scripts.js";

const approach = "prompt:zero-shot@openai:gpt-5-mini";

/** A comparison in which the first test rows of an LLM failed, in this way and with these words. */
function withFailures(failed: readonly (readonly [Failure, string | undefined])[]): Comparison {
  const base = comparisonOf({
    approaches: [
      { name: "tune:probe", arm: "tune", skill: 0.9 },
      { name: approach, arm: "prompt", skill: 0.9, isLlm: true },
    ],
  });
  return {
    ...base,
    measurements: base.measurements.map((measurement) => ({
      ...measurement,
      outcomes: measurement.outcomes.map(({ id, truth, answer }, i) => {
        const [failure, rawAnswer] = (measurement.approach === approach && failed[i]) || [];
        return failure === undefined
          ? { id, truth, answer }
          : { id, truth, answer: null, failure, ...(rawAnswer === undefined ? {} : { rawAnswer }) };
      }),
    })),
    summaries: base.summaries.map((summary) =>
      summary.approach === approach ? { ...summary, failures: { unparseable: failed.length } } : summary,
    ),
  };
}

describe("rows without an answer", () => {
  it("are listed with what was said, the first five of each reason", () => {
    const comparison = withFailures([
      ...Array.from({ length: 7 }, (_, i) => ["unparseable", `Well, ${i}`] as const),
      ["refused", "x".repeat(500)],
      ["error", undefined],
      ["truncated", ""],
    ]);
    expect(unansweredExamples(comparison)).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => ({
        approach,
        arm: "prompt",
        id: `t000${i + 1}`,
        failure: "unparseable",
        excerpt: `Well, ${i}`,
      })),
      { approach, arm: "prompt", id: "t0008", failure: "refused", excerpt: `${"x".repeat(80)}…` },
      { approach, arm: "prompt", id: "t0010", failure: "truncated", excerpt: "" },
    ]);
    const html = renderHtml(comparison, advise(comparison));
    expect(html).toMatch(/<td[^>]*><bdi>Well, 4<\/bdi><\/td>/);
    expect(withoutScripts(html)).not.toContain("Well, 5");
    expect(html).toContain('<span class="missing">nothing</span>');
    const markdown = renderMarkdown(comparison, advise(comparison));
    expect(markdown).toContain("| t0008 | GPT-5 mini | refused | xxxxx");
    expect(markdown).toContain("| cut off | *nothing* |");
  });

  it("say nothing that a page or a terminal would obey", () => {
    const comparison = withFailures(hostileTexts.slice(0, 5).map((text) => ["unparseable", text] as const));
    const pages = [renderHtml(comparison, advise(comparison)), renderMarkdown(comparison, advise(comparison))];
    for (const page of pages) {
      expect(withoutScripts(page)).not.toMatch(/(?<!\\)<(script|img)/);
      expect(dangerous.exec(page.replace(/<style>[\s\S]*<\/style>/, ""))?.[0]).toBeUndefined();
      expect(page).toContain("alert(1)");
    }
  });

  it("are no section where every row was answered", () => {
    const comparison = withFailures([]);
    expect(unansweredExamples(comparison)).toEqual([]);
    expect(renderMarkdown(comparison, advise(comparison))).not.toContain("Rows without an answer");
    expect(renderHtml(comparison, advise(comparison))).not.toContain("What was said instead");
  });
});
