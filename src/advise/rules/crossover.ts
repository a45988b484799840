/** @file From how many labels on fine-tuning overtakes the best prompt. */
import type { Comparison } from "../../types/comparison.js";
import type { CrossoverReading } from "../../types/curves.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";

/** The crossover of the arms' best; where the best tuned approach has no curve, of another tuned one. Nothing where nothing can be said of the pair. */
export function crossover(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { best, crossovers = [] } = comparison;
  const about = crossovers.find(({ prompted }) => prompted === best.prompt?.approach);
  if (about === undefined || best.tune === null || !("contrast" in decision)) return [];
  const { asWrong, offered, ...rest } = about;
  return [
    {
      kind: "crossover",
      ...rest,
      ...(asWrong !== undefined && isOther(about.found, asWrong) && { asWrong }),
      ...(offered !== undefined && isOther(about.found, offered.found) && { offered }),
      ...(about.tuned !== best.tune.approach && { best: best.tune.approach }),
    },
  ];
}

/** Numbers of labels that differ by this factor mean another budget. */
const telling = 2;

/** Whether a reading says something else than another: another side, or a number that differs by a factor of 2. */
function isOther(a: CrossoverReading, b: CrossoverReading): boolean {
  if (a.kind === "refused" || b.kind === "refused") return a.kind !== b.kind;
  const [x, y] = [a.labels, b.labels];
  if (x.value === null || y.value === null) return x.side.value !== y.side.value;
  return Math.max(x.value / y.value, y.value / x.value) >= telling;
}
