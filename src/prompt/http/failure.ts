/** @file What a failed request means: from status, headers and message to an `LlmError`. */

import { isRedirect, locationUrl } from "../../lib/http/redirects.js";
import { messageWithoutSecrets } from "../../lib/http/without-secrets.js";
import { at } from "../../lib/json-value.js";
import { retryAfterIn } from "../../lib/text/retry-after.js";
import type { RequestsLeft } from "../client/told-bucket.js";
import { LlmError, type LlmErrorKind, type ModelCard, type RequestPart } from "../llm.js";
import { isFiltered } from "../providers/content-filter.js";
import { isOutOfCredit } from "../providers/credit.js";
import { isAboutModel, refusedParts } from "../providers/refused-parts.js";
import { isWebPage, pageInWords, parsedBody } from "./json-body.js";
import { readUsage } from "./usage.js";

/** What a provider's requests have in common: whom the message names, and what must not be in it. */
export interface Caller {
  readonly card: Pick<ModelCard, "spec" | "provider" | "model" | "baseUrl">;
  /** Never printed, whatever a service echoes. */
  readonly secrets: readonly string[];
  /** The environment variable of the key, for the remedy. */
  readonly keyVariable: string | null;
  /** The environment variable of the address. */
  readonly addressVariable: string;
}

/** What is known of a request that failed, but for its message. */
export interface FailedCall {
  /** Of the response, where there was one. */
  readonly statusCode?: number | undefined;
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined;
  readonly responseBody?: string | undefined;
  /** Whether the request can have left this machine; absent where it is not known. */
  readonly wasSent?: boolean | undefined;
}

/** A request that failed, as the transport saw it: no connection, a status above 299, or a response that is no answer. */
export class ServiceError extends Error implements FailedCall {
  override readonly name = "ServiceError";
  readonly statusCode: number | undefined;
  readonly responseHeaders: FailedCall["responseHeaders"];
  readonly responseBody: string | undefined;
  readonly wasSent: boolean | undefined;

