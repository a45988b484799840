/** @file What the ways to ask a provider send through, where requests go into batches: the network's place is taken by the queue. */

import type { HttpRequest, HttpResponse } from "../http/http.js";
import type { BatchQueue } from "./batch-queue.js";

/** Carries the request's key (`requestKey`) from who asks to the queue. Never sent. */
export const keyHeader = "x-crossover-request";

/** With an answer: the seconds of a machine that it took, where the batch was worked through by one of the user's own. */
export const secondsHeader = "x-crossover-seconds";

/** Headers that change what a service accepts, and have to go with the batch. */
const sentHeaders = ["anthropic-beta"];

/** In place of `send`. */
export function batchSend(queue: BatchQueue): (request: HttpRequest) => Promise<HttpResponse> {
  return ({ headers, body, signal }) => queue.ask({ key: headers[keyHeader]!, body: body ?? "{}", headers: {}, signal });
}

/** In place of `fetch`. */
export function batchFetch(queue: BatchQueue): typeof fetch {
  return async (_, init) => {
    const given = new Headers(init?.headers);
    const headers = Object.fromEntries(
      sentHeaders.flatMap((name) => {
        const value = given.get(name);
        return value === null ? [] : [[name, value]];
      }),
    );
    const signal = init?.signal ?? new AbortController().signal;
    const answer = await queue.ask({ key: given.get(keyHeader)!, body: String(init?.body ?? "{}"), headers, signal });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}
