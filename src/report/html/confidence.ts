/** @file How far confidence can be believed: the charts of the best of both arms, and a table of all that tell how sure they are. */
import { formatPercent } from "../../lib/text/format.js";
import type { ApproachCalibration } from "../../types/calibration.js";
import type { Comparison } from "../../types/comparison.js";
import { answeredShareChart } from "../charts/answered-share-chart.js";
import { reliabilityChart } from "../charts/reliability-chart.js";
import { confidenceColumns, confidenceNote, targetText } from "../confidence.js";
import { type Markup, markup } from "../markup.js";
import { approachName, figure, table } from "./elements.js";
import { legend } from "./figures.js";

/** The charts and the table; `null` where nobody tells how sure it is. */
export function confidenceFigures(comparison: Comparison): Markup | null {
  const { calibrations = [] } = comparison;
  if (calibrations.length === 0) return null;
  const drawn = shownInCharts(comparison, calibrations);
  return markup`<div class="figures">${reliabilityFigure(drawn)}${answeredShareFigure(drawn)}</div>${legend(drawn.map(({ approach, arm }) => ({ arm, name: approach })))}${confidenceTable(calibrations)}<p class="note">${confidenceNote}</p>`;
}

/** The best of each arm, as far as they tell; otherwise the first that does. */
function shownInCharts({ best }: Comparison, calibrations: readonly ApproachCalibration[]): readonly ApproachCalibration[] {
  const chosen = [best.tune?.approach, best.prompt?.approach];
  const shown = calibrations.filter(({ approach }) => chosen.includes(approach));
  return shown.length > 0 ? shown : calibrations.slice(0, 1);
}

function reliabilityFigure(drawn: readonly ApproachCalibration[]): Markup {
  const described = drawn.map(({ approach, reliability: { ece, excess, bins } }) => {
    const direction = excess > 0 ? "too much" : "too little";
    const steps = bins.map(({ confidence, accuracy }) => `${formatPercent(confidence)}: ${formatPercent(accuracy)}`);
    return `${approach} claims ${direction} by ${formatPercent(Math.abs(excess))} on average, calibration error ${formatPercent(ece)}; right by confidence: ${steps.join(", ")}`;
  });
  return figure(
    "reliability",
    "Confidence and accuracy",
    "How often answers of about the same confidence are right. On the dashed line confidence is what it says, below it the approach is too sure. The thin dashed line of an approach is the same once calibrated on validation rows.",
    (size) =>
      reliabilityChart(
        drawn.map(({ approach, arm, reliability, temperature, isotonic }) => {
          const calibrated = isotonic?.reliability ?? (temperature.kind === "fitted" ? temperature.reliability : undefined);
          return {
            name: approach,
            arm,
            bins: reliability.bins,
            ...(calibrated !== undefined && { calibrated: calibrated.bins }),
          };
        }),
        { ...size, title: "Accuracy by confidence", description: described.join(". ") },
      ),
  );
}

function answeredShareFigure(drawn: readonly ApproachCalibration[]): Markup | null {
  const lines = drawn.flatMap(({ approach, arm, answered }) =>
    answered === null ? [] : [{ name: approach, arm, curve: answered.curve, answered }],
  );
  if (lines.length === 0) return null;
  const described = lines.map(({ name, answered: { targets, errorRate } }) => {
    const all = `${name}: ${formatPercent(1 - errorRate)} right of all rows`;
    return [all, ...targets.map((target) => `answers ${targetText(target)}`)].join(", ");
  });
  return figure(
    "answered-share",
    "Accuracy by share answered",
    "Where only the surest rows are answered and the others are handed on. The mark is where all are answered.",
    (size) =>
      answeredShareChart(lines, {
        ...size,
        title: "Accuracy by share of rows answered",
        description: described.join(". "),
      }),
  );
}

function confidenceTable(calibrations: readonly ApproachCalibration[]): Markup {
  const rows = calibrations.map((calibration) => ({
    cells: [approachName(calibration.approach, calibration.arm), ...confidenceColumns.map(({ text }) => text(calibration))],
  }));
  return table("How far confidence can be believed", ["Approach", ...confidenceColumns.map(({ title }) => title)], rows, {
    isStacked: true,
  });
}