  constructor(
    message: string,
    { statusCode, responseHeaders, responseBody, wasSent, cause }: FailedCall & { readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.wasSent = wasSent;
    this.statusCode = statusCode;
    this.responseHeaders = responseHeaders;
    this.responseBody = responseBody;
  }
}

/** Whether an error is ours, or the SDK's; that one is told by its name, since importing the SDK's core for a class takes a fifth of a second. */
export function isCallError(error: unknown): error is Error & FailedCall {
  return error instanceof ServiceError || (error instanceof Error && error.name === "AI_APICallError");
}

/** An error of the libraries below, told apart. Errors that are none of theirs come back as they are. */
export function toLlmError(error: unknown, caller: Caller): unknown {
  if (error instanceof LlmError) return error;
  if (isCallError(error)) return fromCallError(error, caller);
  if (!(error instanceof Error)) return error;
  if (isUnsendable(error)) return unsendable(caller);
  // An answer without choices, or one that is no answer at all, surfaces as an error of the SDK or of its reading code.
  if (error.name.startsWith("AI_") || error instanceof TypeError) {
    return new LlmError(
      "malformed",
      `${caller.card.spec} sent something that is not an answer: ${excerpt(error.message, caller.secrets)}`,
    );
  }
  return error;
}

function fromCallError(error: Error & FailedCall, caller: Caller): LlmError {
  const { spec, baseUrl } = caller.card;
  const status = error.statusCode;
  const said = excerpt(error.message, caller.secrets);
  if (status === undefined && isDistrusted(error)) {
    return new LlmError(
      "certificate",
      `${spec} at ${hostOf(baseUrl)} cannot be trusted: ${said}. Where the server is your own, set NODE_EXTRA_CA_CERTS to the file of its certificate.`,
    );
  }
  if (status === undefined && isUnsendable(error)) return unsendable(caller);
  if (status === undefined) {
    return new LlmError(
      wasSent(error) ? "connection" : "unreachable",
      `${spec} cannot be reached at ${hostOf(baseUrl)}: ${said}.${caller.card.provider === "ollama" ? " Is Ollama running? Start it with: ollama serve" : ""}`,
    );
  }
  if (status < 300) {
    const body = parsedBody(error.responseBody);
    // Some proxies send the service's refusal with a status of their own, some services in a form of their own.
    const refusal = at(body, "error") ?? at(body, "base_resp") ?? (at(body, "choices") === undefined ? body : undefined);
    if (refusal !== undefined && isOutOfCredit(Number(at(refusal, "code")), JSON.stringify(refusal)))
      return new LlmError("credit", `${spec} answered: ${followedBy(said, remedy("credit", caller))}`);
    if (isFiltered(status, `${error.message} ${JSON.stringify(refusal ?? null)}`))
      return new LlmError("filtered", `${spec} answered: ${said}`);
    const isCut =
      /terminated|aborted|socket|ECONNRESET|Failed to process successful response/i.test(error.message) || causedBySocket(error);
    if (isWebPage(error.responseBody)) {
      return new LlmError(
        "page",
        `${spec} at ${hostOf(baseUrl)} sent ${excerpt(error.responseBody ?? "", caller.secrets)} in place of an answer. Log in to the network, or check the proxy and the address in ${caller.addressVariable}.`,
      );
    }
    return new LlmError(
      isCut ? "connection" : "malformed",
      `${spec} sent something that is not an answer: ${said}`,
      null,
      readUsage(at(body, "usage")),
    );
  }
  if (isRedirect(status)) return redirected(status, error.responseHeaders?.["location"], caller);
  const words = `${error.message} ${error.responseBody?.slice(0, 2000) ?? ""}`;
  const parts = isMisgenerated(words) ? null : refusedParts(status, error.message, error.responseBody);
  const kind = kindOf(status, words, parts);
  return new LlmError(
    kind,
    `${spec} answered ${status}: ${followedBy(said, remedy(kind, caller))}`,
    retryAfterSeconds(error.responseHeaders) ?? (limitPauseSeconds(error.responseHeaders) || saidSeconds(words)),
    null,
    kind === "unsupported" || kind === "request" ? parts : null,
  );
}

/** Whether a service complains of what its model wrote, not of what was asked. */
function isMisgenerated(said: string): boolean {
  return /json_validate_failed|failed_generation|failed to (generate|validate) (a )?(valid )?json/i.test(said);
}

/** What can't be sent as it is: the key is the only part of a header that is not ours. */
function unsendable({ card: { spec }, keyVariable }: Caller): LlmError {
  const what = keyVariable === null ? "A header" : keyVariable;
  return new LlmError(
    "key",
    `${spec} was not asked: ${what} holds a character that no header may have, such as a line feed at its end. Set it without.`,
  );
}

/** Only the origin is named: paths and queries of redirects carry tokens. */
function redirected(status: number, location: string | undefined, { card, addressVariable }: Caller): LlmError {
  const asked = new URL(card.baseUrl);
  const target = locationUrl(location, asked);
  const [where, remedy] =
    target === null
      ? ["without saying where to", `Check the address in ${addressVariable}`]
      : target.origin === asked.origin
        ? ["to another path there, again and again or for a GET", `Set ${addressVariable} to the address that answers`]
        : [
            `to ${target.origin === "null" ? target.protocol : target.origin}`,
            `If that is the right address, set ${addressVariable} to it`,
          ];
  return new LlmError(
    "redirect",
    `${card.spec} at ${asked.origin} answered ${status}: it redirects ${where}. Your key and your texts are sent to no address but the one you chose. ${remedy}.`,
  );
}

function kindOf(status: number, said: string, parts: readonly RequestPart[] | null): LlmErrorKind {
  if (isOutOfCredit(status, said)) return "credit";
  if (isFiltered(status, said)) return "filtered";
  // OpenAI answers 403 where a model may not be asked for log-probabilities, which says nothing of the key.
  if (parts !== null && parts.length > 0) return "unsupported";
  // Google answers 400 to a key that it does not know.
  if (status === 401 || status === 403 || /api key not valid|API_KEY_INVALID/i.test(said)) return "key";
  if (status === 410 || isAboutModel(status, said)) return "model";
  // Now and then a model writes what is not the JSON that it was asked for, and its service sends that as an error.
  if (status < 500 && isMisgenerated(said)) return "malformed";
  if (status === 429) return "limit";
  if (status === 503 || status === 529) return "overload";
  if (status === 408) return "timeout";
  if (status === 409 || status >= 500) return "server";
  return "request";
}

/** What a service said, as a sentence of its own where another one follows. */
function followedBy(said: string, next: string): string {
  return next === "" || /[.!?]$/.test(said) ? said + next : `${said}.${next}`;
}

function remedy(kind: LlmErrorKind, { keyVariable, card }: Caller): string {
  if (kind === "key")
    return keyVariable === null ? "" : ` Check ${keyVariable}. Every answer so far is stored: run again to continue.`;
  if (kind === "credit") return " Every answer so far is stored: add credit and run again to continue.";
  if (kind === "model")
    return card.provider === "ollama"
      ? ` Get it with: ollama pull ${card.model}`
      : ` Check the model's name and the address ${hostOf(card.baseUrl)}.`;
  return "";
}

/** Seconds to wait by `retry-after-ms` or `retry-after` (seconds or an HTTP date); `null` where neither is there. */
export function retryAfterSeconds(
  headers: Readonly<Record<string, string>> | undefined,
  now: number = Date.now(),
): number | null {
  const milliseconds = Number.parseFloat(headers?.["retry-after-ms"] ?? "");
  if (milliseconds >= 0) return milliseconds / 1000;
  return retryAfterIn(headers?.["retry-after"], now);
}

/** Seconds to wait by the words of a refusal: "try again in 7m12s", "Please retry in 20.04s", "after 6 seconds"; `null` where they do not say. */
export function saidSeconds(said: string): number | null {
  const span =
    /(?:retry|try again)\s+(?:in|after)\s+((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|h(?:ours?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\s*)+)/i.exec(
      said,
    )?.[1];
  if (span === undefined) return null;
  const short = span
    .toLowerCase()
    .replace(/milliseconds?/g, "ms")
    .replace(/(h|m|s)(ours?|in(ute)?s?|ec(ond)?s?)\b/g, "$1");
  return durationSeconds(short.replace(/\s/g, ""), 0);
}

const limited = ["requests", "tokens", "input-tokens", "output-tokens"];

/** Names of the headers that tell of a limit: of OpenAI and its likes, and of Anthropic. Made once: they are looked for in every answer. */
const limitHeaders = limited.flatMap((what) =>
  [(field: string) => `x-ratelimit-${field}-${what}`, (field: string) => `anthropic-ratelimit-${what}-${field}`].map(
    (nameOf) => ({
      what,
      limit: nameOf("limit"),
      remaining: nameOf("remaining"),
      reset: nameOf("reset"),
    }),
  ),
);

/**
 * Seconds until the service takes another request, by the `x-ratelimit-remaining-…` and `-reset-…` headers of OpenAI and its
 * likes (`1s`, `6m0s`, `120ms`) and of Anthropic (an ISO date); 0 where something remains. Of these limits only, where they are named.
 */
export function limitPauseSeconds(
  headers: Readonly<Record<string, string>> | undefined,
  now: number = Date.now(),
  whats: readonly string[] = limited,
): number {
  if (headers === undefined) return 0;
  let pause = 0;
  for (const { what, remaining, reset } of limitHeaders) {
    if (headers[remaining]?.trim() === "0" && whats.includes(what))
      pause = Math.max(pause, durationSeconds(headers[reset] ?? "", now));
  }
  return pause;
}

/** A request that comes back only after so many seconds belongs to no limit that a pace could be made of. */
const slowestRefillSeconds = 60;

/**
 * What to wait after an answer, and what is left of the limit on requests. Where a service tells all of that limit there is no waiting until
 * it is whole again, as the one request that is missing comes back much sooner.
 */
export function limitsTold(
  headers: Readonly<Record<string, string>> | undefined,
  now: number = Date.now(),
): { readonly pauseSeconds: number; readonly requestsLeft: RequestsLeft | null } {
  const told = requestsLeft(headers, now);
  const left = told !== null && told.resetSeconds <= slowestRefillSeconds * told.limit ? told : null;
  return { pauseSeconds: limitPauseSeconds(headers, now, left === null ? limited : limited.slice(1)), requestsLeft: left };
}

/** What the same headers say is left of the limit on requests; `null` where one of the three is missing. */
export function requestsLeft(
  headers: Readonly<Record<string, string>> | undefined,
  now: number = Date.now(),
): RequestsLeft | null {
  if (headers === undefined) return null;
  for (const names of limitHeaders) {
    const reset = headers[names.reset];
    if (names.what !== "requests" || reset === undefined) continue;
    const [remaining, limit] = [numberOf(headers[names.remaining]), numberOf(headers[names.limit])];
    if (remaining === null || limit === null) continue;
    return { remaining, limit, resetSeconds: durationSeconds(reset, now) };
  }
  return null;
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : null;
}

function durationSeconds(text: string, now: number): number {
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, (date - now) / 1000);
  const unit: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * unit[name!]!, 0);
}

