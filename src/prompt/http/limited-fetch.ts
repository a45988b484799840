/** @file `fetch` for what services answer. */

import { followWithinOrigin } from "../../lib/http/redirects.js";

/** Larger responses are no answers, and must not fill memory. */
const mostBytes = 8 * 1024 * 1024;

/** `fetch` that stays within the origin of `input`: a redirect to another one is the response. */
export const fetchWithinOrigin: typeof fetch = (input, init) => {
  const request = input instanceof Request ? input : null;
  const url = new URL(request?.url ?? String(input));
  return followWithinOrigin(
    { method: init?.method ?? request?.method ?? "GET", url },
    // By itself `fetch` would follow, with every header but `authorization`: also with `x-api-key`.
    (at) => fetch(request === null ? at : new Request(at, request.clone()), { ...init, redirect: "manual" }),
    ({ status, headers }) => ({ status, location: headers.get("location") }),
  );
};

/** `fetchWithinOrigin` whose responses end with an error once they are longer than 8 MiB. */
export const limitedFetch: typeof fetch = async (input, init) => {
  const response = await fetchWithinOrigin(input, init);
  if (response.body === null) return response;
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  // HTTP holds the sender to a length that it announced; only what is packed grows.
  if (announced <= mostBytes && !response.headers.has("content-encoding")) return response;
  let bytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > mostBytes) controller.error(new TypeError("the response is longer than 8 MiB"));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { status: response.status, statusText: response.statusText, headers: response.headers });
};
