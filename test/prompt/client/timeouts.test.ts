import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { nextTurn } from "../../../src/lib/next-turn.js";
import { requestClocks } from "../../../src/prompt/client/timeouts.js";

const late = (): Error => new Error("late");

describe("the clock of requests", () => {
  it("is one for those that start in the same turn, and another in the next", async () => {
    const start = requestClocks(60, late);
    const parent = new AbortController().signal;
    const [one, two] = [start(parent), start(parent)];
    expect(two.signal).toBe(one.signal);
    expect(start(new AbortController().signal).signal).not.toBe(one.signal);
    await nextTurn();
    const next = start(parent);
    expect(next.signal).not.toBe(one.signal);
    for (const clock of [one, two, next]) clock.stop();
  });

  it("cuts what is still open when the time is over, and nothing once all have ended", async () => {
    const start = requestClocks(0.02, late);
    const parent = new AbortController().signal;
    const [ended, open] = [start(parent), start(parent)];
    ended.stop();
    await nextTurn();
    const allEnded = start(parent);
    allEnded.stop();
    await delay(60);
    expect(open.signal.reason).toEqual(new Error("late"));
    expect(allEnded.signal.aborted).toBe(false);
  });

  it("cuts with the run's reason, and starts anew in the same turn once it has stopped", () => {
    const start = requestClocks(60, late);
    const run = new AbortController();
    const clock = start(run.signal);
    run.abort(new Error("stopped"));
    expect(clock.signal.reason).toEqual(new Error("stopped"));
    clock.stop();
    const parent = new AbortController().signal;
    const first = start(parent);
    first.stop();
    const second = start(parent);
    expect(second.signal).not.toBe(first.signal);
    second.stop();
  });
});
