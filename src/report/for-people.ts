/**
 * @file The comparison as people should read it: with names in place of ids. Nothing is read out of an id, so a comparison whose ids are changed
 * throughout is the same comparison, and whatever shows it need not know.
 */
import type { Advice } from "../advise/advise.js";
import { type ApproachName, approachNames } from "../advise/words/approach-names.js";
import type { Comparison } from "../types/comparison.js";

/** Names of a comparison's approaches by what stands in place of their ids. */
export type PeopleNames = ReadonlyMap<string, ApproachName & { readonly id: string }>;

/** What a report shows, with short names in place of ids. */
export interface PeopleView {
  readonly comparison: Comparison;
  readonly advice: Advice;
  readonly names: PeopleNames;
  /** Puts names in place of ids in something else that a report shows. */
  readonly rename: <Shown>(shown: Shown) => Shown;
}

/** Names in place of ids, also in what the advice says. Commands keep ids: they are to be typed. */
export function forPeople(comparison: Comparison, advice: Advice): PeopleView {
  const names = approachNames(comparison);
  const shorts = shortNames(names);
  const rename = <Shown>(shown: Shown): Shown => renamed(shown, shorts) as Shown;
  const say = sayer(shorts);
  const { headline, confidence, nextSteps } = advice;
  return {
    comparison: rename(comparison),
    advice: {
      ...rename(advice),
      headline: say(headline),
      confidence: say(confidence),
      nextSteps: nextSteps.map((step) => ({ ...step, text: say(step.text) })),
    },
    names: new Map([...names].map(([id, name]) => [name.short, { ...name, id }])),
    rename,
  };
}

/** Puts names in place of ids in something that is shown without a report. */
export function namedForPeople<Shown>(comparison: Comparison, shown: Shown): Shown {
  return renamed(shown, shortNames(approachNames(comparison))) as Shown;
}

function shortNames(names: ReadonlyMap<string, ApproachName>): ReadonlyMap<string, string> {
  return new Map([...names].map(([id, { short }]) => [id, short]));
}

/** Where no id can stand: words from the data, and what is many rows long. */
const withoutIds: ReadonlySet<string> = new Set(["task", "outcomes", "perLabel", "confusion", "latencies", "given", "suggested"]);

/** A copy in which each text that is an id, and each key, is the name for it. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [names.get(key) ?? key, withoutIds.has(key) ? each : renamed(each, names)]),
  );
}

/** Puts names in place of ids in sentences, but not in commands, which stand between backticks. */
function sayer(names: ReadonlyMap<string, string>): (text: string) => string {
  // The longest first: an id may begin with another one.
  const ids = [...names.keys()].sort((a, b) => b.length - a.length).map((id) => id.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  if (ids.length === 0) return (text) => text;
  const pattern = new RegExp(`\`[^\`]*\`|(?<![\\w:@/.#-])(?:${ids.join("|")})(?![\\w@/#-])`, "gu");
  return (text) => text.replace(pattern, (found) => names.get(found) ?? found);
}
