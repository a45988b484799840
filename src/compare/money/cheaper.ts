/** @file Which of two approaches is cheaper a month, as far as that follows from what was told. */
import type { Assumptions, Cheaper, MachineUse, UntoldPrice } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { labelsUsed } from "../known-facts.js";
import { isPriced, type Priced, runningCost, usualVolumes, wayOn } from "./monthly-bill.js";
import { monthsOfUse, sumOf, upfrontCost } from "./upfront.js";

/** A difference counts from this many dollars a month on, and from this ratio on: prices are measured on a shared machine, where a third more or less is the weather. */
const leastUsd = 10;
const leastRatio = 1.5;

/** Prices of a label between which it lies that nobody told: a difference must count at both. */
const labelPrices = [0, 10];

/** What is told, or tried in its place. */
interface Scenario {
  readonly requests: number;
  readonly usdPerLabel: number;
  readonly machine: MachineUse;
  /** Labels of a recording that nobody counted. */
  readonly recordedLabels: number;
}

/** Which is cheaper in one scenario. */
type Leader = "first" | "second" | "alike";

/** A scenario with what the two cost a month in it. */
interface Tried {
  readonly scenario: Scenario;
  readonly totals: readonly [number, number];
  readonly leader: Leader;
}

/**
 * Which of two is cheaper a month: what came before is written off over a year. What nobody told (requests a month, the price of a label, whose
 * machine it is, labels behind a recording) is tried over its range, and the answer must be the same throughout.
 */
export function cheaperOf(a: Summary, b: Summary, assumptions: Assumptions): Cheaper {
  if (!isPriced(a) || !isPriced(b)) return { kind: "unknown" };
  const tried = scenariosOf(a, b, assumptions).map((scenario): Tried => {
    const totals = [totalOf(a, assumptions, scenario), totalOf(b, assumptions, scenario)] as const;
    return { scenario, totals, leader: leaderOf(totals) };
  });
  const [{ leader }] = tried as [Tried];
  if (tried.some((each) => each.leader !== leader)) {
    const leading = (["first", "second"] as const).filter((side) => tried.some((each) => each.leader === side));
    return {
      kind: "unclear",
      untold: untoldAmong(tried),
      perhaps: leading.map((side) => (side === "first" ? a : b).approach),
    };
  }
  if (leader === "alike") return { kind: "alike" };
  const [approach, other] = leader === "first" ? [a.approach, b.approach] : [b.approach, a.approach];
  const { requestsPerMonth: requests } = assumptions;
  if (requests === undefined) return { kind: "decided", approach, other };
  const apart = ({ totals: [x, y] }: Tried): number => Math.abs(x - y);
  const nearest = tried.reduce((least, each) => (apart(each) < apart(least) ? each : least));
  const [usd, otherUsd] = nearest.totals.toSorted((x, y) => x - y) as [number, number];
  return { kind: "decided", approach, other, month: { requests, usd, otherUsd } };
}

/** Everything that may be, given what was told. */
function scenariosOf(a: Priced, b: Priced, { requestsPerMonth, usdPerLabel, machine }: Assumptions): Scenario[] {
  const [ofA, ofB] = [labelsUsed(a), labelsUsed(b)];
  const isSame = ofA !== null && ofA === ofB;
  const recorded = ofA === null || ofB === null ? [0, ofA ?? ofB ?? 0] : [0];
  return (requestsPerMonth === undefined ? usualVolumes : [requestsPerMonth]).flatMap((requests) =>
    (usdPerLabel !== undefined ? [usdPerLabel] : isSame ? [0] : labelPrices).flatMap((price) =>
      (machine === undefined ? (["shared", "own"] as const) : [machine]).flatMap((use) =>
        recorded.map((labels): Scenario => ({ requests, usdPerLabel: price, machine: use, recordedLabels: labels })),
      ),
    ),
  );
}

/** What one costs a month. */
function totalOf(summary: Priced, assumptions: Assumptions, scenario: Scenario): number {
  const { requests, usdPerLabel, machine, recordedLabels } = scenario;
  const uncounted = labelsUsed(summary) === null ? recordedLabels * usdPerLabel : 0;
  const before = sumOf(upfrontCost(summary, { ...assumptions, usdPerLabel })) + uncounted;
  return before / monthsOfUse + runningCost(summary, wayOn(summary, machine), requests).usd;
}

function leaderOf([first, second]: readonly [number, number]): Leader {
  if (second - first >= leastUsd && second >= leastRatio * first) return "first";
  if (first - second >= leastUsd && first >= leastRatio * second) return "second";
  return "alike";
}

/** What would have to be told: that alone which two scenarios with different leaders differ in. */
function untoldAmong(tried: readonly Tried[]): UntoldPrice[] {
  const names = {
    requests: "requests-per-month",
    usdPerLabel: "usd-per-label",
    machine: "machine",
    recordedLabels: "recorded-labels",
  } as const satisfies Record<keyof Scenario, UntoldPrice>;
  const fields = Object.keys(names) as (keyof Scenario)[];
  const differ = (one: Scenario, other: Scenario): (keyof Scenario)[] => fields.filter((field) => one[field] !== other[field]);
  const alone = tried.flatMap((one) =>
    tried.filter((other) => one.leader !== other.leader).map((other) => differ(one.scenario, other.scenario)),
  );
  return fields
    .filter((field) => alone.some(([only, ...more]) => only === field && more.length === 0))
    .map((field) => names[field]);
}
