/** Larger responses are no answers, and must not fill memory. */
const mostBytes = 8 * 1024 * 1024;

/** `fetch` whose responses end with an error once they are longer than 8 MiB. */
export const limitedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
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
