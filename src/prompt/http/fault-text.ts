/** @file What a proxy says in the place of an answer when the service behind it failed, with status 200. */

import { isOutOfCredit } from "../providers/credit.js";

/** A page, or a line that begins with the word Error before a colon or a status. */
const faultLine = /^(<!doctype html|<html|\w*(error|exception)( \d{3})?:|error \d{3}\b)/i;

/** A sentence to whoever pays: models that are asked for a label don't begin so. */
const toTheCustomer = /^your? /i;
const closedAccount = /^your (account|organization|project|key)\b.{0,40}\b(deactivated|suspended|disabled|blocked|not active)/i;

/** Whether a text tells of a fault: labels within it ("Error: account suspended", "check your plan and billing details") are then no answer. */
export function isFaultText(said: string): boolean {
  return faultLine.test(said) || closedAccount.test(said) || (toTheCustomer.test(said) && isOutOfCredit(200, said));
}

/** Whether a JSON object holds an error and nothing else. */
export function isFaultObject(json: object): boolean {
  const [key, ...others] = Object.keys(json);
  return key === "error" && others.length === 0;
}
