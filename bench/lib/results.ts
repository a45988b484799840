/** @file Keeps the last table of each benchmark in `RESULTS.md`, between two comments that name it. */
import { readFileSync, writeFileSync } from "node:fs";
import { machineText } from "./machine.js";

const path = "bench/RESULTS.md";

/** A table in Markdown. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Prints a section, and puts it in the place of the one with the same name. */
export function keep(name: string, title: string, body: string, versions: string): void {
  const day = new Date().toISOString().slice(0, 10);
  const section = `## ${title}\n\n${body}\n\n${day}; ${machineText()}; ${versions}.\n`;
  process.stdout.write(`\n${section}`);
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for "${name}": add ${begin.trim()} and ${end}`);
  writeFileSync(path, text.slice(0, from + begin.length) + section + text.slice(to));
}
