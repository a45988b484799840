import { describe, expect, it } from "vitest";
import { roughly } from "../../src/cli/overall.js";
import { makeProgress, type Progress } from "../../src/cli/progress.js";
import { displayWidth } from "../../src/lib/text/display-width.js";
import { type FakeTerminal, fakeTerminal } from "./fake-terminal.js";

const at = (done: number) => ({ kind: "progress", phase: "embedding", done, total: 200 }) as const;
/** Of an approach's measurement on the test rows. */
const during = (approach: string) => ({ approach, split: "test", trainSize: 100, seed: 42 }) as const;
const training = { kind: "progress", phase: "training", measurement: during("tune:full") } as const;

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
    expect(terminal.printed.err).toBe(`\rembedding ${"█".repeat(6)}${"░".repeat(18)} 50 of 200, 30 s left\u001b[J`);
    terminal.printed.err = "";
    terminal.clock = 40;
    progress.log(at(200));
    expect(terminal.printed.err).toBe("\r\u001b[Jembedding: 200 in 40 s\n");
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
    progress.log({ kind: "progress", phase: "embedding", done: 0, total: 80 });
    terminal.clock = 102;
    progress.log({ kind: "progress", phase: "embedding", done: 40, total: 80 });
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

  it.each([25, 40, 60, 132])("never writes a line as long as a screen of %d columns is wide", (columns) => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns, rows: 40 }) });
    const progress = makeProgress(terminal);
    progress.log({ ...at(0), phase: "asking", measurement: during("prompt:few-shot@openai:gpt-5-mini") });
    terminal.clock = 5;
    progress.log({
      ...at(20),
      phase: "asking",
      measurement: during("prompt:few-shot@openai:gpt-5-mini"),
      detail: "$0.0123",
    });
    trainUntil(terminal, progress, 60);
    for (const line of linesOf(terminal.printed.err)) expect(displayWidth(line)).toBeLessThan(columns);
    expect(terminal.printed.err).toContain("20 of 200");
  });

  it("draws at most ten times a second", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    for (let i = 0; i < 200; i++) {
      terminal.clock = i / 50;
      progress.log(at(i));
    }
    // From the first second to the fourth.
    expect(terminal.printed.err.split("\r").length - 1).toBeGreaterThan(20);
    expect(terminal.printed.err.split("\r").length - 1).toBeLessThanOrEqual(31);
  });

  it("says once that Ctrl-C was seen, below what is drawn", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const stop = new AbortController();
    const progress = makeProgress(terminal, stop.signal);
    progress.log(at(0));
    terminal.clock = 5;
    progress.log(at(50));
    terminal.printed.err = "";
    stop.abort();
    expect(terminal.printed.err).toBe("\r\u001b[JStopping after the step in hand; press Ctrl-C again to stop at once.\n");
  });
});

