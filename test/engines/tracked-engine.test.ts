import { expect, test } from "vitest";
import type { Engine, EngineJob, JobEnd, StagedJob } from "../../src/engines/engine.js";
import { trackedEngine } from "../../src/engines/tracked-engine.js";

const staged = (id: string): StagedJob => ({ id, folder: `/jobs/${id}`, script: "train.py" });

/** An engine whose jobs end when they are told to. */
function controlled() {
  const ends = new Map<string, () => void>();
  const stopped: string[] = [];
  const jobOf = (id: string): EngineJob => ({
    id,
    async *follow(signal): AsyncGenerator<string, JobEnd> {
      yield "begun";
      await new Promise<void>((resolve, reject) => {
        ends.set(id, resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      return { kind: "done" };
    },
    stop: async () => void stopped.push(id),
    fetch: async () => {},
    forget: async () => {},
  });
  const engine: Engine = {
    spec: "fake",
    check: async () => "fake",
    submit: async ({ id }) => jobOf(id),
    attach: async ({ id }) => (id === "lost" ? null : jobOf(id)),
  };
  return { engine: trackedEngine(engine), ends, stopped };
}

test("knows the jobs that run: those that ended or were stopped are none of them, and those that nobody listens to any more are", async () => {
  const { engine, ends } = controlled();
  const stop = new AbortController();
  const running = (): readonly string[] => engine.running().map(({ id }) => id);
  const a = await engine.submit(staged("a"), stop.signal);
  const b = (await engine.attach(staged("b"), stop.signal))!;
  const c = await engine.submit(staged("c"), stop.signal);
  expect(await engine.attach(staged("lost"), stop.signal)).toBeNull();
  expect(running()).toEqual(["a", "b", "c"]);

  const following = a.follow(stop.signal);
  await following.next();
  const end = following.next();
  await Promise.resolve();
  ends.get("a")!();
  expect(await end).toEqual({ done: true, value: { kind: "done" } });
  expect(running()).toEqual(["b", "c"]);

  await b.stop();
  expect(running()).toEqual(["c"]);

  const left = c.follow(stop.signal);
  await left.next();
  const broken = left.next();
  stop.abort(new Error("stopped"));
  await expect(broken).rejects.toThrow("stopped");
  expect(running()).toEqual(["c"]);
});

test("at the end it stops what runs, what is on its way too, and hands nothing over any more", async () => {
  const { engine, stopped } = controlled();
  const { signal } = new AbortController();
  await engine.submit(staged("a"), signal);
  await (await engine.submit(staged("b"), signal)).stop();
  const late = engine.submit(staged("c"), signal);
  expect(await engine.end()).toBe(1);
  await late;
  expect(stopped).toEqual(["b", "a", "c"]);
  expect(engine.running()).toEqual([]);
  await expect(engine.submit(staged("d"), signal)).rejects.toThrow();
});
