/**
 * Seconds that a `Retry-After` header asks to wait: a number of seconds, or an HTTP date (RFC 9110, section 10.2.3). `null` where there is none, or it
 * cannot be read. A date that has passed is 0.
 *
 * @param now milliseconds since 1970
 */
export function retryAfterIn(header: string | null | undefined, now: number = Date.now()): number | null {
  const value = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000);
}
