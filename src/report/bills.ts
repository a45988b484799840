/** @file The bills of a month as text, for tables of every form. */
import { wayNames } from "../advise/words/prices.js";
import { sumOf } from "../compare/money/upfront.js";
import { formatCount, formatLargeCount, formatPlural, formatUsd } from "../lib/text/format.js";
import type { Comparison } from "../types/comparison.js";
import type { Arm } from "../types/identity.js";
import type { MonthlyBill } from "../types/prices.js";

/** One approach, paid for in one way. */
export interface BillRow {
  readonly approach: string;
  readonly arm: Arm;
  readonly way: string;
  /** What came before the first request; "not known" of a recording. */
  readonly upfront: string;
  /** USD a month, one a number of requests; machines of its own in brackets, where there is more than one. */
  readonly months: readonly string[];
}

/** The head of the columns of months: `1 k`; the user's own number in full. */
export function volumeHeads({ money, assumptions }: Comparison): string[] {
  return money.volumes.map((requests) => {
    return requests === assumptions.requestsPerMonth ? formatCount(requests) : formatLargeCount(requests);
  });
}

/** The bills of all approaches, the best in the metric that ranks first. */
export function billRows({ money, summaries }: Comparison): BillRow[] {
  return money.bills.map((bill) => {
    const summary = summaries.find(({ approach }) => approach === bill.approach)!;
    return {
      ...{ approach: bill.approach, arm: summary.arm, way: wayNames[bill.way] },
      upfront: summary.facts.recording === undefined ? formatUsd(sumOf(bill.upfront)) : "not known",
      months: bill.months.map(monthText),
    };
  });
}

function monthText({ total, machines = 1 }: MonthlyBill["months"][number]): string {
  return `${formatUsd(total)}${machines > 1 ? ` (${formatPlural(machines, "machine")})` : ""}`;
}
