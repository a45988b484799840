/** @file How far the whole run is: measurements of how many, the time left, what was paid, and what did not go at once. */
import { formatCount, formatPlural, formatUsd } from "../lib/text/format.js";
import { phaseKey } from "../lib/text/phase-text.js";
import type { AskingTrouble, PhaseEvent, RunEvent } from "../types/events.js";

/** Follows a run through its events. */
export interface Overall {
  /** Whether the event tells how far the run is; it is noted then. */
  isAbout(event: PhaseEvent, now: number): boolean;
  /** Notes what did not go at once. */
  trouble(event: PhaseEvent): void;
  spending(event: SpendingEvent): void;
  /**
   * What there is to say, the most important first; nothing before anything is measured, or between two parts of a run.
   *
   * @param work what the work in hand says of itself; `null`: no time is told, since others work for the run, and tell theirs
   */
  words(now: number, work?: Work | null): string[];
}

/** The work in hand. */
export interface Work {
  readonly phase: PhaseEvent["phase"];
  /** By its own speed so far. */
  readonly secondsLeft: number;
}

export type SpendingEvent = Extract<RunEvent, { readonly kind: "spending" }>;

/** Parts of a run that consist of measurements. */
const parts: Readonly<Partial<Record<PhaseEvent["phase"], { readonly count: (done: string) => string; readonly most: string }>>> =
  {
    comparing: { count: (done) => `${done} measured`, most: "about" },
    // These have a limit of time, and may be done before.
    curve: { count: (done) => `learning curves: ${done} points`, most: "at most" },
    experiment: { count: (done) => `experiments: ${done}`, most: "at most" },
  };

/** Work that is nearly all of a measurement: what it takes by its own speed is better known than by what was expected. */
const nearlyAll: ReadonlySet<PhaseEvent["phase"]> = new Set(["training", "asking"]);

/** Nothing is known yet. */
export function makeOverall(): Overall {
  let last: { readonly event: PhaseEvent; readonly at: number } | null = null;
  let paid: SpendingEvent | null = null;
  const troubles = new Map<string, AskingTrouble>();
  return {
    isAbout(event, now) {
      if (parts[event.phase] === undefined) return false;
      last = event.done >= event.total ? null : { event, at: now };
      return true;
    },
    trouble(event) {
      if (event.trouble !== undefined) troubles.set(phaseKey(event), event.trouble);
    },
    spending(event) {
      paid = event;
    },
    words(now, work) {
      if (last === null) return [];
      const { event, at } = last;
      const { count, most } = parts[event.phase]!;
      return [
        count(`${formatCount(event.done)} of ${formatCount(event.total)}`),
        ...(work === null ? [] : timeWords(event, now - at, work, most)),
        ...(paid === null ? [] : [spendingWords(paid)]),
        ...troubleWords(sumOf([...troubles.values()])),
      ];
    },
  };
}

function timeWords({ secondsLeft, secondsOfNext }: PhaseEvent, elapsed: number, work: Work | undefined, most: string): string[] {
  if (secondsLeft === undefined) return [];
  const { phase, secondsLeft: ofWork } = work ?? { phase: undefined, secondsLeft: 0 };
  const next = secondsOfNext ?? secondsLeft;
  const isTold = phase !== undefined && secondsOfNext !== undefined && nearlyAll.has(phase);
  const left = secondsLeft - next + (isTold ? ofWork : Math.max(next - elapsed, ofWork));
  // What was expected is over, and nobody knows how long it takes.
  return [left <= 0 ? "longer than expected" : `${most} ${roughly(left)} left`];
}

/** A time as exact as it is known: `10 s`, `40 s`, `4 min`, `1 h 20 min`. */
export function roughly(seconds: number): string {
  const tens = Math.max(10, Math.ceil(seconds / 10) * 10);
  if (tens <= 90) return `${tens} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rounded = Math.round(minutes / 10) * 10;
  return `${Math.floor(rounded / 60)} h${rounded % 60 === 0 ? "" : ` ${rounded % 60} min`}`;
}

function spendingWords({ paidUsd, budgetUsd }: SpendingEvent): string {
  return budgetUsd === undefined ? `${formatUsd(paidUsd)} so far` : `${formatUsd(paidUsd)} of ${formatUsd(budgetUsd)}`;
}

/** `5 requests sent again (3 over a limit)`, `2 rows without an answer`. */
export function troubleWords({ retries, refusals, unanswered }: AskingTrouble): string[] {
  const refused = refusals === 0 ? "" : ` (${refusals === retries ? "" : `${formatCount(refusals)} `}over a limit)`;
  return [
    ...(retries === 0 ? [] : [`${formatPlural(retries, "request")} sent again${refused}`]),
    ...(unanswered === 0 ? [] : [`${formatPlural(unanswered, "row")} without an answer`]),
  ];
}

function sumOf(troubles: readonly AskingTrouble[]): AskingTrouble {
  const total = (name: keyof AskingTrouble): number => troubles.reduce((sum, each) => sum + each[name], 0);
  return { retries: total("retries"), refusals: total("refusals"), unanswered: total("unanswered") };
}
