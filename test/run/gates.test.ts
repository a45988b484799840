import { describe, expect, it } from "vitest";
import { checkGateNames, checkGates, parseGate } from "../../src/run/gates.js";
import type { Summary } from "../../src/types/scores.js";
import { identified } from "../identity.js";

const summary = (approach: string, accuracy: number): Summary => ({
  ...identified(approach, "tune"),
  seeds: [0],
  trainSize: 1,
  testRows: 1,
  accuracy: { value: accuracy, low: 0, high: 1 },
  macroF1: { value: accuracy / 2, low: 0, high: 1 },
  balancedAccuracy: 0,
  mcc: 0,
  calibration: null,
  perLabel: [],
  confusion: [],
  failures: {},
  answeredAccuracy: null,
  latency: null,
  usdPerThousand: null,
  fitCost: { usd: 0, seconds: 0, inputTokens: 0, outputTokens: 0, labels: 0 },
  predictCost: { usd: 0, seconds: 0, inputTokens: 0, outputTokens: 0, labels: 0 },
  facts: { trainedParameters: 0, totalParameters: 0, promptTokens: 0, humanWords: 0, chosen: {}, artifactBytes: 0, needs: [] },
});
const summaries = [summary("tune:probe", 0.9), summary("prompt:zero-shot@openai:gpt-5.1", 0.8)];

describe("gates", () => {
  it("hold, or not, for the approach named or the one to be shipped", () => {
    const gates = ["accuracy >= 0.9", "macro_f1>0.45", "prompt:zero-shot@openai:gpt-5.1.accuracy<0.9"].map(parseGate);
    expect(
      checkGates(gates, summaries, "tune:probe").map(({ approach, value, isPassed }) => [approach, value, isPassed]),
    ).toEqual([
      ["tune:probe", 0.9, true],
      ["tune:probe", 0.45, false],
      ["prompt:zero-shot@openai:gpt-5.1", 0.8, true],
    ]);
  });

  it("fail where the metric was not measured", () => {
    expect(checkGates([parseGate("latency_p95<1")], summaries, "tune:probe")[0]).toMatchObject({ value: null, isPassed: false });
  });

  it("are refused with the nearest name", () => {
    expect(() => parseGate("acuracy>=0.9")).toThrow('"acuracy" is not a metric. Did you mean "accuracy"?');
    expect(() => parseGate("accuracy=0.9")).toThrow("Write METRIC>=NUMBER");
    const names = summaries.map(({ approach }) => approach);
    expect(() => checkGateNames([parseGate("tune:prob.accuracy>0")], names)).toThrow('Did you mean "tune:probe"?');
    expect(() => checkGateNames([parseGate("accuracy>0"), parseGate("tune:probe.accuracy>0")], names)).not.toThrow();
  });

  it("fail, and do not lose the reports, where the approach was left out of the run", () => {
    expect(checkGates([parseGate("prompt:gone.accuracy>0")], summaries, "tune:probe")).toEqual([
      { gate: "prompt:gone.accuracy>0", approach: "prompt:gone", value: null, isPassed: false },
    ]);
  });
});
