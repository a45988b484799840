import { quantile } from "../../lib/quantile.js";
import { movingAverage } from "../../lib/smoothing.js";
import { formatCount, formatNumber } from "../../lib/text/format.js";
import { type Markup, markup } from "../markup.js";
import { linearScale } from "./scale.js";
import { type Frame, mark, pixel, svg, xAxis, yAxis } from "./svg.js";

/** How a tuned approach was trained: what a run keeps beside its files. */
export interface TrainingCurve {
  readonly approach: string;
  readonly steps: readonly { readonly step: number; readonly loss: number; readonly learningRate?: number }[];
  /** Losses of held-out rows. */
  readonly evaluations: readonly { readonly step: number; readonly loss: number }[];
}

/** Share of all steps over which the loss is smoothed. */
const smoothedShare = 0.05;
/** Points in which a line is drawn: more than a pixel each are not seen. */
const mostPoints = 250;

/** Loss by step: single steps faint, their moving average over them, held-out losses as points; the learning rate dashed, on a scale of its own. */
export function trainingChart({ steps, evaluations }: TrainingCurve, frame: Omit<Frame, "height">): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(280, width * 0.6));
  const [left, right, top, bottom] = [52, width - 14, 14, height - 42];
  const losses = steps.map(({ loss }) => loss);
  const smooth = movingAverage(losses, smoothedShare * steps.length);
  // One wild batch must not press the curves flat: its line leaves the frame's top at the highest of the others.
  const heights = [...smooth, ...evaluations.map(({ loss }) => loss), quantile(losses, 0.98)];
  const x = linearScale([0, steps.at(-1)?.step ?? 1], [left, right], Math.floor(width / 90));
  const y = linearScale([0, heights.reduce((most, loss) => Math.max(most, loss), 0)], [bottom, top], 5);

  const path = (className: string, points: readonly (readonly [number, number])[]): Markup | null =>
    points.length < 2
      ? null
      : markup`<path class="${className}" d="M${thinned(points)
          .map(([a, b]) => `${pixel(a)} ${pixel(b)}`)
          .join("L")}"/>`;
  const place = (step: number, loss: number): readonly [number, number] => [x(step), Math.max(top, y(loss))];
  const rates = steps.flatMap(({ step, learningRate }) => (learningRate === undefined ? [] : [{ step, learningRate }]));
  const highest = rates.reduce((most, { learningRate }) => Math.max(most, learningRate), 0);
  return svg({ ...frame, height }, [
    yAxis(y, left, right, formatNumber),
    xAxis(x, top, bottom, formatCount, width),
    highest > 0 &&
      path(
        "front",
        rates.map(({ step, learningRate }) => [x(step), bottom - (learningRate / highest) * (bottom - top)] as const),
      ),
    path(
      "line tune faint",
      steps.map(({ step, loss }) => place(step, loss)),
    ),
    path(
      "line tune",
      steps.map(({ step }, i) => place(step, smooth[i]!)),
    ),
    evaluations.map(({ step, loss }) => mark("tune", ...place(step, loss), 4)),
    markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">steps</text>`,
  ]);
}

/** Some of the points, evenly spaced, the last one among them. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}
