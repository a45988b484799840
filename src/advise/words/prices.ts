/** @file Prices and the break-even in words. */
import { fewestRequests } from "../../compare/money/break-even.js";
import { formatCount, formatNumber, formatPercent, formatUsd } from "../../lib/text/format.js";
import type { BillingWay, BreakEven, MachineUse, PriceBasis, UntoldPrice } from "../../types/prices.js";
import { sequence } from "./lists.js";
import { about } from "./points.js";

/** What a price per prediction follows from: `mean list price of 200 requests`. */
export function priceBasisText(basis: PriceBasis): string {
  if (basis.kind === "list-price") return `mean list price of ${formatCount(basis.requests)} requests`;
  if (basis.kind === "cascade") {
    const { small, llm, escalated } = basis;
    return `${priceBasisText(small)}; for ${formatPercent(escalated)} of the requests besides: ${priceBasisText(llm)}`;
  }
  const { textsPerSecond, usdPerHour, utilization, isElsewhere } = basis;
  const machine = `${formatUsd(usdPerHour)} an hour, busy ${formatPercent(utilization)} of the time`;
  return `${formatNumber(textsPerSecond)} texts a second on ${isElsewhere ? "the engine's" : "this"} machine, at ${machine}`;
}

/** The formula of a break-even with its numbers. */
export function breakEvenBasisText({ basis, leavesOut }: Pick<BreakEven, "basis" | "leavesOut">): string {
  const { extraUpfront, usdPerThousand, ownMachine } = basis;
  const { labels, fitting, work } = extraUpfront;
  const spent = [
    ...(leavesOut.includes("labels") ? [] : [`${formatUsd(labels)} more for labels`]),
    `${formatUsd(fitting)} more for fitting`,
    ...(leavesOut.includes("work") ? [] : [`${formatUsd(work)} more for work`]),
  ];
  const machine =
    ownMachine && `a machine of its own at ${formatUsd(ownMachine.usd)} a month for up to ${about(ownMachine.requests)} requests`;
  const rates = `per 1,000 requests ${formatUsd(usdPerThousand.prompted)} prompted against ${machine ?? `${formatUsd(usdPerThousand.tuned)} tuned`}`;
  return `${sequence(spent)}, written off over a year; ${rates}.${leftOutText(leavesOut)}`;
}

const leftOutNames: Readonly<Record<BreakEven["leavesOut"][number], string>> = {
  labels: "labels, which have no price (--usd-per-label)",
  work: "people's time (--usd-per-person-hour)",
  setup: "what setting the recorded prompt up took",
  "machine-speed": "how much this machine's speed varies",
};

/** ` Not counted: …`; nothing where all is. */
export function leftOutText(leavesOut: BreakEven["leavesOut"]): string {
  return leavesOut.length === 0 ? "" : ` Not counted: ${sequence(leavesOut.map((what) => leftOutNames[what]))}.`;
}

/** The 95% interval of a break-even: `95% interval 11,000 to 13,000`. */
export function requestRange({ interval }: Pick<BreakEven, "interval">): string {
  if (interval === undefined) return "interval not measured";
  const { low, high } = interval;
  if (low === high) return "every request costs the same";
  let digits = 2;
  const text = (requests: number): string =>
    requests < 100 ? about(requests) : formatCount(Number(requests.toPrecision(digits)));
  while (high !== null && text(low) === text(high)) digits++;
  return `95% interval ${text(low)} to ${high === null ? "never" : text(high)}`;
}

/** From how many requests a month on, without who: `from about 4,100 requests a month on (95% interval …)`. */
export function fromRequests({ requestsPerMonth: requests, ...rest }: Pick<BreakEven, "requestsPerMonth" | "interval">): string {
  if (requests === null) return "at no number of requests";
  if (requests < fewestRequests) return "at any number of requests";
  return `from about ${about(requests)} requests a month on (${requestRange(rest)})`;
}

/** Whose machine it is, before a comma: `on a machine of its own`. */
export const machineNames: Readonly<Record<MachineUse, string>> = {
  shared: "on a machine that other work shares",
  own: "on a machine of its own",
};

/** How predictions are paid for. */
export const wayNames: Readonly<Record<BillingWay, string>> = {
  list: "list price",
  batch: "in batches",
  "shared-machine": "shared machine",
  "own-machine": "machine of its own",
};

/** What must be told for prices to decide, and the option that tells it. */
export const untoldNames: Readonly<Record<UntoldPrice, { readonly what: string; readonly option: string }>> = {
  "requests-per-month": { what: "how many requests a month there will be", option: "--requests-per-month 100000" },
  "usd-per-label": { what: "what a label costs you", option: "--usd-per-label 0.10" },
  "recorded-labels": { what: "how many labels the recorded prompt rests on", option: "--recorded-labels 0" },
  machine: { what: "whether the machine is shared with other work", option: "--machine shared" },
};
