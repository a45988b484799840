/** @file From how many requests a month on the tuned model is the cheaper one. */
import type { Assumptions, BreakEven, MachineUse, Upfront } from "../../types/prices.js";
import { labelsUsed } from "../known-facts.js";
import { normalQuantile } from "../statistics/normal.js";
import { ownMachine, type Priced, runningCost, wayOn } from "./monthly-bill.js";
import { monthsOfUse, sumOf, upfrontCost } from "./upfront.js";

/**
 * Two approaches that run on this machine are priced by a stopwatch. Of two that do the same work (one encoder, one matrix product)
 * up to 15 % was seen on a quiet machine; a quarter leaves room for a busier one.
 */
const timingNoise = 0.25;

/** Of fewer requests a month than this no number is said: it is below what a stopwatch and a single request can tell, and no plan has so few. */
export const fewestRequests = 50;

/**
 * The break-evens of a pair, one a way to run a machine. None where both run on this machine and differ by less than a stopwatch can tell. Test labels serve both alike and cancel.
 */
export function breakEvens(tuned: Priced, prompted: Priced, assumptions: Assumptions): BreakEven[] {
  const [a, b] = [upfrontCost(tuned, assumptions), upfrontCost(prompted, assumptions)];
  if (isWithinTiming(tuned, prompted)) return [];
  const extra = { labels: a.labels - b.labels, fitting: a.fitting - b.fitting, work: a.work - b.work };
  const onMachine = [tuned, prompted].some(({ usdPerThousand: { basis } }) => basis.kind === "machine");
  const uses: readonly (MachineUse | null)[] = onMachine ? ["shared", "own"] : [null];
  return uses.map((machine) => breakEven(tuned, prompted, { assumptions, extra, machine }));
}

function isWithinTiming(a: Priced, b: Priced): boolean {
  if ([a, b].some(({ usdPerThousand: { basis } }) => basis.kind !== "machine")) return false;
  const [low, high] = [a.usdPerThousand.value, b.usdPerThousand.value].sort((x, y) => x - y) as [number, number];
  return high - low <= timingNoise * high;
}

interface Terms {
  readonly assumptions: Assumptions;
  readonly extra: Upfront;
  readonly machine: MachineUse | null;
}

function breakEven(tuned: Priced, prompted: Priced, { assumptions, extra, machine }: Terms): BreakEven {
  const [wayTuned, wayPrompted] = [wayOn(tuned, machine ?? "shared"), wayOn(prompted, machine ?? "shared")];
  const monthly = sumOf(extra) / monthsOfUse;
  /** What the tuned one costs more a month, where each 1,000 requests of the prompted one cost so much more than measured. */
  const excess = (requests: number, dearer: number): number =>
    monthly +
    runningCost(tuned, wayTuned, requests).usd -
    runningCost(prompted, wayPrompted, requests).usd -
    (dearer * requests) / 1000;
  const from = (dearer: number): number | null => firstAtMostZero((requests) => excess(requests, dearer));
  const [own, others] = [labelsUsed(tuned), labelsUsed(prompted)];
  const extraLabels = own === null || others === null ? null : own - others;
  const machineOfItsOwn = machine === "own" ? (ownMachine(tuned) ?? ownMachine(prompted)) : null;
  const interval = intervalOf([tuned, prompted], from);
  const isTimed = [tuned, prompted].some(({ usdPerThousand: { basis } }) => basis.kind === "machine");
  const leavesOut = {
    "machine-speed": isTimed,
    labels: assumptions.usdPerLabel === undefined && extraLabels !== 0,
    work: assumptions.usdPerPersonHour === undefined || assumptions.personHours === undefined,
    setup: [tuned, prompted].some(({ facts }) => facts.recording !== undefined),
  };
  return {
    ...{ tuned: tuned.approach, prompted: prompted.approach, machine, requestsPerMonth: from(0) },
    ...(interval !== null && { interval }),
    leavesOut: (Object.keys(leavesOut) as (keyof typeof leavesOut)[]).filter((what) => leavesOut[what]),
    basis: {
      ...{ extraUpfront: extra, extraLabels },
      usdPerThousand: { tuned: tuned.usdPerThousand.value, prompted: prompted.usdPerThousand.value },
      ...(machineOfItsOwn !== null && { ownMachine: machineOfItsOwn }),
    },
  };
}

/**
 * The break-even at both ends of the 95 % interval of what a request saves (normal; the two costs' variances added, though both were
 * asked the same texts: rather too wide). `null` where a cost has no standard error, and where no saving within the interval ever pays.
 */
function intervalOf(
  costs: readonly Priced[],
  from: (dearer: number) => number | null,
): NonNullable<BreakEven["interval"]> | null {
  const errors = costs.map(({ usdPerThousand }) => usdPerThousand.standardError);
  if (errors.includes(undefined)) return null;
  const half = normalQuantile(0.975) * Math.hypot(...errors.map((error) => error ?? 0));
  const low = from(half);
  return low === null ? null : { low, high: from(-half) };
}

/** Nobody has more requests a month, and the steps at which a first one is looked for: a twentieth of a power of ten. */
const mostRequests = 1e12;
const stepsOfTen = 20;

/** The first whole number of requests at which a cost that changes with them is 0 or less, looked for in steps and then halved down to; 0 where that is the first, `null` where none is. */
function firstAtMostZero(cost: (requests: number) => number): number | null {
  // One that is cheaper only up to some number of requests never becomes the cheaper one.
  if (cost(mostRequests) > 0) return null;
  if (cost(1) <= 0) return 0;
  let below = 1;
  for (let step = 1; below < mostRequests; step++) {
    const above = Math.ceil(10 ** (step / stepsOfTen));
    if (cost(above) <= 0) return halved(below, above);
    below = above;
  }
  return null;

  function halved(low: number, high: number): number {
    if (high - low <= 1) return high;
    const middle = Math.floor((low + high) / 2);
    return cost(middle) <= 0 ? halved(low, middle) : halved(middle, high);
  }
}
