/** @file Requests to the Hub: redirects by hand, so that the token never leaves the Hub; silence taken for a broken connection. */
import { messageOf, UserError } from "../lib/errors.js";
import { formatBytes, formatSeconds } from "../lib/text/format.js";
import { type Refused, refusalOf } from "./refusal.js";
import type { RepoId } from "./repo-id.js";
import { HubUnreachable, retried, retryAfter, TransientFault } from "./retries.js";
import type { Hub } from "./settings.js";

/** An answer whose body is still to come. */
export interface HubResponse extends AsyncDisposable {
  readonly status: number;
  /** Of the last answer. */
  readonly headers: Headers;
  /** A header of the Hub about the file itself, `X-Linked-Etag` say, whichever answer on the way bore it. */
  linked(name: string): string | undefined;
  /** The body, piece by piece. Throws `TransientFault` where the connection breaks or goes silent. */
  chunks(): AsyncIterable<Uint8Array>;
}

const maxRedirects = 5;

/**
 * Sends one request about `repo`, following redirects. The token goes to the endpoint's own origin only: the storage that files are
 * redirected to is another host, with an address that is signed instead. Throws `TransientFault` for what may pass, `UserError` for what does not.
 */
export async function send(
  hub: Hub,
  repo: RepoId,
  address: string,
  {
    method = "GET",
    headers: extra = {},
  }: { readonly method?: "GET" | "HEAD"; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<HubResponse> {
  const { endpoint, token, silenceSeconds } = hub.settings;
  const home = new URL(endpoint).origin;
  const silence = silenceLimit(silenceSeconds);
  const signal = AbortSignal.any([hub.signal, silence.signal]);
  const linked = new Map<string, string>();
  let target = new URL(address);
  try {
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const isHome = target.origin === home;
      // A body that was compressed on the way has neither the size nor the ranges of the file.
      const headers = new Headers({ "user-agent": "crossover", "accept-encoding": "identity", ...extra });
      if (token !== undefined && isHome) headers.set("authorization", `Bearer ${token}`);
      silence.touch();
      const response = await fetch(target.href, { method, headers, redirect: "manual", signal });
      for (const [name, value] of response.headers)
        if (/^x-(linked|repo)-/.test(name) && !linked.has(name)) linked.set(name, value);
      const location = response.headers.get("location");
      const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
      if (!isRedirect || (method === "HEAD" && linked.has("x-linked-etag") && linked.has("x-linked-size"))) {
        if (response.status >= 400 && response.status !== 416) {
          await response.body?.cancel();
          throw faultOf(repo, response, isHome, { endpoint, hasToken: token !== undefined });
        }
        return {
          status: response.status,
          headers: response.headers,
          linked: (name) => linked.get(name.toLowerCase()),
          chunks: () => chunksOf(response, silence, hub),
          async [Symbol.asyncDispose]() {
            silence.stop();
            await response.body?.cancel().catch(() => {});
          },
        };
      }
      await response.body?.cancel();
      const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined;
      if (next === undefined || !/^https?:$/.test(next.protocol) || (target.protocol === "https:" && next.protocol === "http:"))
        throw new UserError(`${target.host} redirects to an address that is not safe to follow. Is HF_ENDPOINT right?`);
      target = next;
    }
    throw new UserError(`${new URL(endpoint).host} redirects in a circle. Is HF_ENDPOINT right?`);
  } catch (error) {
    silence.stop();
    throw hub.signal.aborted ? hub.signal.reason : networkFault(error, target.host);
  }
}

/** The JSON at an address, unchecked. */
export async function getJson(hub: Hub, repo: RepoId, address: string, maxBytes: number): Promise<unknown> {
  return retried(hub, async () => {
    await using response = await send(hub, repo, address);
    const { host } = new URL(address);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.chunks()) {
      size += chunk.length;
      if (size > maxBytes)
        throw new UserError(`${host} describes ${repo.id} in more than ${maxBytes} bytes: that is not a listing.`);
      parts.push(chunk);
    }
    try {
      return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
    } catch {
      throw new UserError(
        `${host} did not answer as a hub does (no JSON). Is HF_ENDPOINT right? Is there a page to log in to the network?`,
      );
    }
  });
}

