/** @file Jobs on other machines on the screen: one block that stays calm, however many there are. */
import { describe, expect, it } from "vitest";
import { makeProgress, type Progress } from "../../src/cli/progress.js";
import { displayWidth } from "../../src/lib/text/display-width.js";
import type { JobState, PhaseEvent } from "../../src/types/events.js";
import { type FakeTerminal, fakeTerminal } from "./fake-terminal.js";

/** An event of the job of a seed. */
function job(seed: number, state: JobState, done = 0, change: Partial<PhaseEvent> = {}): PhaseEvent {
  const measurement = { approach: "tune:full", split: "test", trainSize: 100, seed } as const;
  const training =
    state === "running" && done > 0 ? { training: { loss: 2 - done / 100, learningRate: 2e-5, rows: 16 * done } } : {};
  return {
    kind: "progress",
    phase: "training",
    subject: "ray:x",
    done,
    total: 100,
    job: state,
    measurement,
    ...training,
    ...change,
  };
}

const plain = (text: string): string => text.replace(/\u001b\[2?\d?m/g, "");

/** The lines that were drawn last. */
function drawn(terminal: FakeTerminal): string[] {
  const text = plain(terminal.printed.err);
  return text
    .slice(text.lastIndexOf("\r") + 1)
    .replace(/^\u001b\[\d+A/, "")
    .split("\u001b[K\n")
    .map((line) => line.replace(/\u001b\[\d*[AJK]/g, ""));
}

/** So many jobs wait, and the first ones run until the given step of a hundred, one a second. */
function runJobs(
  terminal: FakeTerminal,
  progress: Progress,
  { count, atOnce, steps }: Record<"count" | "atOnce" | "steps", number>,
): void {
  for (let seed = 1; seed <= count; seed++) progress.log(job(seed, "waiting"));
  for (let seed = 1; seed <= atOnce; seed++) progress.log(job(seed, "starting"));
  for (let step = 1; step <= steps; step++) {
    terminal.clock++;
    for (let seed = 1; seed <= atOnce; seed++) progress.log(job(seed, "running", step));
  }
}

const comparing = { kind: "progress", phase: "comparing", done: 3, total: 9, secondsLeft: 4000 } as const;

describe("jobs on other machines", () => {
  it("are a line each with their curve, under it how many run, wait and are done, with the time left", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 80, rows: 24 }) });
    const progress = makeProgress(terminal);
    progress.log(comparing);
    runJobs(terminal, progress, { count: 6, atOnce: 2, steps: 50 });
    progress.log(job(3, "starting"));
    terminal.clock++;
    progress.log(job(1, "running", 51));
    const lines = drawn(terminal);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("tune:full, 100 rows, seed 1  █▇▅▄▂▁▁       51 of 100, loss 1.51, 50 s left");
    expect(lines[1]).toMatch(/^tune:full, 100 rows, seed 2 {2}█▇▅▄▂▁ +50 of 100, loss /);
    expect(lines[2]).toMatch(/^tune:full, 100 rows, seed 3 {16}starts$/);
    // 101 steps in 51 seconds, and 499 are left. Nobody adds up what is expected of them one by one.
    expect(lines.slice(3)).toEqual(["2 jobs run, 1 starts, 3 wait, about 4 min left", "3 of 9 measured"]);
    progress.log(job(1, "done", 100));
    terminal.clock++;
    progress.log(job(2, "running", 52));
    expect(drawn(terminal).at(-2)).toMatch(/^1 job runs, 1 starts, 3 wait, 1 is done, about/);
    progress.log(job(2, "failed"));
    terminal.clock++;
    progress.log(job(3, "running", 1));
    expect(drawn(terminal).at(-2)).toMatch(/^1 job runs, 3 wait, 1 is done, 1 failed, about/);
    // All of it in one place: not one line was left behind.
    expect(plain(terminal.printed.err)).not.toMatch(/[^K]\n/);
  });

  it.each([30, 50, 80, 120])("of any number fit a screen of %d columns", (columns) => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns, rows: 16 }) });
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 60, atOnce: 20, steps: 30 });
    const lines = drawn(terminal);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.at(-2)).toBe("and 13 more");
    for (const line of lines) expect(displayWidth(line)).toBeLessThan(columns);
    expect(lines[0]).toMatch(/^tune:full, 100 ro/);
  });

  it("are drawn at most ten times a second, however many talk", () => {
    const terminal = fakeTerminal({ isInteractive: true });
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 40, atOnce: 40, steps: 2 });
    terminal.printed.err = "";
    for (let i = 0; i < 400; i++) {
      terminal.clock += 0.005;
      progress.log(job(1 + (i % 40), "running", 3 + Math.floor(i / 40)));
    }
    expect(terminal.printed.err.split("\r").length - 1).toBeLessThanOrEqual(21);
  });

  it("leave the screen to what this machine does, but for the line of their numbers", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 80, rows: 24 }) });
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 3, atOnce: 2, steps: 10 });
    for (let done = 0; done <= 20; done++) {
      terminal.clock += 0.2;
      progress.log({ kind: "progress", phase: "embedding", done, total: 200 });
      progress.log(job(1, "running", 10 + done));
    }
    expect(drawn(terminal)).toEqual([
      expect.stringMatching(/^embedding █+░+ 20 of 200, 36 s left$/),
      expect.stringMatching(/^2 jobs run, 1 waits, about \d min left$/),
    ]);
    // It waits for something and says nothing: others have the place.
    terminal.clock += 4;
    progress.log(job(1, "running", 31));
    expect(drawn(terminal)[0]).toContain("seed 1");
  });

  it("that run alone have the curves of a training, and leave a line with what it came to", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 80, rows: 24 }) });
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 1, atOnce: 1, steps: 40 });
    const lines = drawn(terminal);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^tune:full, 100 rows, seed 1 █+░+ 40 of 100, /);
    expect(lines[1]).toMatch(/┤/);
    progress.log(job(1, "done", 100));
    expect(plain(terminal.printed.err)).toContain("tune:full, 100 rows, seed 1: 40 steps in 39 s, loss 1.99 → 1.62\n");
  });

  it("in a log are a line now and then", () => {
    const terminal = fakeTerminal();
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 12, atOnce: 4, steps: 45 });
    for (let seed = 1; seed <= 4; seed++) progress.log(job(seed, "done", 100));
    const lines = terminal.printed.err.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines[0]).toMatch(/^1 job runs, 3 start, 8 wait/);
    expect(lines.at(-1)).toMatch(/^4 jobs run, 8 wait, about \d+ min left$/);
  });

  it("go on from a checkpoint with times of their own", () => {
    const terminal = fakeTerminal({ isInteractive: true, screen: () => ({ columns: 80, rows: 24 }) });
    const progress = makeProgress(terminal);
    runJobs(terminal, progress, { count: 2, atOnce: 2, steps: 60 });
    terminal.clock += 100;
    // Lost, and handed over again.
    progress.log(job(1, "running", 50));
    terminal.clock += 2;
    progress.log(job(1, "running", 52));
    expect(drawn(terminal)[0]).toMatch(/52 of 100, loss 1\.\d+, 50 s left$/);
  });
});
