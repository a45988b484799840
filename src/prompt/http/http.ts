/**
 * @file HTTP for thousands of requests: Node's own client, without the streams of `fetch` around it, which take several times the CPU time of the
 * request itself (decisions/0012). Connections are kept and are as many as there are open requests.
 */

import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { messageOf } from "../../lib/errors.js";
import { followWithinOrigin } from "../../lib/http/redirects.js";
import { whenAborted } from "../../lib/when-aborted.js";

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
  /** False where there was no connection that the request could have gone out on. */
  readonly wasSent: boolean;

  constructor(message: string, status: number | undefined, wasSent: boolean, cause: unknown) {
    super(message, { cause });
    this.status = status;
    this.wasSent = wasSent;
  }
}

const kept = { keepAlive: true, maxFreeSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" } as const;
const clients = { "http:": http, "https:": https } as const;
const agents = { "http:": new http.Agent(kept), "https:": new https.Agent(kept) } as const;

/**
 * One request; redirects within its origin are followed. The caller's signal is the only clock: a model may think for minutes before the first
 * byte. Throws `HttpError`, or the signal's reason.
 */
export function send(request: HttpRequest): Promise<HttpResponse> {
  return followWithinOrigin(
    request,
    (url) => sendOnce({ ...request, url }),
    ({ status, headers }) => ({ status, location: headers["location"] ?? null }),
  );
}

function sendOnce(sent: HttpRequest): Promise<HttpResponse> {
  const { method, url, body, signal } = sent;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const protocol = url.protocol === "https:" ? "https:" : "http:";
    let status: number | undefined;
    let wasSent = false;
    const fail = (error: Error): void => {
      forget();
      reject(signal.aborted ? signal.reason : new HttpError(error.message || codeOf(error), status, wasSent, error));
    };
    const abort = (): void => {
      request.destroy();
      fail(new Error("aborted"));
    };
    const read = (response: IncomingMessage): void => {
      status = response.statusCode!;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > mostBytes) request.destroy(new Error("the response is longer than 8 MiB"));
      });
      response.on("end", () => {
        forget();
        const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        const body = unpacked(whole, response.headers["content-encoding"]).toString("utf8");
        resolve({ status: status!, headers: joinedHeaders(response.headers), body });
      });
      // Also where the connection ends before the response does.
      response.on("error", fail);
    };
    const { hostname, port, pathname, search } = url;
    const where = { hostname: hostname.replace(/^\[|\]$/g, ""), port, path: pathname + search };
    const options = { ...where, method, headers: headerLines(sent), agent: agents[protocol] };
    let request: http.ClientRequest;
    try {
      request = clients[protocol].request(options, read);
    } catch (error) {
      // A character that may not stand in a header or a path.
      return reject(new HttpError(messageOf(error), undefined, false, error));
    }
    request.on("error", fail);
    request.on("socket", (socket) => {
      if (request.reusedSocket) wasSent = true;
      else socket.once(protocol === "https:" ? "secureConnect" : "connect", () => (wasSent = true));
    });
    const forget = whenAborted(signal, abort);
    request.end(body);
  });
}

const unpackers = { gzip: gunzipSync, "x-gzip": gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;

/** Nothing packed is asked for, but some proxies pack all the same, and some only say so. What cannot be unpacked is as it came. */
function unpacked(body: Buffer, encoding = "identity"): Buffer {
  const name = encoding.trim().toLowerCase();
  if (!Object.hasOwn(unpackers, name)) return body;
  try {
    return unpackers[name as keyof typeof unpackers](body, { maxOutputLength: mostBytes });
  } catch {
    return body;
  }
}

/** Names and values in turn. Given so, Node writes them as they are, at five sixths of the CPU time, and adds none of its own. */
function headerLines({ method, url: { host }, headers, body }: HttpRequest): string[] {
  const lines = ["host", host, "connection", "keep-alive"];
  for (const name in headers) lines.push(name, headers[name]!);
  // Without a length Node would announce a body in chunks to a POST that has none.
  if (body !== undefined || method === "POST") lines.push("content-length", String(Buffer.byteLength(body ?? "")));
  return lines;
}

function joinedHeaders(headers: IncomingMessage["headers"]): Record<string, string> {
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