describe("the progress of a whole run", () => {
  const model = "openai:gpt-5.1-mini-with-a-long-name-2026-01-01";
  const asking = { kind: "progress", phase: "asking", subject: model, measurement: during(`prompt:zero-shot@${model}`) } as const;
  const comparing = (done: number, secondsLeft: number, secondsOfNext?: number) =>
    ({ kind: "progress", phase: "comparing", done, total: 9, secondsLeft, ...(secondsOfNext && { secondsOfNext }) }) as const;
  const lastDrawn = (terminal: FakeTerminal): string[] => {
    const plain = terminal.printed.err.replace(/\u001b\[2?\d?m/g, "");
    return plain
      .slice(plain.lastIndexOf("\r") + 1)
      .split("\u001b[K\n")
      .map((line) => line.replace(/\u001b\[\d*[AJK]/g, ""));
  };

  it("stands below the work in hand: measurements, time left, dollars of the budget, retries, rows without an answer", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 140, rows: 24 }) });
    const progress = makeProgress(terminal);
    progress.log(comparing(3, 260));
    progress.log({ kind: "spending", paidUsd: 0.0123, uncertainUsd: 0.1, budgetUsd: 2 });
    progress.log({ ...asking, done: 0, total: 100 });
    terminal.clock = 20;
    progress.log({ ...asking, done: 90, total: 100, trouble: { retries: 5, refusals: 3, unanswered: 2 } });
    const [bar, whole] = lastDrawn(terminal);
    expect(bar).toContain(`prompt:zero-shot@${model}: asking`);
    expect(bar).toContain("90 of 100");
    expect(whole).toBe(
      "3 of 9 measured · about 4 min left · $0.012 of $2.00 · 5 requests sent again (3 over a limit) · 2 rows without an answer",
    );
    // Counted on over further work.
    progress.log({ ...asking, done: 100, total: 100, trouble: { retries: 5, refusals: 3, unanswered: 2 } });
    progress.log(comparing(4, 100));
    progress.log({ ...asking, measurement: during("prompt:few-shot@x"), done: 0, total: 100 });
    terminal.clock = 30;
    progress.log({
      ...asking,
      measurement: during("prompt:few-shot@x"),
      done: 50,
      total: 100,
      trouble: { retries: 1, refusals: 0, unanswered: 0 },
    });
    expect(lastDrawn(terminal)[1]).toContain("4 of 9 measured · about 90 s left · $0.012 of $2.00 · 6 requests sent again");
    expect(terminal.printed.err.replace(/\s+/g, " ")).toContain(
      "100 in 20 s, 5 requests sent again (3 over a limit), 2 rows without an answer",
    );
  });

  it("never says less time than the work in hand takes, and admits when what was expected is over", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(comparing(8, 5));
    progress.log({ ...training, done: 1, total: 100 });
    terminal.clock = 20;
    progress.log({ ...training, done: 11, total: 100 });
    expect(lastDrawn(terminal).at(-1)).toBe("8 of 9 measured · about 3 min left");
    progress.log(comparing(8, 5));
    terminal.clock = 60;
    progress.log({ ...training, phase: "predicting", done: 0, total: 10 });
    expect(lastDrawn(terminal).at(-1)).toBe("8 of 9 measured · longer than expected");
  });

  it.each([40, 60, 80])("shows a model's whole name at %i columns, on lines of its own where it must", (columns) => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns, rows: 24 }) });
    const progress = makeProgress(terminal);
    progress.log(comparing(3, 260));
    progress.log({ ...asking, done: 0, total: 100 });
    terminal.clock = 10;
    progress.log({ ...asking, done: 50, total: 100, trouble: { retries: 1000, refusals: 1000, unanswered: 20 } });
    const drawn = lastDrawn(terminal);
    expect(drawn.join("")).toContain(model);
    expect(drawn.join("\n")).toContain("50 of 100");
    for (const line of drawn) expect(displayWidth(line)).toBeLessThan(columns);
  });

  it("goes by the speed of a training or of answers, and by what was expected of what follows", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log(comparing(7, 700, 600));
    progress.log({ ...asking, done: 0, total: 100 });
    terminal.clock = 10;
    progress.log({ ...asking, done: 50, total: 100 });
    expect(lastDrawn(terminal).at(-1)).toBe("7 of 9 measured · about 2 min left");
  });

  it("is a line now and then in a log", () => {
    const terminal = fakeTerminal();
    const progress = makeProgress(terminal);
    for (const [clock, done, left] of [
      [0, 0, 100],
      [4, 1, 96],
      [12, 2, 88],
      [15, 3, 85],
      [40, 4, 60],
    ] as const) {
      terminal.clock = clock;
      progress.log(comparing(done, left));
    }
    expect(terminal.printed.err).toBe("2 of 9 measured, about 90 s left\n4 of 9 measured, about 60 s left\n");
  });

  it("tells a limit of learning curves as one", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    progress.log({ kind: "progress", phase: "curve", done: 0, total: 17, secondsLeft: 40 });
    terminal.clock = 5;
    progress.log({ kind: "progress", phase: "curve", done: 4, total: 17, secondsLeft: 35 });
    expect(lastDrawn(terminal).at(-1)).toBe("learning curves: 4 of 17 points · at most 40 s left");
  });
});

it.each([
  [3, "10 s"],
  [41, "50 s"],
  [100, "2 min"],
  [3599, "1 h"],
  [4700, "1 h 20 min"],
])("says %d seconds as exactly as they are known", (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});

