/** @file What a job says while it runs: one JSON object a line. Other programs write to the same log, so what is none of ours is text. */
import { z } from "zod";

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const words = z.string().max(2000);

/** What can be said, one row an event. Fields that are not named here are passed over: a newer script may say more. */
const events = {
  /** It runs, and on what. */
  start: z.object({ device: words, versions: z.record(z.string(), words) }),
  /** It went on from a checkpoint. */
  resumed: z.object({ step: count }),
  /** Updates of the weights, about one a second. `loss` and `gradientNorm` of this update; `rows` and `tokens` since the beginning. */
  step: z
    .object({
      step: count,
      steps: count,
      loss: z.number(),
      learning_rate: amount,
      grad_norm: amount.optional(),
      rows: count.optional(),
      tokens: count.optional(),
      seconds: amount,
      rows_per_second: amount,
    })
    .transform(({ learning_rate, grad_norm, rows_per_second, ...rest }) => ({
      ...rest,
      learningRate: learning_rate,
      gradientNorm: grad_norm,
      rowsPerSecond: rows_per_second,
    })),
  /** The loss on rows that are not learned. */
  evaluation: z.object({ step: count, loss: z.number() }),
  /** What was reached until this step outlives the machine. */
  checkpoint: z.object({ step: count }),
  /** Rows are being answered. */
  predicting: z.object({ rows: count }),
  /** Rows of `rows` that are labelled. */
  labelled: z.object({ done: count, rows: count, rows_per_second: amount }),
  /** Requests of `requests` that a language model has answered. */
  answered: z.object({ done: count, requests: count }),
  heartbeat: z.object({}),
  /** It was told to end, and did so after a checkpoint. */
  stopped: z.object({}),
  done: z.object({ seconds: amount }),
  failed: z.object({ error: words, hint: words }),
} as const;

type Events = typeof events;

/** Something that a job says of itself. */
export type JobEvent = { readonly [Kind in keyof Events]: { readonly kind: Kind } & z.infer<Events[Kind]> }[keyof Events];

/** A line of a job's log. */
export type JobLine = JobEvent | { readonly kind: "text"; readonly text: string };

/** Longer lines are no events, whatever they hold. */
const longestEvent = 10_000;

/** Reads a line of a job's log. What is no event is text: nothing that is written there can be wrong. */
export function jobLine(line: string): JobLine {
  const text = line.trimEnd();
  if (!text.startsWith("{") || text.length > longestEvent) return { kind: "text", text };
  const found = parsed(text);
  const kind = z.object({ event: z.string() }).safeParse(found).data?.event;
  if (kind === undefined || !Object.hasOwn(events, kind)) return { kind: "text", text };
  const read = events[kind as keyof Events].safeParse(found);
  return read.success ? ({ ...read.data, kind } as JobEvent) : { kind: "text", text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An event after which a job says nothing more. */
export type LastEvent = Extract<JobEvent, { readonly kind: "done" | "failed" | "stopped" }>;

/** Whether it is such an event. */
export function isLastEvent(line: JobLine): line is LastEvent {
  return line.kind === "done" || line.kind === "failed" || line.kind === "stopped";
}
