import { expect, test } from "vitest";
import type { Engine, EngineJob, JobEnd } from "../../src/engines/engine.js";
import { runJob } from "../../src/engines/follow-job.js";
import { UserError } from "../../src/lib/errors.js";

const staged = { id: "job-1", folder: "/nowhere", script: "train.py" } as const;
const options = { signal: new AbortController().signal, log: () => {}, name: "tune:full" };
const lost: JobEnd = { kind: "failed", isLost: true, log: ["the last line"], why: "The cluster knows it no more" };

/** An engine whose attempts at the job end as told, one after the other; those it `keeps` are found again. */
function engineOf(ends: readonly JobEnd[], keeps: readonly (JobEnd | null)[] = []) {
  const counts = { submitted: 0, attached: 0 };
  const jobOf = (end: JobEnd): EngineJob => ({
    id: staged.id,
    async *follow() {
      yield '{"event":"done","seconds":3}';
      return end;
    },
    stop: async () => {},
    fetch: async () => {},
    forget: async () => {},
  });
  const engine: Engine = {
    spec: "fake",
    check: async () => "fake",
    submit: async () => jobOf(ends[counts.submitted++]!),
    async attach() {
      const end = keeps[counts.attached++] ?? null;
      return end === null ? null : jobOf(end);
    },
  };
  return { engine, counts };
}

test("a job that the engine has lost is handed over again", async () => {
  const { engine, counts } = engineOf([lost, lost, { kind: "done" }]);
  expect((await runJob(engine, staged, options)).seconds).toBe(3);
  expect(counts).toEqual({ submitted: 3, attached: 3 });
});

test("one that had come to its end unseen is not worked on twice", async () => {
  const { engine, counts } = engineOf([lost], [null, { kind: "done" }]);
  await runJob(engine, staged, options);
  expect(counts).toEqual({ submitted: 1, attached: 2 });
});

test("one that is lost again and again, or fails by its own fault, is told", async () => {
  const again = engineOf([lost, lost, lost, lost, lost]);
  await expect(runJob(again.engine, staged, options)).rejects.toThrow(UserError);
  expect(again.counts.submitted).toBe(4);
  const failing = engineOf([{ kind: "failed", log: ["out of memory"] }, { kind: "done" }]);
  await expect(runJob(failing.engine, staged, options)).rejects.toThrow("out of memory");
  expect(failing.counts.submitted).toBe(1);
});
