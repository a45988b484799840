/** @file What predictions cost, and what that assumes. */
import type { Criteria } from "./criteria.js";

/** What the price of a prediction follows from. */
export type PriceBasis =
  /** The mean list price of so many requests. */
  | { readonly kind: "list-price"; readonly requests: number }
  /** A machine's price over the texts that it answers in the share of the time it is busy: this one's, or that of an engine (`isElsewhere`). */
  | {
      readonly kind: "machine";
      readonly textsPerSecond: number;
      readonly usdPerHour: number;
      /** See `Assumptions`. */
      readonly utilization: number;
      readonly isElsewhere?: true;
    }
  /** The first member's price of every request, and the second's of the share that is handed on. */
  | { readonly kind: "cascade"; readonly escalated: number; readonly small: PriceBasis; readonly llm: PriceBasis };

/** Whose machine a model runs on: one that other work shares, or one that is kept for it alone. */
export type MachineUse = "shared" | "own";

/** What prices the comparison assumes, and what the answer must fulfill. Users set them; the report lists them. What is absent nobody told. */
export interface Assumptions extends Criteria {
  /** Differences within this many points of accuracy (0.01 = one point) do not matter in practice. */
  readonly margin: number;
  /** What one label costs to make. Absent: counted as nothing, and no choice rests on that. */
  readonly usdPerLabel?: number;
  /** Price of a machine like this one. */
  readonly usdPerMachineHour: number;
  /** Share of the time that a machine is busy: of a shared one as it is; of an own one at most, so that peaks are served too. */
  readonly utilization: number;
  /** How many requests there will be. Absent: no choice rests on one number of them. */
  readonly requestsPerMonth?: number;
  /** Absent: no choice rests on which it is. */
  readonly machine?: MachineUse;
  /** What an hour of a person's work costs. Absent: not counted. */
  readonly usdPerPersonHour?: number;
  /** Hours of work that setting up takes, by arm. */
  readonly personHours?: { readonly tune: number; readonly prompt: number };
  /** Share of today's list prices that services will bill. @default 1 */
  readonly llmPrice?: number;
}

/** What was spent before the first prediction, in USD. */
export interface Upfront {
  /** Making the labels it learned from. */
  readonly labels: number;
  /** Machine time of fitting, and what services billed for it. */
  readonly fitting: number;
  /** Work of people. */
  readonly work: number;
}

/** How predictions are paid for: a service's list price or that of its batches, or a machine. */
export type BillingWay = "list" | "batch" | "shared-machine" | "own-machine";

/** What one approach costs a month, paid for in one way. */
export interface MonthlyBill {
  readonly approach: string;
  readonly way: BillingWay;
  /** In all; a month bears a twelfth of it. Of a recording as far as it was told. */
  readonly upfront: Upfront;
  /** One a number of requests, ascending as in `Money.volumes`. In USD a month. */
  readonly months: readonly {
    readonly requests: number;
    readonly running: number;
    /** Machines that are kept for it; absent where none is. */
    readonly machines?: number;
    /** Running, and a twelfth of what came before. */
    readonly total: number;
  }[];
}

/** From how many requests a month on the tuned model is the cheaper one, with what came before written off over a year. */
export interface BreakEven {
  readonly tuned: string;
  readonly prompted: string;
  /** Whose machine runs what is not a service's. `null`: both are billed by request. */
  readonly machine: MachineUse | null;
  /** `null`: never, at these prices. 0: from the first request. On own machines: but for stretches after a further machine is needed. */
  readonly requestsPerMonth: number | null;
  /**
   * Ends of the 95 % interval: what other requests would have changed. `high` is `null` where it may be never. Absent
   * where it was not measured how much single requests differ in cost.
   */
  readonly interval?: { readonly low: number; readonly high: number | null };
  /**
   * What is not in it. `machine-speed`: how fast this machine runs, since it was timed once, is not in the interval. `labels`: no price of a label was told.
   * `work`: no price of people's work was. `setup`: what setting a recorded prompt up took is not known.
   */
  readonly leavesOut: readonly ("machine-speed" | "labels" | "work" | "setup")[];
  /** What it follows from. */
  readonly basis: {
    /** Of the tuned one minus that of the prompted one. */
    readonly extraUpfront: Upfront;
    /** Labels that the tuned one uses more; `null` where nobody knows. */
    readonly extraLabels: number | null;
    /** Running prices, of machines busy as assumed. */
    readonly usdPerThousand: { readonly tuned: number; readonly prompted: number };
    /** A machine kept for it: its price a month, and how many requests a month it serves. Absent where none is. */
    readonly ownMachine?: { readonly usd: number; readonly requests: number };
  };
}

/** What must be told for prices to say which of two is the cheaper one. */
export type UntoldPrice = "requests-per-month" | "usd-per-label" | "machine" | "recorded-labels";

/**
 * Which of two is cheaper a month, by so much that it matters. `unclear`: that depends on what nobody told. `alike`: whatever that is, the
 * difference is small. `unknown`: a price is.
 */
export type Cheaper =
  | {
      readonly kind: "decided";
      readonly approach: string;
      readonly other: string;
      /** Present where the number of requests was told: totals a month, in USD; of what was not told, where they lie nearest. */
      readonly month?: { readonly requests: number; readonly usd: number; readonly otherUsd: number };
    }
  /** `perhaps`: those that may turn out to be. */
  | { readonly kind: "unclear"; readonly untold: readonly UntoldPrice[]; readonly perhaps: readonly string[] }
  | { readonly kind: "alike" }
  | { readonly kind: "unknown" };

/** What measuring a language model on the test rows would cost. */
export interface LlmOffer {
  /** As `--llm` names it. */
  readonly model: string;
  readonly usd: number;
}

/** Money by the month. */
export interface Money {
  /** Requests a month that bills are told for, ascending; the user's own number is among them. */
  readonly volumes: readonly number[];
  /** The approaches of both arms whose price is known, in the order of the summaries, in every way that each can be paid for. */
  readonly bills: readonly MonthlyBill[];
  /** Of the best of both arms. One a way to run a machine. Empty where an arm or a price is missing, or two stopwatches cannot tell them apart. */
  readonly breakEvens: readonly BreakEven[];
}