/** The texts between control codes and line ends. */
const linesOf = (printed: string): string[] => printed.replace(/\u001b\[[\d;]*m/g, "").split(/\r|\n|\u001b\[\d*[AJK]/);

/** One step a second of 100, with an evaluation every 20. */
function trainUntil(terminal: FakeTerminal, progress: Progress, steps: number): void {
  const start = terminal.clock;
  for (let step = 1; step <= steps; step++) {
    terminal.clock = start + step;
    const validation = step % 20 === 0 ? { validationLoss: step === 60 ? 0.9 : 1 / step } : {};
    const numbers = { loss: 1 + 1 / step, learningRate: 2e-5, gradientNorm: 0.5, rows: 16 * step, ...validation };
    progress.log({ ...training, done: step, total: 100, training: numbers });
  }
}

describe("the progress of a training", () => {
  it("is drawn as curves with its numbers, over and over in place", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    trainUntil(terminal, progress, 60);
    const drawn = linesOf(terminal.printed.err.slice(terminal.printed.err.lastIndexOf("\r"))).filter((line) => line !== "");
    expect(drawn).toHaveLength(7);
    expect(drawn[0]).toBe(`tune:full: training on 100 rows ${"█".repeat(14)}${"░".repeat(10)} 60 of 100, 40 s left`);
    expect(drawn[1]).toMatch(/^ +2 ┤/);
    expect(drawn[6]).toBe("loss 1.02 · validation loss 0.9 (best 0.025 at step 40) · learning rate 2e-5 · 16 rows/s");
    // Up over six lines, or seven, and nothing of what was printed before is touched.
    expect(terminal.printed.err).toContain("\r\u001b[6A");
    expect(terminal.printed.err).not.toContain("\u001b[7A");
    progress.clear();
    expect(terminal.printed.err.endsWith("\r\u001b[6A\u001b[J")).toBe(true);
  });

  it("climbs over the lines that a narrower window has broken", () => {
    let columns = 100;
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns, rows: 24 }) });
    const progress = makeProgress(terminal);
    trainUntil(terminal, progress, 60);
    columns = 50;
    terminal.printed.err = "";
    progress.clear();
    // The bar and the numbers take two lines each, as do the parts of the chart beyond column 50.
    expect(terminal.printed.err).toMatch(/^\r\u001b\[(8|9|1\d)A\u001b\[J$/);
  });

  it("is one line on a low screen, and where there is no braille", () => {
    for (const changes of [{ screen: () => ({ columns: 100, rows: 10 }) }, { hasUnicode: false }]) {
      const terminal = fakeTerminal({ isInteractive: true, ...changes });
      trainUntil(terminal, makeProgress(terminal), 60);
      expect(terminal.printed.err).toContain("40 of 100, 1 min left, loss 1.03");
      expect(terminal.printed.err).not.toContain("\n");
    }
  });

  it("keeps its curves while an evaluation comes between", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    trainUntil(terminal, progress, 60);
    terminal.printed.err = "";
    progress.log({ ...training, phase: "predicting", done: 0, total: 10 });
    expect(terminal.printed.err).toBe("");
    terminal.clock += 1;
    progress.log({ ...training, done: 61, total: 100, training: { loss: 0.5 } });
    expect(terminal.printed.err).toContain("61 of 100, 39 s left");
    expect(terminal.printed.err).toContain("⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀");
  });

  it("leaves one line with what it came to, also where it stopped early", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 120, rows: 24 }) });
    const progress = makeProgress(terminal);
    trainUntil(terminal, progress, 60);
    progress.log({ ...training, done: 60, total: 60 });
    progress.clear();
    expect(linesOf(terminal.printed.err).slice(-2)).toEqual([
      "tune:full: training on 100 rows: 60 steps in 59 s, loss 2 → 1.02, validation loss 0.9 (best 0.025 at step 40)",
      "",
    ]);
  });

  it("waits with that line for the last evaluation, which is told after the last step", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 120, rows: 24 }) });
    const progress = makeProgress(terminal);
    trainUntil(terminal, progress, 99);
    const last = { ...training, done: 100, total: 100 };
    progress.log({ ...last, training: { loss: 1 } });
    progress.log({ ...last, training: { loss: 1, validationLoss: 0.01 } });
    progress.log({ kind: "progress", phase: "comparing", done: 1, total: 2 });
    expect(linesOf(terminal.printed.err).slice(-2)).toEqual([
      "tune:full: training on 100 rows: 100 steps in 1 min 38 s, loss 2 → 1.01, validation loss 0.01",
      "",
    ]);
  });

  it("is told line by line in a log: now and then, and at each evaluation", () => {
    const terminal = fakeTerminal();
    trainUntil(terminal, makeProgress(terminal), 30);
    expect(terminal.printed.err.trimEnd().split("\n")).toEqual([
      "tune:full: training on 100 rows: 2 of 100 (2 %), 1 min 38 s left, loss 1.7, learning rate 2e-5, 16 rows/s",
      "tune:full: training on 100 rows: 12 of 100 (12 %), 1 min 28 s left, loss 1.11, learning rate 2e-5, 16 rows/s",
      "tune:full: training on 100 rows: 20 of 100 (20 %), 1 min 20 s left, loss 1.06, validation loss 0.05, learning rate 2e-5, 16 rows/s",
      "tune:full: training on 100 rows: 30 of 100 (30 %), 1 min 10 s left, loss 1.04, validation loss 0.05, learning rate 2e-5, 16 rows/s",
    ]);
  });
});
