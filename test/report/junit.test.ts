import { describe, expect, it } from "vitest";
import { renderJunit } from "../../src/report/junit.js";
import { identified } from "../identity.js";
import { comparisonOf } from "./fixture.js";
import { frozenComparison } from "./frozen.js";
import { expectGolden } from "./golden.js";
import { dangerous, hostileTexts } from "./hostile.js";

const comparison = frozenComparison();
const gates = [
  { gate: "macro_f1>=0.9", approach: "tune:probe", value: 0.873, isPassed: false },
  { gate: "latency_p50<=1", approach: "tune:probe", value: 0.005, isPassed: true },
  { gate: "usd_per_thousand<1", approach: "prompt:labels", value: null, isPassed: false },
];

describe("renderJunit", () => {
  it("has a case for each approach and each gate", () => {
    const xml = renderJunit(comparison, gates);
    expectGolden("junit.xml", xml);
    expect(xml.match(/<testcase /g)).toHaveLength(comparison.summaries.length + comparison.failed.length + gates.length);
    expect(xml).toContain('tests="10" failures="2" errors="1"');
    expect(xml).toContain('<failure message="tune:probe: 0.873, required macro_f1&gt;=0.9"/>');
    expect(xml).toContain('<failure message="prompt:labels: not measured, required usd_per_thousand&lt;1"/>');
  });

  it("stays XML, whatever the names are", () => {
    const failed = hostileTexts.map((text) => ({ ...identified(text, "tune"), reason: `${text}\u0000\ud800\uffff` }));
    const xml = renderJunit({ ...comparisonOf({ approaches: [] }), failed });
    expect(xml).not.toContain("<script");
    expect(dangerous.exec(xml)?.[0]).toBeUndefined();
    expect(xml).not.toMatch(/[\ufffe\uffff]/);
    // Every "<" opens or closes an element of ours, and every "&" starts an entity.
    expect(xml.match(/<(?!\/?(testsuites?|testcase|error|failure|system-out)\b|\?xml)/g)).toBeNull();
    expect(xml.match(/&(?!(amp|lt|gt|quot|apos);)/g)).toBeNull();
  });
});
