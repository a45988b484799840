/**
 * @file Requests to a service that runs jobs. They go to its origin and to no other, since each bears the user's token. Node's own client and not `fetch`,
 * whose `Sec-Fetch-Mode` header makes Ray refuse all but reading (405, "not allowed for browser traffic").
 */
import { createReadStream } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline } from "node:stream/promises";
import { isErrorCode, messageOf, UserError } from "../../lib/errors.js";
import { followWithinOrigin, isRedirect, locationUrl } from "../../lib/http/redirects.js";
import { messageWithoutSecrets } from "../../lib/http/without-secrets.js";
import { formatBytes, formatSeconds } from "../../lib/text/format.js";
import { retryAfterIn } from "../../lib/text/retry-after.js";

/** A service at an address, and how it is talked to. */
export interface Service {
  /** For people: `Ray`. */
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Goes into one header of requests to the address's origin, and nowhere else: not into an error either. */
  readonly token: string | undefined;
  /** What a user does about a token that is missing or refused, as sentences. */
  readonly tokenRemedy: string;
  /** A connection that is silent for so long is taken for broken. */
  readonly silenceSeconds: number;
}

/** One request. */
export interface ServiceRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below the base URL, with a slash before it. */
  readonly path: string;
  /** An object is sent as JSON. */
  readonly body?: Uint8Array | Readonly<Record<string, unknown>>;
  /** A file to send in place of a body, and its size. */
  readonly file?: { readonly path: string; readonly bytes: number };
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, whole. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** By `Retry-After`. */
  readonly retryAfterSeconds: number | null;
}

/** Went wrong in a way that may pass: no connection, one that broke or was silent, a service that says that it fails. */
export class ServiceFault extends Error {
  /** How long the service asks to be left alone. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Answers are about jobs and not files; more than this is none. */
const mostBytes = 64 * 1024 ** 2;

/**
 * Sends a request and reads its answer, whatever its status, but for those that mean the same everywhere.
 *
 * @param most bytes of an answer, at most
 * @throws `ServiceFault` for what may pass, `UserError` for a refused token, a redirect to another origin, an answer that is too long
 */
export async function ask(
  service: Service,
  request: ServiceRequest,
  signal: AbortSignal,
  most: number = mostBytes,
): Promise<ServiceAnswer> {
  const response = await open(service, request, signal);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most)
        throw new AnswerTooLong(`${service.name} at ${service.baseUrl} answers in more than ${formatBytes(most)}.`);
      parts.push(chunk);
    }
  } catch (error) {
    response.destroy();
    throw asFault(service, error, signal);
  }
  return {
    status: response.statusCode!,
    body: Buffer.concat(parts),
    retryAfterSeconds: retryAfterIn(response.headers["retry-after"]),
  };
}

/** An answer that was longer than its reader takes. */
export class AnswerTooLong extends UserError {
  override readonly name = "UserError";
}

/** Sends a request; the answer's body is still to come. Throws as `ask` does. */
export async function open(service: Service, request: ServiceRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { baseUrl, name } = service;
  const url = new URL(`${baseUrl}${request.path}`);
  const response = await followWithinOrigin(
    { method: request.method, url },
    (at) => send(service, request, at, signal),
    ({ statusCode, headers }) => ({ status: statusCode!, location: headers.location ?? null }),
  ).catch((error: unknown) => {
    throw asFault(service, error, signal);
  });
  const status = response.statusCode!;
  if (isRedirect(status)) {
    response.destroy();
    const target = locationUrl(response.headers.location, url);
    throw new UserError(
      `${name} at ${url.origin} redirects to ${target === null ? "nowhere" : target.origin} (HTTP ${status}). Your token and your rows are sent to no ` +
        "address but the one you chose. If that is the right one, name it instead; where it asks you to log in, log in first.",
    );
  }
  if (status === 401 || status === 403) {
    response.destroy();
    throw new UserError(
      service.token === undefined
        ? `${name} at ${url.origin} asks for a token (HTTP ${status}). ${service.tokenRemedy}`
        : `${name} at ${url.origin} does not accept the token (HTTP ${status}). ${service.tokenRemedy}`,
    );
  }
  return response;
}

function send(service: Service, request: ServiceRequest, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const { body, file, method } = request;
  const content = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string | number> = { "user-agent": "crossover", accept: "*/*", ...request.headers };
  if (service.token !== undefined) headers["authorization"] = `Bearer ${service.token}`;
  const length = file?.bytes ?? content?.length;
  if (length !== undefined) headers["content-length"] = length;
  if (content !== undefined && content !== body) headers["content-type"] = "application/json";
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === "https:" ? requestHttps : requestHttp)(url, { method, headers, signal }, resolve);
    sent.on("error", reject);
    sent.setTimeout(service.silenceSeconds * 1000, () =>
      sent.destroy(new ServiceFault(`${service.name} at ${url.origin} was silent for ${formatSeconds(service.silenceSeconds)}`)),
    );
    if (file === undefined) sent.end(content);
    else pipeline(createReadStream(file.path), sent).catch(reject);
  });
}

/** What a connection ended with: as a fault that may pass, or as the user's error. */
function asFault(service: Service, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ServiceFault || error instanceof UserError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const place = `${service.name} at ${service.baseUrl}`;
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return new UserError(
      `${place} has a certificate that is not trusted (${code}). Where the server is your own, set NODE_EXTRA_CA_CERTS to the file of its certificate.`,
    );
  if (isErrorCode(error, "ENOTFOUND"))
    return new UserError(`${place} can't be reached: no machine has that name. Check the address.`);
  return new ServiceFault(`${place} can't be reached (${code || messageOf(error)})`);
}

/**
 * What an answer says, as parsed JSON.
 *
 * @throws `ServiceFault` where it is cut or is no JSON, and for a status that may pass: 408, 425, 429 and from 500 on
 * @throws `UserError` for any other status but a success
 */
export function jsonOf(service: Service, answer: ServiceAnswer): unknown {
  requireSuccess(service, answer);
  try {
    return JSON.parse(answer.body.toString("utf8")) as unknown;
  } catch {
    throw new ServiceFault(`${service.name} at ${service.baseUrl} sent something that is no JSON: "${said(service, answer)}"`);
  }
}

/** Throws as `jsonOf` does, but for what the answer holds. */
export function requireSuccess(service: Service, answer: ServiceAnswer): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const message = `${service.name} at ${service.baseUrl} answered ${status}: ${said(service, answer)}`;
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  throw mayPass ? new ServiceFault(message, answer.retryAfterSeconds) : new UserError(message);
}

/** A service's own words, on one line, the last of them where they are many, and without the token. */
export function said(service: Service, answer: Pick<ServiceAnswer, "body">): string {
  return excerpt(service, answer.body.subarray(-20_000).toString("utf8"));
}

/** The end of a text, on one line and without the token: of a traceback that is its sentence. */
export function excerpt(service: Pick<Service, "token">, text: string, length = 400): string {
  const line = messageWithoutSecrets(text, service.token === undefined ? [] : [service.token])
    .replace(/\s+/g, " ")
    .trim();
  return line.length > length ? `…${line.slice(-length)}` : line;
}
