/** @file Addresses of services as people write them into variables and options. What is wrong with one is told without it: it may hold a password. */

/**
 * What keeps `value` from being a base URL, as the end of a sentence; `null` where it is one: http or https, a host, a path at most. User names,
 * passwords, queries and fragments would be sent, dropped or written to logs without anybody's knowledge.
 */
export function baseUrlFault(value: string): string | null {
  if (!URL.canParse(value)) return "is not a URL";
  const { protocol, username, password } = new URL(value);
  if (protocol !== "http:" && protocol !== "https:") return "begins with neither http:// nor https://";
  if (username !== "" || password !== "") return "holds a user name or a password";
  if (value.includes("?")) return 'holds a query (what follows "?")';
  return value.includes("#") ? 'holds a fragment (what follows "#")' : null;
}

/** A base URL without slashes at its end, to which a path can be added. */
export function baseUrlOf(value: string): string {
  return value.trim().replace(/\/+$/, "");
}
