import { formatCount } from "../../lib/text/format.js";
import type { BreakEven } from "../../types.js";
import { about } from "./points.js";

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
