import type { ReliabilityBin } from "../../types/calibration.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { linearScale } from "./scale.js";
import { type Frame, mark, pixel, svg, xAxis, yAxis } from "./svg.js";
import { percentTick } from "./ticks.js";

/** How sure one approach is, beside how often it is right. */
export interface ReliabilityLine {
  readonly name: string;
  readonly arm: Arm;
  /** By ascending confidence. */
  readonly bins: readonly ReliabilityBin[];
  /** The same once calibrated: drawn dashed, without marks. */
  readonly calibrated?: readonly ReliabilityBin[];
}

/** A reliability diagram: what comes true over what is claimed. On the dashed diagonal the two are the same, below it too much is claimed. */
export function reliabilityChart(lines: readonly ReliabilityLine[], frame: Omit<Frame, "height">): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(360, width * 0.8));
  const [left, right, top, bottom] = [46, width - 16, 14, height - 42];
  const values = lines.flatMap(({ bins, calibrated = [] }) =>
    [...bins, ...calibrated].flatMap(({ confidence, accuracy }) => [confidence, accuracy]),
  );
  const lowest = values.reduce((least, value) => Math.min(least, value), 1);
  const x = linearScale([lowest, 1], [left, right], Math.max(2, Math.floor((right - left) / 70)));
  const y = linearScale([lowest, 1], [bottom, top], 5);
  const [from, to] = [Math.max(x.ticks[0]!, y.ticks[0]!), 1];
  const diagonal = markup`<path class="front" d="M${pixel(x(from))} ${pixel(y(from))}L${pixel(x(to))} ${pixel(y(to))}"/>`;
  const placesOf = (bins: readonly ReliabilityBin[]) =>
    bins.map(({ confidence, accuracy }) => [x(confidence), y(accuracy)] as const);
  const pathOf = (places: readonly (readonly [number, number])[]): string =>
    places.map(([px, py]) => `${pixel(px)} ${pixel(py)}`).join("L");
  const drawn = lines.map(({ arm, bins, calibrated = [] }) => {
    const places = placesOf(bins);
    const path = pathOf(places);
    return markup`<g>${calibrated.length > 1 && markup`<path class="line dashed muted ${arm}" d="M${pathOf(placesOf(calibrated))}"/>`}${places.length > 1 && markup`<path class="line ${arm}" d="M${path}"/>`}${places.map(([px, py]) => mark(arm, px, py, 4))}</g>`;
  });
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">confidence</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, left, right, percentTick),
    xAxis(x, top, bottom, percentTick, width),
    diagonal,
    drawn,
    title,
  ]);
}
