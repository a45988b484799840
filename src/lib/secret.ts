/** @file Keys and tokens as people copy them into variables and files. */
import { UserError } from "./errors.js";

/**
 * A key that can stand in a header, without the spaces and line feeds around it that come along when it is copied; `undefined` where there is none.
 * `UserError` where others are within: the error of whoever sends it would quote it whole.
 *
 * @param place what holds it, for people: a variable, a file
 * @param remedy where it is copied from, as a sentence
 */
export function readSecret(value: string | undefined, place: string, remedy: string): string | undefined {
  const secret = value?.trim();
  if (!secret) return undefined;
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw new UserError(`${place} holds a space, a line feed or another character that no key has. ${remedy}`);
}