/** A service's own words, short, on one line, and without anything that could be a key. Of a web page its title. */
export function excerpt(text: string, secrets: readonly string[]): string {
  const hidden = messageWithoutSecrets(text, secrets);
  const masked = hidden.replace(/\b(?:sk|pk|key|AIza)[-_A-Za-z0-9]{12,}/g, "[key]").replace(/\bBearer\s+\S+/gi, "Bearer [key]");
  const line = pageInWords(masked).replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** What an error came of, down to its root. */
function causesOf(error: Error): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) causes.push(cause);
  return causes;
}

const saysOf = (error: Error): string => `${error.message} ${"code" in error ? String(error.code) : ""}`;

function causedBySocket(error: Error): boolean {
  return causesOf(error).some((cause) => /terminated|socket|ECONNRESET|other side closed/i.test(saysOf(cause)));
}

/** Codes of a connection that did not come about. */
const unconnected =
  /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EPROTO|ERR_(SSL|TLS)_\w+|UND_ERR_CONNECT_TIMEOUT)\b|before secure TLS connection/;

/** False where the request cannot have left this machine. Only then it can't have been billed. */
function wasSent(error: Error & FailedCall): boolean {
  if (error.wasSent !== undefined) return error.wasSent;
  return ![error, ...causesOf(error)].some((cause) => unconnected.test(saysOf(cause)) || at(cause, "syscall") === "connect");
}

/** Whether there was no request at all, because of a character that may not stand in one. */
function isUnsendable(error: Error): boolean {
  return [error, ...causesOf(error)].some((cause) =>
    /ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|invalid header value|Invalid character in header/i.test(saysOf(cause)),
  );
}

/** Codes of OpenSSL and Node for a certificate that is not to be trusted. */
const distrusted =
  /SELF_SIGNED_CERT|DEPTH_ZERO|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER_CERT|CERT_(HAS_EXPIRED|NOT_YET_VALID|UNTRUSTED|REVOKED|SIGNATURE_FAILURE)|ALTNAME_INVALID/;

function isDistrusted(error: Error): boolean {
  return [error, ...causesOf(error)].some((cause) => distrusted.test(saysOf(cause)));
}

function hostOf(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    // Of what is no server's.
    if (origin === "null") return "its address";
    return `${origin}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "its address";
  }
}
