import type { Spending } from "../../types/prediction.js";
import { formatPlural, formatUsd } from "./format.js";

/** What was spent, in words; what only may have been stands apart: `$0.0086; at most $0.89 more for 20 requests whose fate is unknown`. */
export function spendingText({ paidUsd, uncertainUsd, uncertainRequests }: Spending): string {
  if (!(uncertainUsd > 0)) return formatUsd(paidUsd);
  return `${formatUsd(paidUsd)}; at most ${formatUsd(uncertainUsd)} more for ${formatPlural(uncertainRequests, "request")} whose fate is unknown`;
}
