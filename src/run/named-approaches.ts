/** @file What `--approaches` names: words that somebody typed, matched with the approaches that a run could have. */
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { promptMethods } from "../prompt/methods.js";
import type { Approach } from "../types/approach.js";

/** The way of tuning that the ladder picks. */
export const ladderName = "tune";
/** All approaches there are. */
export const allName = "all";

/** The small model that an LLM labelled rows for. */
export const distilledName = "hybrid:distilled";

/** The ways of asking an LLM, without the LLM. */
const promptWays = [...[...promptMethods, "optimized"].map((method) => `prompt:${method}`), distilledName];

/** The way of asking an LLM that a name means, with an LLM or without; `undefined` where it means something else. */
export function promptWayOf(name: string): string | undefined {
  return promptWays.find((way) => name === way || name.startsWith(`${way}@`));
}

/**
 * The approaches that are named: in full, without the model, or as a way with all of its variants (`prompt:file`). What every approach has to
 * beat is always among them.
 *
 * @param refused ways of asking that make no sense with an LLM of the run, by their full names, and why
 * @throws UserError where a name is none of theirs
 */
export function namedApproaches(
  all: readonly Approach[],
  names: readonly string[],
  refused: ReadonlyMap<string, string> = new Map(),
): Approach[] {
  const known = all.map((approach) => approach.name);
  const hasLlm = all.some(({ name }) => promptWayOf(name) !== undefined);
  for (const name of names) {
    if (all.some((approach) => callNames(approach).includes(name))) continue;
    const way = promptWayOf(name);
    const [refusedName, why] = [...refused].find(([full]) => full === name || promptWayOf(full) === name) ?? [];
    if (refusedName !== undefined) throw new UserError(`--approaches: ${refusedName} makes no sense: ${why}. Leave it out.`);
    const model = way === undefined || way === name ? undefined : name.slice(way.length + 1);
    // A way of prompting that no LLM was named for, or not this one.
    const isUnnamed = way !== undefined && (model !== undefined || !hasLlm);
    const hint = isUnnamed
      ? ` It needs an LLM: add --llm ${model ?? "openai:gpt-6-luna"}.`
      : didYouMean(name, [...known, ...promptWays]);
    throw new UserError(
      `--approaches: "${name}" is not an approach of this run.${hint} Approaches: ${[...known, ...(hasLlm ? [] : promptWays.map((each) => `${each}@LLM`))].join(", ")}; "${ladderName}" is the way of tuning that suits the number of labels, "${allName}" is every one.`,
    );
  }
  // The floor costs nothing, and without it nobody sees that an approach only guesses.
  return all.filter(
    (approach) => approach.traits?.isMajority === true || callNames(approach).some((name) => names.includes(name)),
  );
}

/** What an approach may be called by. */
function callNames({ name, arm, method, variant }: Approach): string[] {
  const way = `${arm}:${method}`;
  return [name, way, ...(variant === undefined ? [] : [`${way}:${variant}`])];
}
