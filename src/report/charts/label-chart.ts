import type { LabelDifference } from "../../compare/details/label-differences.js";
import { type Markup, markup } from "../markup.js";
import { linearScale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis } from "./svg.js";
import { shareTick } from "./ticks.js";

const rowHeight = 24;

/** F1 of each label by the best of both arms, joined by a line: long lines are large differences. */
export function labelChart(differences: readonly LabelDifference[], frame: Omit<Frame, "height">): Markup {
  const { width } = frame;
  const nameWidth = Math.min(Math.max(...differences.map(({ label }) => textWidth(label))) + 12, width * 0.4);
  const [left, right] = [nameWidth, width - 14];
  const height = differences.length * rowHeight + 44;
  const scores = differences.flatMap(({ tuned, prompted }) => [tuned.f1, prompted.f1]);
  const scale = linearScale(
    [Math.min(...scores), Math.max(...scores)],
    [left + 8, right],
    Math.max(2, Math.floor((right - left) / 60)),
  );
  const rows = differences.map(({ label, tuned, prompted }, i) => {
    const y = i * rowHeight + rowHeight / 2 + 2;
    const [a, b] = [pixel(scale(tuned.f1)), pixel(scale(prompted.f1))];
    const name = markup`<text class="name" x="0" y="${pixel(y + 4)}">${truncateToPixels(label, nameWidth - 6)}</text>`;
    return markup`<g>${name}<line class="bar" x1="${a}" x2="${b}" y1="${pixel(y)}" y2="${pixel(y)}"/>${mark("prompt", b, y, 4.5)}${mark("tune", a, y, 4.5)}</g>`;
  });
  return svg({ ...frame, height }, [
    xAxis(scale, 2, differences.length * rowHeight + 2, shareTick, width),
    rows,
    markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">F1</text>`,
  ]);
}
