import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import type { RunFacts } from "../../src/report/run-facts.js";
import { runFacts } from "../../src/run/run-facts.js";
import { comparisonOf } from "./fixture.js";
import { withoutScripts } from "./without-scripts.js";

const machine = { cpu: "Some CPU", cores: 2, memoryGb: 24, node: "v20.19.0", os: "linux 6.1" };
const facts: RunFacts = {
  startedAt: "2026-11-29T05:53:29.728Z",
  files: ["data/<b>.csv", "test.csv"],
  version: "1.2.3",
  machine,
  command: "crossover run 'data/<b>.csv' --test test.csv",
};
const comparison = comparisonOf();

describe("what a report says of its run", () => {
  const html = renderHtml(comparison, advise(comparison), { facts });
  const head = html.slice(html.indexOf("<header"), html.indexOf("</header>"));
  const markdown = renderMarkdown(comparison, advise(comparison), { facts });

  it("stands under the title: date, files, rows, models, version, machine", () => {
    const said = [
      "2026-11-29 05:53 UTC",
      "test.csv",
      "600 training rows",
      "openai:gpt-5-mini",
      "Crossover 1.2.3",
      "Some CPU, 2 cores",
    ];
    for (const text of said) expect(head).toContain(text);
    const first = markdown.split("\n## ")[0]!;
    for (const text of said) expect(first.replaceAll("\\", "")).toContain(text);
    expect(head).toContain("data/&lt;b&gt;.csv");
  });

  it("ends with the whole command, to be copied", () => {
    expect(html.slice(html.indexOf('id="reproduction"'))).toContain("crossover run &#39;data/&lt;b&gt;.csv&#39; --test test.csv");
    expect(markdown).toContain(`\`\`\`sh\n${facts.command}\n\`\`\``);
  });

  it("is left out where the comparison is of no run", () => {
    const bare = withoutScripts(renderHtml(comparison, advise(comparison)));
    expect(bare).not.toContain("Machine</dt>");
    expect(bare).not.toMatch(/undefined|Crossover undefined/);
  });

  it("is read from the run's manifest", () => {
    const { task, assumptions } = comparison;
    const manifest = {
      ...{ format: 3, name: "tickets", createdAt: facts.startedAt, version: "1.2.3", machine, task, assumptions, failed: [] },
      options: { path: "tickets.csv", validation: "v.csv", llm: [] },
    };
    expect(runFacts({ manifest })).toMatchObject({
      files: ["tickets.csv", "v.csv"],
      startedAt: facts.startedAt,
      version: "1.2.3",
      machine,
    });
  });
});
