import { displayWidth } from "../lib/text/display-width.js";
import { colorCode } from "../report/terminal/style.js";
import type { Terminal } from "./terminal.js";

/** Lines at the foot of the screen that are drawn over themselves. */
export interface ScreenBlock {
  /** Replaces the lines that stand there. They may hold colors, and must be shorter than the screen is wide. */
  draw(lines: readonly string[]): void;
  /** Takes the lines away, so that something else can be printed in their place. */
  clear(): void;
}

const colorCodes = new RegExp(colorCode, "g");

/** A block on `err`. The cursor rests at the end of its last line. */
export function screenBlock(terminal: Pick<Terminal, "err" | "screen">): ScreenBlock {
  let widths: readonly number[] = [];
  /** To the first column of the block's first line. A window that became narrower has broken the longer lines in two. */
  const back = (): string => {
    const { columns } = terminal.screen();
    const lines = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return lines > 1 ? `\r\u001b[${lines - 1}A` : "\r";
  };
  return {
    draw(lines) {
      // Each line is written over the old one and its rest erased afterwards: erased before, it would flicker.
      terminal.err(`${back()}${lines.join("\u001b[K\n")}\u001b[J`);
      widths = lines.map((line) => displayWidth(line.replace(colorCodes, "")));
    },
    clear() {
      if (widths.length > 0) terminal.err(`${back()}\u001b[J`);
      widths = [];
    },
  };
}
