/** @file An engine that knows which of its jobs are running, so that a run that is stopped can say and settle what becomes of them. */
import type { Engine, EngineJob } from "./engine.js";

/** An engine with its jobs in sight. */
export interface TrackedEngine extends Engine {
  /** Jobs that were handed over or found again in this process and have not ended, as far as it was told. */
  running(): readonly EngineJob[];
  /** Stops what still runs, which nobody is going to wait for, removes what jobs had in common, and hands nothing over any more. Tells how many jobs were stopped. */
  end(): Promise<number>;
}

/** The engine, whose jobs are followed by the caller as ever. */
export function trackedEngine(engine: Engine): TrackedEngine {
  const open = new Map<string, EngineJob>();
  let isEnded = false;
  const refuseIfEnded = (): void => {
    if (isEnded) throw new Error("No job is handed over any more: what ordered them has ended.");
  };
  const tracked = (job: EngineJob): EngineJob => {
    open.set(job.id, job);
    return {
      ...job,
      async *follow(signal) {
        try {
          return yield* job.follow(signal);
        } finally {
          // Whoever stops listening leaves the job running.
          if (!signal.aborted) open.delete(job.id);
        }
      },
      async stop() {
        await job.stop();
        open.delete(job.id);
      },
    };
  };
  return {
    spec: engine.spec,
    ...(engine.isBilled === true && { isBilled: true }),
    ...(engine.isOneMachine === true && { isOneMachine: true }),
    ...(engine.usdPerHour !== undefined && { usdPerHour: (signal) => engine.usdPerHour!(signal) }),
    check: (signal) => engine.check(signal),
    async submit(job, signal) {
      refuseIfEnded();
      const submitted = tracked(await engine.submit(job, signal));
      // It was on its way.
      if (isEnded) await submitted.stop();
      return submitted;
    },
    async attach(job, signal) {
      refuseIfEnded();
      const found = await engine.attach(job, signal);
      return found === null ? null : tracked(found);
    },
    running: () => [...open.values()],
    async end() {
      isEnded = true;
      const jobs = [...open.values()];
      const stopped = await Promise.allSettled(
        jobs.map(async (job) => {
          await job.stop();
          open.delete(job.id);
        }),
      );
      // What is left in a storage is in nobody's way: what is over does not fail for it.
      await engine.release?.().catch(() => {});
      return stopped.filter(({ status }) => status === "fulfilled").length;
    },
  };
}
