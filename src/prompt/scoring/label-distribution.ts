/**
 * @file From the log-probabilities of an answer's tokens to a probability for each label.
 *
 * The tokens of the label that was said are a path, and their alternatives are where it could have turned to another label. A label that
 * parts from the path at a token has the probability of the path up to there times that of the alternatives with which it can go on. The
 * label that was said has that of its whole path: the sum of its tokens' log-probabilities.
 */

import type { TokenLogprob } from "../llm.js";
import type { Span } from "./label-span.js";

/** One way to write a label. */
export interface WrittenLabel {
  readonly label: string;
  readonly written: string;
}

/** No label is given less, so that none is impossible and every one can be divided by. */
export const leastProbability = 1e-10;

/**
 * The probability of each label, renormalized to sum to 1; `null` where none of them is found among the tokens.
 *
 * An alternative that could be the beginning of several labels counts for each of them in equal parts. A label that is nowhere among the
 * alternatives gets a floor: no more than the least likely alternative that is listed at the token where it would have parted from the
 * path, no more than an equal part of what the listed ones leave, and no less than `leastProbability`.
 *
 * @param tokens the whole answer's; put together, they are the text that `span` is of
 * @param labels all labels, in the order of the result
 * @param label the one that stands at the span, however it is spelled; `null` where that is to be seen from the tokens
 */
export function labelDistribution(
  tokens: readonly TokenLogprob[],
  span: Span,
  ways: readonly WrittenLabel[],
  labels: readonly string[],
  label: string | null,
): Record<string, number> | null {
  // A closing quote belongs to the path: it tells "card" from "card_arrival".
  const end = span.isQuoted ? span.end + 1 : span.end;
  const endings = ways.map((way) => ({
    label: way.label,
    written: squashed(span.isQuoted ? JSON.stringify(way.written).slice(1) : way.written),
  }));
  const found = new Map<string, number>();
  const floors = new Map<string, number>();
  let alive = new Set(labels);
  let said = "";
  let pathLogprob = 0;
  for (const { token, lead } of tokensWithin(tokens, span.start, end)) {
    const reached = Math.exp(pathLogprob);
    const others = token.top.filter((other) => other.token !== token.token);
    const turned = new Set<string>();
    for (const other of others) {
      const rest = withoutLead(other.token, lead);
      const meant = rest === null ? [] : labelsThatGoOn(said + rest, endings);
      for (const one of meant) {
        turned.add(one);
        found.set(one, (found.get(one) ?? 0) + (reached * Math.exp(other.logprob)) / meant.length);
      }
    }
    said += token.token.slice(lead.length);
    pathLogprob += token.logprob;
    const still = new Set(labelsThatGoOn(said, endings));
    const unlisted = [...alive].filter((one) => !still.has(one) && !turned.has(one));
    const listed = [token, ...others].map(({ logprob }) => Math.exp(logprob));
    const left = 1 - listed.reduce((sum, probability) => sum + probability, 0);
    for (const one of unlisted) floors.set(one, reached * Math.min(Math.min(...listed), left / unlisted.length));
    alive = still;
  }
  // Where the path covers no token, nothing is known of it.
  const ended = said === "" ? [] : label === null ? labelsThatEnd(said, endings) : [label];
  for (const one of ended) found.set(one, (found.get(one) ?? 0) + Math.exp(pathLogprob) / ended.length);
  if (found.size === 0) return null;
  return normalized(labels, (one) => Math.max(leastProbability, found.get(one) ?? floors.get(one) ?? 0));
}

/** Weights of labels as shares of their sum. */
export function normalized(labels: readonly string[], weightOf: (label: string) => number): Record<string, number> {
  const weights = labels.map(weightOf);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(labels.map((label, i) => [label, weights[i]! / total]));
}

/** The tokens that have a character in [start, end), each with what of it stands before `start`. */
function tokensWithin(
  tokens: readonly TokenLogprob[],
  start: number,
  end: number,
): { readonly token: TokenLogprob; readonly lead: string }[] {
  let to = 0;
  return tokens.flatMap((token) => {
    const from = to;
    to += token.token.length;
    return to <= start || from >= end || from === to ? [] : [{ token, lead: token.token.slice(0, Math.max(0, start - from)) }];
  });
}

/** What an alternative says of the label, whose token began with `lead`; `null` where it says something else there. White space may be missing or more. */
function withoutLead(token: string, lead: string): string | null {
  if (token.startsWith(lead)) return lead === "" ? token.trimStart() : token.slice(lead.length);
  return lead.trim() === "" ? token.trimStart() : null;
}

/** Neither case nor the signs that join words tell labels apart, as in reading an answer. */
function squashed(text: string): string {
  return text.toLowerCase().replace(/[ _-]+/g, " ");
}

/** The labels that what was said so far may become; or else those that it is, with something behind. */
function labelsThatGoOn(said: string, ways: readonly WrittenLabel[]): string[] {
  if (said === "") return [];
  const begun = squashed(said);
  const goingOn = ways.filter(({ written }) => written.startsWith(begun));
  return goingOn.length > 0 ? unique(goingOn) : labelsThatEnd(said, ways);
}

/** The labels that were said: of several that a text begins with, the longest. What follows may not be a part of the same word. */
function labelsThatEnd(said: string, ways: readonly WrittenLabel[]): string[] {
  const whole = squashed(said);
  const complete = ways.filter(({ written }) => whole.startsWith(written) && !/^[\p{L}\p{N}]/u.test(whole.slice(written.length)));
  const longest = Math.max(...complete.map(({ written }) => written.length));
  return unique(complete.filter(({ written }) => written.length === longest));
}

function unique(ways: readonly WrittenLabel[]): string[] {
  return [...new Set(ways.map(({ label }) => label))];
}
