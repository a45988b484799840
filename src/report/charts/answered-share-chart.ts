import type { AnsweredShare } from "../../types/calibration.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { linearScale } from "./scale.js";
import { type Frame, mark, pixel, svg, xAxis, yAxis } from "./svg.js";
import { percentTick } from "./ticks.js";

/** The accuracy of one approach where only its surest rows are answered. */
export interface AnsweredShareLine {
  readonly name: string;
  readonly arm: Arm;
  /** By ascending share. */
  readonly curve: AnsweredShare["curve"];
}

/** Shares below this rest on too few rows to show: one row more or less right would swing the line. */
const leastShare = 0.05;

/** Accuracy over the share of rows answered, the surest first. The mark is where all are answered. */
export function answeredShareChart(lines: readonly AnsweredShareLine[], frame: Omit<Frame, "height">): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(320, width * 0.68));
  const [left, right, top, bottom] = [52, width - 16, 14, height - 42];
  const shown = lines.map(({ arm, curve }) => ({ arm, curve: curve.filter(({ share }) => share >= leastShare) }));
  const accuracies = shown.flatMap(({ curve }) => curve.map(({ accuracy }) => accuracy));
  const x = linearScale([0, 1], [left, right], 5);
  const lowest = accuracies.reduce((least, accuracy) => Math.min(least, accuracy), 1);
  const y = linearScale([Math.min(lowest, 0.99), 1], [bottom, top], 5);
  const drawn = shown.map(({ arm, curve }) => {
    const path = curve.map(({ share, accuracy }) => `${pixel(x(share))} ${pixel(y(accuracy))}`).join("L");
    const last = curve.at(-1)!;
    return markup`<g>${curve.length > 1 && markup`<path class="line ${arm}" d="M${path}"/>`}${mark(arm, x(last.share), y(last.accuracy))}</g>`;
  });
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">share of rows answered, the surest first</text>`;
  return svg({ ...frame, height }, [yAxis(y, left, right, percentTick), xAxis(x, top, bottom, percentTick, width), drawn, title]);
}
