/** @file What an approach costs a month, by how many requests there are and how they are paid for. */
import type { Assumptions, BillingWay, MachineUse, MonthlyBill } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { monthsOfUse, sumOf, upfrontCost } from "./upfront.js";

/** A twelfth of a year of 365 days. */
const hoursOfMonth = 730;

/** Requests a month that bills are told for where nobody says how many there will be. */
export const usualVolumes: readonly number[] = [1000, 10_000, 100_000, 1_000_000, 10_000_000];

/** The usual numbers of requests, and the user's own. */
export function volumesOf({ requestsPerMonth }: Pick<Assumptions, "requestsPerMonth">): readonly number[] {
  return requestsPerMonth === undefined ? usualVolumes : [...new Set([...usualVolumes, requestsPerMonth])].sort((a, b) => a - b);
}

/** A summary whose price is known. */
export type Priced = Summary & { readonly usdPerThousand: NonNullable<Summary["usdPerThousand"]> };

export const isPriced = (summary: Summary): summary is Priced => summary.usdPerThousand !== null;

/** How predictions can be paid for. Batches: where the service has a price for them. */
export function waysOf({ usdPerThousand, facts }: Priced): readonly BillingWay[] {
  if (usdPerThousand.basis.kind === "machine") return ["shared-machine", "own-machine"];
  return facts.batchPriceShare === undefined ? ["list"] : ["list", "batch"];
}

/** How one is paid for at once, given whose machine there is. */
export const wayOn = ({ usdPerThousand: { basis } }: Priced, machine: MachineUse): BillingWay =>
  basis.kind === "list-price" ? "list" : machine === "own" ? "own-machine" : "shared-machine";

/** What running it costs a month. */
export function runningCost(
  summary: Priced,
  way: BillingWay,
  requests: number,
): { readonly usd: number; readonly machines?: number } {
  const { value } = summary.usdPerThousand;
  const usd = (value * requests) / 1000;
  if (way === "batch") return { usd: usd * summary.facts.batchPriceShare! };
  if (way !== "own-machine") return { usd };
  const own = ownMachine(summary)!;
  const machines = Math.max(1, Math.ceil(requests / own.requests));
  return { usd: machines * own.usd, machines };
}

/** A machine kept for it alone: its price a month, and the requests that it serves in the share of its time that it may be busy. `null` where none runs it. */
export function ownMachine({ usdPerThousand: { basis } }: Priced): { readonly usd: number; readonly requests: number } | null {
  if (basis.kind !== "machine") return null;
  const { textsPerSecond, usdPerHour, utilization } = basis;
  return { usd: usdPerHour * hoursOfMonth, requests: textsPerSecond * utilization * hoursOfMonth * 3600 };
}

/** The bills of an approach, one a way to pay for it. */
export function monthlyBills(summary: Priced, assumptions: Assumptions): MonthlyBill[] {
  const upfront = upfrontCost(summary, assumptions);
  const monthly = sumOf(upfront) / monthsOfUse;
  return waysOf(summary).map((way) => ({
    approach: summary.approach,
    way,
    upfront,
    months: volumesOf(assumptions).map((requests) => {
      const { usd, ...machines } = runningCost(summary, way, requests);
      return { requests, running: usd, ...machines, total: usd + monthly };
    }),
  }));
}
