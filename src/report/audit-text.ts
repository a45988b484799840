/** @file An audit as text for a terminal: problems first, each with what to do and where to look. */

import type { Audit } from "../data/audit/audit.js";
import type { AuditRow, AuditSuspect } from "../data/audit/audit-facts.js";
import type { Severity } from "../data/audit/audit-findings.js";
import { displayWidth, truncate, wrap } from "../lib/text/display-width.js";
import { formatCount } from "../lib/text/format.js";
import { visibleText } from "../lib/text/visible-text.js";

export interface AuditTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

const marks: Readonly<Record<Severity, { readonly mark: string; readonly ansi: number }>> = {
  problem: { mark: "✗", ansi: 31 },
  warning: { mark: "!", ansi: 33 },
  note: { mark: "·", ansi: 36 },
};

/** Groups of rows listed under one finding, and rows of one group. */
const groupsShown = 3;
const rowsShown = 3;
/** Rows listed where each stands for itself, as suspicious labels do. */
const singleRowsShown = 10;
const labelsShown = 12;

/** Renders an audit for a terminal. Texts are shortened and their control characters escaped, so that data cannot steer the terminal. */
export function renderAudit(audit: Audit, { width, color }: AuditTextOptions): string {
  const paint = (ansi: number, text: string): string => (color ? `\u001b[${ansi}m${text}\u001b[0m` : text);
  const bold = (text: string): string => paint(1, text);
  const dim = (text: string): string => paint(2, text);
  const columns = Math.max(40, width);
  const wrap = (text: string, indent: string, first = indent): string[] => indented(text, columns, indent, first);
  const lines: string[] = [];
  lines.push(
    bold(
      `${visibleText(audit.name)}: ${formatCount(audit.rows.train)} training rows, ${formatCount(audit.rows.test)} test rows, ${formatCount(audit.labels.length)} labels`,
    ),
    ...wrap(visibleText(audit.splitNote), "").map(dim),
    "",
  );
  if (audit.findings.length === 0) lines.push(paint(32, "✓ No problems found."), "");
  for (const { severity, message, remedy, examples } of audit.findings) {
    const { mark, ansi } = marks[severity];
    // The mark is painted after wrapping: color codes have no width.
    const [head, ...more] = wrap(visibleText(message), "  ").map((line) => bold(line.slice(2)));
    lines.push(`${paint(ansi, mark)} ${head}`, ...more.map((line) => `  ${line}`));
    if (remedy !== null) lines.push(...wrap(remedy, "    ", "  → "));
    const most = examples.every((group) => group.length === 1) ? singleRowsShown : groupsShown;
    for (const group of examples.slice(0, most)) {
      for (const row of group.slice(0, rowsShown)) lines.push(dim(`    ${rowLine(row, columns - 4)}`));
      if (group.length > rowsShown) lines.push(dim(`      and ${formatCount(group.length - rowsShown)} more`));
    }
    if (examples.length > most) lines.push(dim("    … more with --json"));
    lines.push("");
  }
  if (audit.warnings.length > 0) {
    lines.push(bold("While reading"));
    for (const warning of audit.warnings) lines.push(...wrap(visibleText(warning), "    ", "  "));
    lines.push("");
  }
  lines.push(bold("Labels"), ...labelTable(audit, columns), "");
  lines.push(bold("Lengths"), ...lengthTable(audit), "");
  const languages = audit.languages.slice(0, 5).map(({ language, rows }) => `${language} ${formatCount(rows)}`);
  lines.push(...wrap(`Languages (rows): ${languages.join(", ")}`, "  ", ""));
  return `${lines.join("\n").trimEnd()}\n`;
}

/** `test.csv:41  card_arrival  "I am still waiting …"` in one line. */
function rowLine(row: AuditRow | AuditSuspect, width: number): string {
  const labels = row.labels.map(visibleText).join("|") || "(no label)";
  const suggestion = "suggested" in row ? ` → ${visibleText(row.suggested)}?` : "";
  // An id that only numbers the rows says no more than the line does.
  const isNumbered = /(?:^|-)row-\d+$/.test(row.id);
  const where =
    row.place === null ? visibleText(row.id) : `${visibleText(row.place)}${isNumbered ? "" : ` (${visibleText(row.id)})`}`;
  const start = `${row.split}  ${where}  ${truncate(labels, 40)}${suggestion}`;
  const room = width - displayWidth(start) - 4;
  return row.excerpt === undefined || room < 12
    ? truncate(start, width)
    : `${start}  "${truncate(visibleText(row.excerpt), room)}"`;
}

function labelTable({ labels }: Audit, columns: number): string[] {
  const shown = labels.length <= labelsShown ? labels : [...labels.slice(0, labelsShown / 2), ...labels.slice(-labelsShown / 2)];
  const names = shown.map(({ label }) => truncate(visibleText(label), Math.max(10, columns - 24)));
  const width = Math.max(5, ...names.map(displayWidth));
  const line = (name: string, train: string, test: string): string =>
    `  ${name}${" ".repeat(width - displayWidth(name))}${train.padStart(9)}${test.padStart(9)}`;
  const rows = shown.map(({ train, test }, i) => line(names[i]!, formatCount(train), formatCount(test)));
  const left = labels.length - shown.length;
  if (left > 0) rows.splice(labelsShown / 2, 0, `  … ${formatCount(left)} more …`);
  return [line("", "train", "test"), ...rows];
}

function lengthTable({ characters: lengths, tokens }: Audit): string[] {
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(11)}${cells.map((cell) => cell.padStart(9)).join("")}`;
  const row = (name: string, { p50, p95, p99, max }: Audit["characters"]): string =>
    line(
      name,
      [p50, p95, p99, max].map((value) => formatCount(value)),
    );
  return [
    line("", ["median", "95 %", "99 %", "longest"]),
    row("characters", lengths),
    ...(tokens === null ? [] : [row("tokens", tokens)]),
  ];
}

/** Words in lines of at most `columns`, the first one behind `first`, the others behind `indent`. */
function indented(text: string, columns: number, indent: string, first: string): string[] {
  const room = columns - Math.max(indent.length, first.length);
  return wrap(text, room).map((line, i) => (i === 0 ? first : indent) + line);
}
