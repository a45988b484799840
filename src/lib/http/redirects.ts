/**
 * @file Redirects of services. A request carries the user's key and texts, so it goes to the origin that the user chose and to no other: what
 * leads elsewhere is not followed, and ends as the failure that `failure.ts` puts into words.
 */

/** Most redirects of one request that are followed. */
const mostRedirects = 5;

/** Statuses that mean "elsewhere"; of these, 307 and 308 also for what a POST has sent. */
const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const keepsMethod: ReadonlySet<number> = new Set([307, 308]);

/** Whether a status says that the answer is elsewhere. */
export function isRedirect(status: number): boolean {
  return redirecting.has(status);
}

/** The head of a response, as far as it is about redirects. */
interface Head {
  readonly status: number;
  /** The header; `null` without one. */
  readonly location: string | null;
}

/**
 * Sends a request until its answer is no redirect that may be followed: one within its origin, by which a POST stays a POST. Five are followed
 * at most. Gives back what came last: a redirect that was not followed is the caller's to refuse.
 */
export async function followWithinOrigin<Response>(
  { method, url }: { readonly method: string; readonly url: URL },
  sendTo: (url: URL) => Promise<Response>,
  headOf: (response: Response) => Head,
): Promise<Response> {
  let at = url;
  for (let followed = 0; ; followed++) {
    const response = await sendTo(at);
    const { status, location } = headOf(response);
    const next = isRedirect(status) ? locationUrl(location, at) : null;
    const isFollowed = next?.origin === url.origin && (method === "GET" || keepsMethod.has(status));
    if (next === null || !isFollowed || followed === mostRedirects) return response;
    at = next;
  }
}

/** Where a redirect leads; `null` where it does not say, or says what is no address. */
export function locationUrl(location: string | null | undefined, base: string | URL): URL | null {
  if (location === null || location === undefined || !URL.canParse(location, String(base))) return null;
  const url = new URL(location, base);
  // Credentials of others are none of ours to send.
  url.username = "";
  url.password = "";
  return url;
}
