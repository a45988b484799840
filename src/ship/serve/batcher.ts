/**
 * @file Dynamic batching: texts of requests that wait at the same time are predicted in one pass. Nobody is waited for: a pass takes what is there when
 * the one before ends, so that batches grow with the load by themselves.
 */
import { setImmediate } from "node:timers/promises";
import type { Prediction } from "../../types/prediction.js";
import { clientGone } from "./refusal.js";

/** Predicts texts, in the order given. */
export type Classify = (texts: readonly string[], signal: AbortSignal) => Promise<readonly Prediction[]>;

/** How passes are made. */
export interface BatcherOptions {
  /** Texts of a pass. */
  readonly mostTexts: number;
  /** Characters of a pass, of which one text may have more: a pass is what others wait for. */
  readonly mostCharacters: number;
  /** Milliseconds to wait for further texts when a pass could begin. @default 0 */
  readonly windowMs?: number;
  /** Told of each pass. */
  readonly onPass?: (texts: number, seconds: number) => void;
}

/** Texts on their way to answers. */
export interface Batcher {
  /** Texts that no pass has taken yet. */
  readonly waitingTexts: number;
  /** Texts answered a second, lately; `null` before the first pass. */
  readonly textsPerSecond: number | null;
  /** Predicts the texts of one request. Rejects with the signal's reason once it is aborted: what waits is then not computed. */
  classify(texts: readonly string[], signal: AbortSignal): Promise<readonly Prediction[]>;
}

/** A request in the queue. */
interface Job {
  readonly texts: readonly string[];
  readonly found: Prediction[];
  readonly signal: AbortSignal;
  /** The first text that no pass has taken. */
  next: number;
  isSettled: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** Texts `from` to `to` of a job. */
interface Part {
  readonly job: Job;
  readonly from: number;
  readonly to: number;
}

/** The share of the newest pass in the rate. */
const newestShare = 0.2;

/** One pass at a time, with texts of all that wait. */
export function createBatcher(classify: Classify, options: BatcherOptions): Batcher {
  const { windowMs = 0, onPass } = options;
  let queue: Job[] = [];
  let waitingTexts = 0;
  let rate: number | null = null;
  let isRunning = false;

  const drop = (job: Job, error: unknown): void => {
    if (job.isSettled) return;
    job.isSettled = true;
    waitingTexts -= job.texts.length - job.next;
    queue = queue.filter((other) => other !== job);
    job.reject(error);
  };

  const takePass = (): Part[] => {
    const parts = partsOf(queue, options);
    for (const { job, from, to } of parts) {
      job.next = to;
      waitingTexts -= to - from;
    }
    // Those that are not done go behind those that got nothing.
    const served = new Set(parts.map(({ job }) => job));
    const isLeft = (job: Job): boolean => job.next < job.texts.length;
    queue = [...queue.filter((job) => !served.has(job)), ...queue.filter((job) => served.has(job) && isLeft(job))];
    return parts;
  };

  const runPass = async (parts: readonly Part[]): Promise<void> => {
    const texts = parts.flatMap(({ job, from, to }) => job.texts.slice(from, to));
    // One client that leaves must not end the pass of the others.
    const signal = parts.length === 1 ? parts[0]!.job.signal : never;
    try {
      const startedAt = performance.now();
      const found = await classify(texts, signal);
      const seconds = (performance.now() - startedAt) / 1000;
      onPass?.(texts.length, seconds);
      const now = texts.length / Math.max(seconds, 1e-6);
      rate = rate === null ? now : rate + newestShare * (now - rate);
      let at = 0;
      for (const { job, from, to } of parts) {
        for (let i = from; i < to; i++) job.found[i] = found[at++]!;
        if (to === job.texts.length && !job.isSettled) {
          job.isSettled = true;
          job.resolve();
        }
      }
    } catch (error) {
      if (parts.length === 1) drop(parts[0]!.job, error);
      // Whatever one text did must not fall on the requests that happened to be beside it.
      else for (const part of parts) await runPass([part]);
    }
  };

  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      while (queue.length > 0) {
        if (windowMs > 0) await new Promise((resolve) => setTimeout(resolve, windowMs));
        // What has arrived by now is read in this turn of the loop, and goes into the pass too.
        else await setImmediate();
        const parts = takePass();
        if (parts.length > 0) await runPass(parts);
      }
    } finally {
      isRunning = false;
    }
  };

  return {
    get waitingTexts() {
      return waitingTexts;
    },
    get textsPerSecond() {
      return rate;
    },
    classify: (texts, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason ?? clientGone());
        if (texts.length === 0) return resolve([]);
        const found = new Array<Prediction>(texts.length);
        const onAbort = (): void => drop(job, signal.reason);
        const job: Job = {
          texts,
          found,
          signal,
          next: 0,
          isSettled: false,
          resolve() {
            signal.removeEventListener("abort", onAbort);
            resolve(found);
          },
          reject(error) {
            signal.removeEventListener("abort", onAbort);
            reject(error);
          },
        };
        signal.addEventListener("abort", onAbort);
        queue.push(job);
        waitingTexts += texts.length;
        void run();
      }),
  };
}

const never = new AbortController().signal;

/**
 * What the next pass takes: of each job a share, so that a request of ten thousand texts does not keep the others waiting, then more of those in front
 * while there is room. Each part is of another job.
 */
function partsOf(queue: readonly Job[], { mostTexts, mostCharacters }: BatcherOptions): Part[] {
  const share = Math.max(1, Math.floor(mostTexts / queue.length));
  const ends = new Map<Job, number>();
  let [texts, characters] = [0, 0];
  const take = (job: Job, most: number): void => {
    let end = ends.get(job) ?? job.next;
    for (let taken = 0; taken < most && end < job.texts.length && texts < mostTexts; taken++, end++, texts++) {
      const length = job.texts[end]!.length;
      if (texts > 0 && characters + length > mostCharacters) break;
      characters += length;
    }
    ends.set(job, end);
  };
  for (const job of queue) take(job, share);
  for (const job of queue) take(job, mostTexts);
  return [...ends].flatMap(([job, to]) => (to > job.next ? [{ job, from: job.next, to }] : []));
}

/** Each request by itself and at once: whoever answers has a queue and a pace of its own, as the client of a service has. */
export function createDirect(classify: Classify, { onPass }: Pick<BatcherOptions, "onPass">): Batcher {
  let rate: number | null = null;
  return {
    waitingTexts: 0,
    get textsPerSecond() {
      return rate;
    },
    async classify(texts, signal) {
      const startedAt = performance.now();
      const found = await classify(texts, signal);
      const seconds = (performance.now() - startedAt) / 1000;
      onPass?.(texts.length, seconds);
      rate = texts.length / Math.max(seconds, 1e-6);
      return found;
    },
  };
}
