/** @file What both programs are asked to do, and the process in which one of them does it: one line of JSON in, one out. */
import { createInterface } from "node:readline";

/** Token ids. */
export type Ids = readonly number[];

/** A piece of work; both get the same token ids. */
export type Job =
  /** What follows a text of which nothing is known: one pass over it, and the probabilities after its last token. */
  | { readonly kind: "prompt"; readonly ids: Ids }
  /** The likeliest tokens after a text that was computed before. */
  | { readonly kind: "generate"; readonly ids: Ids; readonly most: number }
  /** How likely each label is after `shared`, which was computed before, and a row's own tokens. */
  | { readonly kind: "score"; readonly shared: Ids; readonly rows: readonly Ids[]; readonly labels: readonly Ids[] };

/** What came of it. */
export interface Done {
  readonly seconds: number;
  /** Largest resident memory of the process until now. */
  readonly peakBytes: number;
  /** Natural log-probabilities of the labels, row by row; of the last token alone; or the tokens that were generated. */
  readonly numbers: readonly (readonly number[])[];
}

/** Does one kind of job after another. */
export interface Contestant {
  /** Makes ready what the job takes as known: not timed. */
  prepare(job: Job): Promise<void>;
  run(job: Job): Promise<Done["numbers"]>;
}

/** Says `ready`, then the seconds since the process began, and answers jobs until stdin ends. */
export async function serve(contestant: Contestant): Promise<void> {
  const loaded = performance.now() / 1000;
  process.stdout.write("ready\n");
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = (done: Done): boolean => process.stdout.write(`${JSON.stringify(done)}\n`);
    const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;
    if (line === "load") {
      answer({ seconds: loaded, peakBytes: peakBytes(), numbers: [] });
      continue;
    }
    const job = JSON.parse(line) as Job;
    await contestant.prepare(job);
    const start = performance.now();
    const numbers = await contestant.run(job);
    answer({ seconds: (performance.now() - start) / 1000, numbers, peakBytes: peakBytes() });
  }
}
