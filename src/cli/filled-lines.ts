import { displayWidth, truncateMiddle } from "../lib/text/display-width.js";

/** The parts in lines of at most `width` columns. A part that is wider than a line loses its middle. */
export function filled(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? null : lines.at(-1)! + separator + part;
    if (longer !== null && displayWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(truncateMiddle(part, width));
  }
  return lines;
}
