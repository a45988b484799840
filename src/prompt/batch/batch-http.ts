/** @file The few requests that a batch takes: its file up, questions about its state, its answers down. */

import { at, textAt } from "../../lib/json-value.js";
import { ServiceError } from "../http/failure.js";
import { type HttpRequest, send } from "../http/http.js";
import { fetchWithinOrigin } from "../http/limited-fetch.js";
import { asked } from "../providers/openai-chat.js";

type Headers = Readonly<Record<string, string>>;

/** Characters of what is no answer. Shown are fewer, once keys are hidden: one that is cut off here would not be known. */
const mostSaid = 5000;

/** Longer lines are no answers, and must not fill memory. */
const mostLineBytes = 8 * 1024 * 1024;

/** The JSON that came back. Throws `ServiceError`. */
export async function callJson(request: HttpRequest): Promise<unknown> {
  const { status, headers, body } = await asked(send(request));
  return jsonOf(body, status, headers);
}

/** A page of a proxy, say, is no JSON. Throws `ServiceError`. */
function jsonOf(body: string, status: number, headers: Headers): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ServiceError(`not JSON: ${body.slice(0, mostSaid)}`, {
      statusCode: status,
      responseHeaders: headers,
      responseBody: body,
    });
  }
}

/** Sends a form with a file, which is streamed from disk; the JSON that came back. Throws `ServiceError`. */
export async function postForm(url: URL, headers: Headers, form: FormData, signal: AbortSignal): Promise<unknown> {
  const response = await fetched(url, { method: "POST", headers, body: form, signal });
  const body = await response.text().catch((error: unknown) => {
    throw brokenOff(error, signal);
  });
  return jsonOf(body, response.status, Object.fromEntries(response.headers));
}

/**
 * Lines of JSON as they arrive, each parsed; those that are empty or broken are passed over, so that one of them does not hold up all others. Throws
 * `ServiceError` where none is whole, and, unless it is the last try, where the end is cut off.
 */
export async function* jsonLines(url: URL, headers: Headers, signal: AbortSignal, isLastTry = false): AsyncGenerator<unknown> {
  const { body } = await fetched(url, { headers, signal });
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = "";
  let isTooLong = false;
  let [whole, broken] = [0, ""];
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const parsed = isTooLong || line.trim() === "" ? undefined : parsedLine(line);
        if (parsed !== undefined) yield parsed;
        if (parsed !== undefined) whole++;
        else broken ||= line;
        isTooLong = false;
      }
      if (rest.length <= mostLineBytes) continue;
      [rest, isTooLong] = ["", true];
    }
  } catch (error) {
    throw brokenOff(error, signal);
  }
  const last = rest.trim() === "" ? undefined : parsedLine(rest);
  if (last !== undefined) yield last;
  else if (rest.trim() !== "" && !isLastTry) throw new ServiceError(`cut off: ${rest.slice(0, mostSaid)}`, {});
  // A page of a proxy, say: none of it says anything of any request.
  if (whole === 0 && last === undefined && broken.trim() !== "")
    throw new ServiceError(`not JSON: ${broken.slice(0, mostSaid)}`, { statusCode: 200 });
}

/** `undefined` where it is broken. */
function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** The id of what was made. Throws `ServiceError` where there is none. */
export function idOf(value: unknown): string {
  const id = textAt(value, "id");
  if (id === null) throw new ServiceError(`without an id: ${JSON.stringify(value)?.slice(0, mostSaid)}`, { statusCode: 200 });
  return id;
}

async function fetched(url: URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  const response = await fetchWithinOrigin(url, init).catch((error: unknown) => {
    throw brokenOff(error, init.signal);
  });
  if (response.ok) return response;
  const headers = Object.fromEntries(response.headers);
  const body = await response.text().catch(() => "");
  // Throws: what a failed response says is read in one place.
  await asked(Promise.resolve({ status: response.status, headers, body: body.slice(0, 100_000) }));
  return response;
}

function brokenOff(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (!(error instanceof Error) || error instanceof ServiceError) return error;
  const cause = at(error, "cause");
  return new ServiceError(cause instanceof Error && cause.message !== "" ? cause.message : error.message, { cause: error });
}
