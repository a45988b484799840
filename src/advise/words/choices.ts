import { formatCount, formatScore } from "../../lib/text/format.js";
import { metricNames } from "../../lib/text/metric-names.js";
import type { ChoiceBasis } from "../../types/comparison.js";

type SoleKind = Exclude<ChoiceBasis["kind"], "cheapest" | "validation" | "test">;

const sole: Readonly<Record<SoleKind, string>> = {
  "only-candidate": "only candidate",
  "only-measured": "only candidate that was fully measured",
  "only-within-limits": "only candidate within your limits",
};

const unranked: Readonly<Record<Extract<ChoiceBasis, { readonly kind: "cheapest" }>["why"], string>> = {
  "no-validation-rows": "too few rows to hold some back for validation",
  "few-answered-rows": "too few validation rows that all of them answered",
};

/** How the best of an arm was chosen: `only candidate`, `validation macro-F1 0.912 on 400 rows`. */
export function choiceBasisText(basis: ChoiceBasis): string {
  switch (basis.kind) {
    case "cheapest":
      return `the cheapest: ${unranked[basis.why]}`;
    case "test":
      return `shown by the test rows to be better than ${basis.over} (${choiceBasisText(basis.validation)})`;
    case "validation": {
      const { metric, score, rows, of } = basis;
      const count = rows < of ? `${formatCount(rows)} of ${formatCount(of)}` : formatCount(of);
      return `validation ${metricNames[metric]} ${formatScore(score)} on ${count} rows`;
    }
    default:
      return sole[basis.kind];
  }
}
