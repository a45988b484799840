/** @file Prices and the break-even in words. */
import { formatCount, formatNumber, formatPercent, formatUsd } from "../../lib/text/format.js";
import type { BreakEven, PriceBasis } from "../../types/prices.js";
import { about } from "./points.js";

/** What a price per prediction follows from: `mean list price of 200 requests`. */
export function priceBasisText(basis: PriceBasis): string {
  if (basis.kind === "list-price") return `mean list price of ${formatCount(basis.requests)} requests`;
  const { textsPerSecond, usdPerHour, utilization } = basis;
  const machine = `${formatUsd(usdPerHour)} an hour, busy ${formatPercent(utilization)} of the time`;
  return `${formatNumber(textsPerSecond)} texts a second on this machine, at ${machine}`;
}

/** The formula of a break-even with its numbers. */
export function breakEvenBasisText({ extraSetup, usdPerThousand, isSetupKnown }: BreakEven["basis"]): string {
  const { tuned, prompted } = usdPerThousand;
  const spent = `${formatUsd(extraSetup.labels)} more for labels, ${formatUsd(extraSetup.fitting)} more for fitting`;
  const rates = `${formatUsd(prompted)} prompted against ${formatUsd(tuned)} tuned`;
  const unknown = isSetupKnown ? "" : " What setting up the recorded prompt took is not known, and counted as nothing.";
  return `${spent}; per 1,000 requests ${rates}. People's time is not counted.${unknown}`;
}

/** The 95% interval of a break-even, and what it leaves out: `95% interval 11,000 to 13,000, this machine's speed taken as measured`. */
export function requestRange({ interval, leavesOut }: Pick<BreakEven, "interval" | "leavesOut">): string {
  if (interval === undefined) return "interval not measured";
  const { low, high } = interval;
  const without = leavesOut === undefined ? "" : ", this machine's speed taken as measured";
  if (low === high) return `every request costs the same${without}`;
  let digits = 2;
  const text = (requests: number): string =>
    requests < 100 ? about(requests) : formatCount(Number(requests.toPrecision(digits)));
  while (high !== null && text(low) === text(high)) digits++;
  return `95% interval ${text(low)} to ${high === null ? "never" : text(high)}${without}`;
}
