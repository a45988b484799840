/**
 * @file HTTP for thousands of requests: undici's dispatcher without the streams of `fetch` around it, which take several times the CPU time of
 * the request itself (decisions/0009). Connections are kept and are as many as there are open requests.
 */

import { Agent, type Dispatcher } from "undici";

/** Larger responses are no answers, and must not fill memory. */
const mostBytes = 8 * 1024 * 1024;

/** A response that came to its end, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The service could not be reached, or broke off. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  /** Of the response, where its head had arrived. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, cause: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

// The caller's signal is the only clock: a model may think for minutes before the first byte.
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, connect: { timeout: 30_000 } });

/** One request. Throws `HttpError`, or the signal's reason. */
export function send({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let controller: Dispatcher.DispatchController | undefined;
    let status: number | undefined;
    let responseHeaders: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    const abort = (): void => {
      controller?.abort(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(signal.reason);
      },
      onResponseStart(_, code, received) {
        status = code;
        responseHeaders = joinedHeaders(received);
      },
      onResponseData(started, chunk) {
        bytes += chunk.length;
        if (bytes > mostBytes) started.abort(new Error("the response is longer than 8 MiB"));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener("abort", abort);
        const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve({ status: status!, headers: responseHeaders, body: whole.toString("utf8") });
      },
      onResponseError(_, error) {
        signal.removeEventListener("abort", abort);
        reject(signal.aborted ? signal.reason : new HttpError(error.message || codeOf(error), status, error));
      },
    };
    try {
      agent.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body: body ?? null }, handler);
    } catch (error) {
      signal.removeEventListener("abort", abort);
      reject(error);
    }
  });
}

function joinedHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = typeof value === "string" ? value : value.join(", ");
  }
  return joined;
}

/** Several failed addresses of one host have no message of their own. */
function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "no connection";
}
