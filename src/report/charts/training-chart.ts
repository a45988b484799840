import { quantile } from "../../lib/quantile.js";
import { movingAverage } from "../../lib/smoothing.js";
import { formatCount, formatNumber } from "../../lib/text/format.js";
import { type Markup, markup } from "../markup.js";
import { linearScale, linearScaleWithin, type Scale } from "./scale.js";
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

/** Loss up to which the picture reaches: one wild batch must not press the curves flat. */
function highestShown({ steps, evaluations }: TrainingCurve): number {
  const losses = steps.map(({ loss }) => loss);
  const others = [...movingAverage(losses, smoothedShare * losses.length), ...evaluations.map(({ loss }) => loss)];
  const usual = [...others, quantile(losses, 0.98)].reduce((most, loss) => Math.max(most, loss), 0);
  const highest = losses.reduce((most, loss) => Math.max(most, loss), 0);
  return highest <= 2 * usual ? Math.max(highest, usual) : usual;
}

const lossScale = (training: TrainingCurve, range: readonly [number, number]): Scale =>
  linearScale([0, highestShown(training)], range, 5);

/** The steps whose loss lies above the picture: they are marked at its upper edge. */
export function stepsAbove(training: TrainingCurve): TrainingCurve["steps"] {
  const top = lossScale(training, [0, 1]).ticks.at(-1)!;
  return training.steps.filter(({ loss }) => loss > top);
}

/**
 * Loss by step: single steps faint, their moving average over them, held-out losses as points; the learning rate dashed, on a scale of its own.
 * Arrows at the upper edge: steps whose loss lies above it.
 */
export function trainingChart(training: TrainingCurve, frame: Omit<Frame, "height">): Markup {
  const { steps, evaluations } = training;
  const { width } = frame;
  const height = Math.round(Math.min(280, width * 0.6));
  const [left, right, top, bottom] = [52, width - 14, 22, height - 42];
  const losses = steps.map(({ loss }) => loss);
  const smooth = movingAverage(losses, smoothedShare * steps.length);
  const last = Math.max(steps.at(-1)?.step ?? 1, evaluations.at(-1)?.step ?? 1);
  const x = linearScaleWithin([0, last], [left, right], Math.floor(width / 90));
  const y = lossScale(training, [bottom, top]);

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
    stepsAbove(training).map(({ step }) => {
      const at = x(step);
      return markup`<path class="off tune" d="M${pixel(at - 4)} ${top + 8}L${pixel(at)} ${top}L${pixel(at + 4)} ${top + 8}Z"/>`;
    }),
    evaluations.map(({ step, loss }) => mark("tune", ...place(step, loss), 4)),
    markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">steps</text>`,
    markup`<text class="tick" x="0" y="${top - 3}">loss</text>`,
  ]);
}

/** Some of the points, evenly spaced, the last one among them. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}