/** A download that brings less is no download: a gigabyte would take 11 days. */
const leastBytesPerSecond = 1000;
/** Over how many times the longest silence that is no fault the rate is taken: a minute, unless told. */
const rateWindow = 6;

async function* chunksOf(
  response: Response,
  silence: SilenceLimit,
  { signal, settings }: Pick<Hub, "signal" | "settings">,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const windowSeconds = rateWindow * settings.silenceSeconds;
  /** What came in the present window, and how long it was waited for. */
  let [bytes, seconds] = [0, 0];
  try {
    let asked = performance.now();
    for await (const chunk of response.body) {
      // While our own disk is slow nobody is silent.
      silence.stop();
      bytes += chunk.length;
      seconds += (performance.now() - asked) / 1000;
      if (seconds >= windowSeconds) {
        if (bytes < leastBytesPerSecond * seconds) throw tooSlow(new URL(response.url).host, bytes, seconds);
        [bytes, seconds] = [0, 0];
      }
      yield chunk;
      asked = performance.now();
      silence.touch();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : networkFault(error, new URL(response.url).host);
  } finally {
    silence.stop();
  }
}

const tooSlow = (host: string, bytes: number, seconds: number): HubUnreachable =>
  new HubUnreachable(
    `${host} sent ${formatBytes(bytes)} in ${formatSeconds(seconds)}, which is too slow to go on. What was downloaded is kept: start again ` +
      "later, or name a mirror with HF_ENDPOINT. HF_HUB_DOWNLOAD_TIMEOUT=60 waits six times as long.",
  );

interface SilenceLimit {
  readonly signal: AbortSignal;
  touch(): void;
  stop(): void;
}

/** Aborts, with a `TransientFault` for a reason, when it was not touched for so many seconds. */
function silenceLimit(seconds: number): SilenceLimit {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    touch() {
      stop();
      timer = setTimeout(
        () => controller.abort(new TransientFault(`The Hub was silent for ${formatSeconds(seconds)}`)),
        seconds * 1000,
      );
    },
  };
}

function faultOf(repo: RepoId, response: Response, isHome: boolean, known: Pick<Refused, "endpoint" | "hasToken">): Error {
  const { status, headers } = response;
  const { host } = new URL(response.url);
  if (status === 429) return new TransientFault(`${host} counts too many requests (HTTP 429)`, retryAfter(headers));
  if (status === 408 || status >= 500) return new TransientFault(`${host} failed (HTTP ${status})`, retryAfter(headers));
  // The signed address of the storage has expired: the next attempt gets a new one.
  if (!isHome)
    return new TransientFault(`${host}, where ${new URL(known.endpoint).host} keeps the file, refused it (HTTP ${status})`);
  return refusalOf(repo, { ...known, status, code: headers.get("x-error-code") ?? "" });
}

/** What `fetch` throws, as a fault to try again or as the user's error. */
function networkFault(error: unknown, host: string): unknown {
  if (error instanceof TransientFault || error instanceof UserError) return error;
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  if (code === undefined)
    return error instanceof TypeError
      ? new HubUnreachable(`${host} can't be asked: ${messageOf(cause)}. Is HF_ENDPOINT right?`)
      : error;
  if (code === "ENOTFOUND" || code === "ECONNREFUSED")
    return new HubUnreachable(`${host} can't be reached (${code}). Is there a network? HF_ENDPOINT names a mirror.`);
  if (/CERT|SIGNATURE|ISSUER|TLS|SSL/.test(code))
    return new HubUnreachable(
      `The certificate of ${host} is not trusted (${code}). Where a company's proxy stands between, set NODE_EXTRA_CA_CERTS to its certificate.`,
    );
  return new TransientFault(`The connection to ${host} broke (${code})`);
}
