import { wrap } from "../lib/text/display-width.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { Terminal } from "./terminal.js";

/**
 * A message for people, wrapped to the screen, each line feed kept. It may quote the data or a service: what would steer the terminal
 * is written out.
 */
export function noteLines(text: string, { screen, isInteractive }: Pick<Terminal, "screen" | "isInteractive">): string {
  const lines = text.split("\n").map(visibleText);
  // In a log file a message is one line, so that it can be searched for.
  return `${(isInteractive ? lines.flatMap((line) => wrapNote(line, screen().columns)) : lines).join("\n")}\n`;
}

/** A command that ends a note and does not fit behind its words stands on a line of its own, in one piece: it is there to be copied. */
function wrapNote(line: string, columns: number): string[] {
  const wrapped = wrap(line, columns);
  const [, words, command] = /^(.*:) (crossover [a-z].*)$/.exec(line) ?? [];
  return wrapped.length === 1 || words === undefined ? wrapped : [...wrap(words, columns), `  ${command}`];
}
