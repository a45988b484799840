import { describe, expect, it } from "vitest";
import { makeProgress } from "../../src/cli/progress.js";
import { fakeTerminal } from "./fake-terminal.js";

const at = (done: number, stage = "embedding") => ({ kind: "progress", stage, done, total: 200 }) as const;

describe("progress", () => {
  it("stays silent for what takes less than a second", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(at(0));
    terminal.clock = 0.9;
    progress.log(at(100));
    progress.log(at(200));
    expect(terminal.printed.err).toBe("");
  });

  it("draws a bar with the time left, and replaces it by one line at the end", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(at(0));
    terminal.clock = 10;
    progress.log(at(50));
    expect(terminal.printed.err).toBe(`\r\u001b[Kembedding ${"█".repeat(6)}${"░".repeat(18)} 50 of 200, 30 s left`);
    terminal.printed.err = "";
    terminal.clock = 40;
    progress.log(at(200));
    expect(terminal.printed.err).toBe("\r\u001b[Kembedding: 200 in 40 s\n");
  });

  it("does not count what was done before it looked as speed", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(at(100));
    terminal.clock = 10;
    progress.log(at(150));
    expect(terminal.printed.err).toContain("10 s left");
  });

  it("starts anew with the next piece of work of the same name", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(at(0));
    terminal.clock = 100;
    progress.log({ kind: "progress", stage: "embedding", done: 0, total: 80 });
    terminal.clock = 102;
    progress.log({ kind: "progress", stage: "embedding", done: 40, total: 80 });
    expect(terminal.printed.err).toContain("40 of 80, 2.0 s left");
  });

  it("writes a plain line every ten seconds where the screen can't be redrawn", () => {
    const terminal = fakeTerminal();
    const progress = makeProgress(terminal);
    for (const [clock, done] of [
      [0, 0],
      [2, 20],
      [5, 50],
      [13, 130],
      [20, 200],
    ] as const) {
      terminal.clock = clock;
      progress.log(at(done));
    }
    expect(terminal.printed.err).toBe(
      "embedding: 20 of 200 (10 %), 18 s left\nembedding: 130 of 200 (65 %), 7.0 s left\nembedding: 200 in 20 s\n",
    );
  });

  it("never writes a line longer than the screen", () => {
    const terminal = fakeTerminal({ isInteractive: true, width: 60 });
    const progress = makeProgress(terminal);
    progress.log(at(0, "prompt:few-shot@openai:gpt-5-mini: asking"));
    terminal.clock = 5;
    progress.log({ ...at(20, "prompt:few-shot@openai:gpt-5-mini: asking"), detail: "$0.0123" });
    expect(terminal.printed.err.replace("\r\u001b[K", "").length).toBeLessThan(60);
  });
});
