/** @file Bodies of responses: JSON as services write it, and what stands in its place, in words. */

/** A string of JSON, or a number that JSON does not have, though Python's `json` writes it. */
const stringOrNoNumber = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** The value of a body; `undefined` where it is no JSON. A mark of UTF-8 before it is no part of it, and numbers that are none become `null`. */
export function parsedBody(body: string | undefined): unknown {
  const json = (body ?? "").replace(/^\uFEFF/, "");
  try {
    return JSON.parse(json);
  } catch {
    if (!/NaN|Infinity/.test(json)) return undefined;
  }
  try {
    return JSON.parse(json.replace(stringOrNoNumber, (found) => (found.startsWith('"') ? found : "null")));
  } catch {
    return undefined;
  }
}

/** Whether a body is a page for people: of a login, a proxy, or a wrong address. */
export function isWebPage(body: string | undefined): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(
    (body ?? "").slice(0, 1000).replace(/^\uFEFF/, ""),
  );
}

/** A page in the few words of it that people read; other texts as they are. */
export function pageInWords(said: string): string {
  if (!isWebPage(said)) return said;
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(said)?.[1] ?? /<h1[^>]*>([^<]*)<\/h1>/i.exec(said)?.[1] ?? "";
  const words = title.replace(/\s+/g, " ").trim();
  return words === "" ? "a web page" : `a web page ("${words}")`;
}

/** What a body is that is no answer, for people. */
export function bodyInWords(body: string, isJson: boolean): string {
  if (isJson) return `without choices: ${body}`;
  if (body.trim() === "") return "an empty body";
  if (isWebPage(body)) return pageInWords(body);
  return /^\s*(?:data|event|id|retry):/.test(body) ? `a stream of events, which was not asked for: ${body}` : `not JSON: ${body}`;
}
