/** @file What batches are here: many requests handed over as one file, to a provider that answers within a day at half the price, or to a job. */

import type { HttpResponse } from "../http/http.js";

/** A batch before it has an id. */
export interface BatchInput {
  /** The file with its requests, one a line. */
  readonly path: string;
  /** A folder for what the service keeps of it on this machine. It need not exist, and goes with the batch. */
  readonly folder: string;
  readonly requests: number;
  /** Random, and sent along where the service keeps it: by it a batch is found whose id never arrived. */
  readonly tag: string;
  /** ISO time before which it was not handed over. */
  readonly createdAt: string;
  /** Besides those of every request. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How far a batch is. */
export interface BatchState {
  /** Nothing more will come. */
  readonly isOver: boolean;
  readonly done: number;
  readonly total: number;
  /** Why it was not answered as a whole. `crowded`: the service takes a smaller one, or this one when others are over. */
  readonly failure?: { readonly kind: "refused" | "crowded" | "cancelled"; readonly message: string };
}

/** One answer of a batch. */
export interface BatchAnswer {
  /** Of the request. */
  readonly key: string;
  /** As the service would have sent it to a request of its own. A text says why there is none. */
  readonly answer: HttpResponse | string;
}

/** Batches of a provider, or of jobs. Every call throws what the transport throws (`ServiceError`), a `UserError`, or the signal's reason. */
export interface BatchService {
  /** The most requests, and the most bytes, of one batch. */
  readonly mostRequests: number;
  readonly mostBytes: number;
  /** A request as a line of the file, without the line's end. `body` is JSON. */
  line(key: string, body: string): string;
  /** What becomes of a batch that is handed over, as the end of a sentence. @default answers come within 24 hours */
  readonly promise?: string;
  /** Hands a batch over; its id. */
  submit(batch: BatchInput, signal: AbortSignal): Promise<string>;
  /** The id of a batch that may have been handed over; `null` where it was not. */
  find(batch: BatchInput, signal: AbortSignal): Promise<string | null>;
  /** How far it is; may take as long as the batch does. */
  state(id: string, signal: AbortSignal, batch: BatchInput): Promise<BatchState>;
  /** What has been answered, in any order; on the last try also where the end is cut off. */
  answers(id: string, signal: AbortSignal, isLastTry: boolean, batch: BatchInput): AsyncIterable<BatchAnswer>;
}

/** Within what time OpenAI and Anthropic promise the answers of a batch. */
export const batchSeconds = 24 * 3600;
