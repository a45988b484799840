/** @file What the labels of a language model taught a small one, in words. */
import { formatCount, formatPercent, formatUsd } from "../../../lib/text/format.js";
import { metricInWords } from "../../../lib/text/metric-names.js";
import type { Contrast } from "../../../types/contrast.js";
import type { FindingOf } from "../../findings/findings.js";
import { range, signed } from "../points.js";
import type { WordingsOf } from "../wording.js";

type Distilled = FindingOf<"distillation-paid"> | FindingOf<"distillation-unpaid">;

/** Findings on distillation. */
export const distillationWordings: WordingsOf<"distillation-paid" | "distillation-unpaid"> = {
  "distillation-paid": {
    role: "change",
    title: () => "Labels of a language model help the small one",
    sentence: (finding) =>
      `${finding.approach} is better than ${finding.student} alone: ${differenceText(finding.shown)}` +
      `${finding.shown?.verdict === "a-better" ? "" : ", though perhaps by no more than your margin"}. ${keptText(finding)}`,
  },
  "distillation-unpaid": {
    role: "caution",
    title: ({ rule }) => (rule.kind === "none" ? "Nothing was distilled" : "Distilling is not shown to pay"),
    sentence: (finding) => {
      const { approach, student, shown, rule } = finding;
      if (rule.kind === "none") return nothingText(finding);
      const verdict =
        shown === undefined
          ? `${student} alone was not measured beside ${approach}, so nothing is known of what the labels bring.`
          : `${approach} ${verdicts[shown.verdict]} ${student} alone: ${differenceText(shown)}.`;
      return `${verdict} ${keptText(finding)}`;
    },
  },
};

const verdicts: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "is better than",
  "b-better": "is worse than",
  equivalent: "is as good as",
  undecided: "is not shown to be better than",
};

function differenceText(shown: Distilled["shown"]): string {
  if (shown === undefined) return "not measured";
  const { metric, difference } = shown;
  return `${signed(difference.value)} points of ${metricInWords(metric)} (95% interval ${range(difference)})`;
}

function keptText({ kept, asked, teacher, rule, usd }: Distilled): string {
  const cost = usd > 0 ? `, for ${formatUsd(usd)}` : "";
  const sure = rule.kind === "from" ? `, those of which it was at least ${formatPercent(rule.confidence)} sure` : "";
  return `It learned from ${formatCount(kept)} of ${formatCount(asked)} rows that ${teacher} labelled${cost}${sure}.`;
}

function nothingText({ teacher, student, judged, approach }: Distilled): string {
  const { rows, right, studentRight } = judged;
  return (
    `${teacher} taught ${approach} nothing: of ${formatCount(rows)} labelled rows that neither had seen it had ${formatCount(right)} right and ` +
    `${student} ${formatCount(studentRight)}, and it was nowhere sure enough to be right as often. Labels of a better model may help.`
  );
}
