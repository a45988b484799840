/** @file The body of a request as JSON: what it must be before anything looks at it. */
import type { IncomingMessage } from "node:http";
import type { Place } from "./admission.js";
import { clientGone, Refusal } from "./refusal.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What the header says that the body has; 0 where it does not say. */
export function toldLength({ headers }: IncomingMessage): number {
  const told = Number(headers["content-length"] ?? 0);
  return Number.isFinite(told) && told > 0 ? told : 0;
}

/** A refusal of what the headers say of the body, before it is read. Nothing but `application/json` is taken, which no form of a foreign page can send. */
export function checkBodyHeaders(message: IncomingMessage, mostBytes: number): void {
  const { headers } = message;
  const [type = "", ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type !== "application/json") {
    const found = type === "" ? "There is no Content-Type" : "The Content-Type is another one";
    throw new Refusal(415, `${found}. Send JSON, with "Content-Type: application/json".`);
  }
  const charset = parameters.find((part) => part.startsWith("charset="))?.replace(/^charset=|"/g, "");
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8")
    throw new Refusal(415, "The charset is another one than UTF-8, which JSON is written in. Send UTF-8.");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw new Refusal(415, "The body is compressed, which is not taken. Send it as it is, without Content-Encoding.");
  if (toldLength(message) > mostBytes) throw tooLarge(mostBytes);
}

/**
 * The parsed body. Throws a `Refusal` where it is larger than allowed, no UTF-8 or no JSON; what was not read of it is left to the connection, which is
 * closed then. @param place grows by what arrives beyond what the header told
 */
export async function readJsonBody(
  message: IncomingMessage,
  { mostBytes, place, signal }: { readonly mostBytes: number; readonly place: Place; readonly signal: AbortSignal },
): Promise<unknown> {
  const bytes = await bytesOf(message, { mostBytes, place, signal });
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new Refusal(400, "The body is not UTF-8.");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The parser's own words may quote the body.
    if (error instanceof RangeError) throw new Refusal(400, "The body is nested too deeply.");
    throw new Refusal(400, text.trim() === "" ? "The body is empty. Send JSON." : "The body is not JSON.");
  }
}

function bytesOf(
  message: IncomingMessage,
  { mostBytes, place, signal }: Parameters<typeof readJsonBody>[1],
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [size, room] = [0, toldLength(message)];
    const settle = (act: () => void): void => {
      message.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      signal.removeEventListener("abort", onAbort);
      act();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > mostBytes) throw tooLarge(mostBytes);
        if (size > room) {
          place.grow(size - room);
          room = size;
        }
      } catch (error) {
        settle(() => reject(error));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    const onGone = (): void => settle(() => reject(clientGone()));
    const onAbort = (): void => settle(() => reject(signal.reason));
    if (signal.aborted) return reject(signal.reason);
    message.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
    signal.addEventListener("abort", onAbort);
  });
}

function tooLarge(mostBytes: number): Refusal {
  return new Refusal(
    413,
    `The body is larger than ${mostBytes.toLocaleString("en-US")} bytes, which is the most. Send fewer texts.`,
  );
}

/** A text as UTF-8 can hold it: half a surrogate pair, which JSON can write, becomes U+FFFD, as every encoder of UTF-8 makes of it. */
export function wellFormed(text: string): string {
  if (!/[\ud800-\udfff]/.test(text)) return text;
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
