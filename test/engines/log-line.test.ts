import { describe, expect, it } from "vitest";
import { jobLine } from "../../src/engines/job/log-line.js";

describe("a line of a job's log", () => {
  it("is an event where it is one", () => {
    const line =
      '{"event": "step", "steps": 200, "seconds": 2.5, "rows_per_second": 6.4, "step": 1, "loss": 0.7, "learning_rate": 1e-05, "grad_norm": 2.0, "rows": 16, "tokens": 400, "new": 1}';
    expect(jobLine(line)).toEqual({
      kind: "step",
      step: 1,
      steps: 200,
      loss: 0.7,
      learningRate: 1e-5,
      gradientNorm: 2,
      rows: 16,
      tokens: 400,
      seconds: 2.5,
      rowsPerSecond: 6.4,
    });
    expect(jobLine('{"event":"failed","error":"e","hint":"h"}\r')).toEqual({ kind: "failed", error: "e", hint: "h" });
    expect(jobLine('{"event":"heartbeat"}')).toEqual({ kind: "heartbeat" });
  });

  it.each([
    "",
    "Loading weights: 100%",
    "{",
    "[1]",
    "null",
    '{"event":"unheard of"}',
    '{"event":"toString"}',
    '{"event":"step","step":-1}',
    '{"event":"done","seconds":"long"}',
    `{"event":"failed","error":"${"x".repeat(20_000)}","hint":""}`,
  ])("is text where it is none: %s", (line) => {
    expect(jobLine(line)).toEqual({ kind: "text", text: line });
  });
});
