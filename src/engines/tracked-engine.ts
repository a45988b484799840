/** @file An engine that knows which of its jobs are running, so that a run that is stopped can say and settle what becomes of them. */
import type { Engine, EngineJob } from "./engine.js";

/** An engine with its jobs in sight. */
export interface TrackedEngine extends Engine {
  /** Jobs that were handed over or found again in this process and have not ended, as far as it was told. */
  running(): readonly EngineJob[];
}

/** The engine, whose jobs are followed by the caller as ever. */
export function trackedEngine(engine: Engine): TrackedEngine {
  const open = new Map<string, EngineJob>();
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
    ...(engine.usdPerHour !== undefined && { usdPerHour: (signal) => engine.usdPerHour!(signal) }),
    check: (signal) => engine.check(signal),
    submit: async (job, signal) => tracked(await engine.submit(job, signal)),
    async attach(job, signal) {
      const found = await engine.attach(job, signal);
      return found === null ? null : tracked(found);
    },
    running: () => [...open.values()],
  };
}
