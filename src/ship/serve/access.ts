/** @file Who may ask: on loopback whoever is on this machine, and no page of the web; beyond it whoever knows the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { UserError } from "../../lib/errors.js";
import { Refusal } from "./refusal.js";

/** The variable that a token is read from. */
export const tokenVariable = "CROSSOVER_TOKEN";

/** The fewest characters of a token. */
const fewestCharacters = 16;

/** Whether only this machine reaches an address. A name that is not `localhost` may mean any. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** The token, checked before anything listens. UserError where it is none, or is missing where the address can be reached by others. */
export function checkedToken(host: string, token: string | undefined): string | undefined {
  const make = "Make one with: node -p \"crypto.randomBytes(24).toString('hex')\"";
  if (token === undefined) {
    if (isLoopback(host)) return undefined;
    throw new UserError(
      `--host ${host} can be reached from other machines, and there is no token. Set ${tokenVariable} (or --token) to a secret that clients send as "Authorization: Bearer TOKEN". ${make}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UserError(`The token holds a space or another character that no header can carry. ${make}`);
  if (token.length < fewestCharacters)
    throw new UserError(
      `The token has ${token.length} characters, and could be guessed: at least ${fewestCharacters} are needed. ${make}`,
    );
  return token;
}

/** Throws a `Refusal` for a request that may not be answered. */
export type AccessCheck = (headers: IncomingHttpHeaders) => void;

/**
 * The check of every request but those for the server's health. Without a token: the name that the client used must mean this machine, or a page of the
 * web could ask under a name of its own that it lets point here (DNS rebinding). With one: the token alone, compared in constant time, so that a
 * proxy on this machine may pass on any name.
 */
export function accessCheck(token: string | undefined): AccessCheck {
  if (token === undefined) return checkHost;
  const expected = digest(`Bearer ${token}`);
  return ({ authorization }) => {
    // Digests have one length, whatever was sent.
    if (timingSafeEqual(digest(normalized(authorization ?? "")), expected)) return;
    const found = authorization === undefined ? "There is no token" : "The token is another one";
    throw new Refusal(401, `${found}. Send the server's token as "Authorization: Bearer TOKEN".`, {
      "WWW-Authenticate": "Bearer",
    });
  };
}

/** The scheme in any case of letters, as HTTP has it. */
function normalized(authorization: string): string {
  return authorization.replace(/^bearer +/i, "Bearer ");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Of a server on loopback. */
export const checkHost: AccessCheck = ({ host }) => {
  const name = (host ?? "").replace(/:\d+$/, "");
  if (isLoopback(name)) return;
  throw new Refusal(
    403,
    "The Host header names another machine. Ask by 127.0.0.1 or localhost, or start the server with a token.",
  );
};
