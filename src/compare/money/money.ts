import type { Comparison } from "../../types/comparison.js";
import type { Assumptions, Money } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { breakEvens } from "./break-even.js";
import { isPriced, monthlyBills, volumesOf } from "./monthly-bill.js";

/** Bills by the month, and from how many requests on the best tuned approach is cheaper than the best prompt. */
export function moneyOf(summaries: readonly Summary[], best: Comparison["best"], assumptions: Assumptions): Money {
  const priced = summaries.filter(isPriced);
  const bestOf = (arm: "tune" | "prompt") => priced.find(({ approach }) => approach === best[arm]?.approach);
  const [tuned, prompted] = [bestOf("tune"), bestOf("prompt")];
  return {
    volumes: volumesOf(assumptions),
    bills: priced.filter(({ arm }) => arm !== "baseline").flatMap((summary) => monthlyBills(summary, assumptions)),
    breakEvens: tuned === undefined || prompted === undefined ? [] : breakEvens(tuned, prompted, assumptions),
  };
}
