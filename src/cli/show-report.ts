/** @file A result on the terminal: the report, and what else there is to tell of the run. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { failedText } from "../advise/words/unanswered.js";
import { formatNumber } from "../lib/text/format.js";
import { spendingText } from "../lib/text/spending.js";
import { visibleText } from "../lib/text/visible-text.js";
import { type Notice, renderBrief, renderText, renderVerdict } from "../report/report.js";
import type { GateResult } from "../run/gates.js";
import { resumeCommand } from "../run/options/run-command.js";
import type { RunReport } from "../run/publish-run.js";
import type { CommandContext } from "./command-context.js";
import { exitCode } from "./exit-code.js";
import { noteLines } from "./notes.js";
import type { CommandManner, ShowManner } from "./run-options.js";
import type { Terminal } from "./terminal.js";

/** How a result is shown. */
export interface Shown extends Pick<ShowManner, "json" | "full" | "quiet">, Pick<CommandManner, "output"> {
  /** What prints the whole report. */
  readonly fullCommand: string;
  /** Whether it was decided with other assumptions than the page that is stored with the run. */
  readonly isRedecided?: boolean;
  /** How the run that has just been made ended; absent where an earlier one is looked at. */
  readonly ended?: {
    /** Whether it was stopped while its learning curves were measured. */
    readonly isStopped: boolean;
    readonly envFile?: string | undefined;
  };
}

/** What is told besides the report. */
interface Message extends Notice {
  /** More, where there is room. */
  readonly detail?: string;
  /** Whether it is about something that was asked for and is not there: it is told in any case. */
  readonly isFault?: true;
}

/** Lines that a brief report has at least, however low the screen is. */
const leastLines = 12;
/** Lines of a usual terminal: on a higher one, too, the answer is to be taken in at once. */
const mostRows = 24;

/** Prints a result, and says where to look. A failed gate sets the exit code. */
export function showReport(report: RunReport, shown: Shown, { terminal, setExitCode }: CommandContext): void {
  const { comparison, advice, gates, use } = report;
  const { width, hasColor } = terminal;
  const options = { width, hasColor, ...(use === undefined ? {} : { useIt: use }) };
  const messages = messagesOf(report, shown);
  const isBrief = !shown.quiet && !shown.json && !shown.full && terminal.isOutScreen;
  if (isBrief) {
    const rows = Math.min(Math.max(terminal.screen().rows, leastLines + 1), mostRows);
    const { fullCommand } = shown;
    const brief = { ...options, isAscii: !terminal.hasUnicode, mostLines: rows - 1, fullCommand, notices: messages };
    terminal.out(renderBrief(comparison, advice, brief));
  } else {
    // A file or a program that reads it has no last line to look at: it gets everything.
    const draw = shown.quiet ? () => verdictText(report, terminal) : () => renderText(comparison, advice, options);
    terminal.out(shown.json ? report.render("results.json") : draw());
    for (const { text, command, detail, isFault } of messages) {
      if (shown.quiet && isFault !== true) continue;
      const line = command === undefined ? text : `${text} ${command}`;
      terminal.err(noteLines(detail === undefined ? line : `${line}\n${detail}`, terminal));
    }
  }
  if (gates.some((gate) => !gate.isPassed)) setExitCode(exitCode.gate);
}

/** The verdict alone. In a file or a pipe it is a line for its word and one for its sentence. */
function verdictText({ comparison, advice }: RunReport, { width, hasColor, hasUnicode, isOutScreen }: Terminal): string {
  const columns = isOutScreen ? width : Number.POSITIVE_INFINITY;
  return renderVerdict(comparison, advice, { width: columns, hasColor, isAscii: isOutScreen && !hasUnicode });
}

/** The most important first. */
function messagesOf(report: RunReport, shown: Shown): Message[] {
  const { comparison, gates, spending, path } = report;
  const folder = dirname(path);
  const { ended, isRedecided = false, output } = shown;
  const stored = isRedecided ? ", decided as the run was; -o FILE.html writes this one" : "";
  return [
    ...(ended === undefined ? [] : failureMessages(report, ended, output, folder)),
    ...(ended?.isStopped
      ? [
          {
            text: "Stopped while learning curves were measured. For the rest of them:",
            command: resumeCommand(folder, { ...ended, output }),
            isFault: true as const,
          },
        ]
      : []),
    ...gateMessages(gates),
    ...(comparison.spending === undefined ? [] : [{ text: `Paid for answers: ${spendingText(spending)}.` }]),
    ...output.map((file) => ({ text: `Written: ${visibleText(file)}` })),
    ...(existsSync(path) ? [{ text: `Report: ${visibleText(path)}${stored}` }] : []),
  ];
}

function gateMessages(gates: readonly GateResult[]): Message[] {
  return gates
    .toSorted((a, b) => Number(a.isPassed) - Number(b.isPassed))
    .map(({ gate, approach, value, isPassed }): Message => {
      const found = value === null ? "not measured" : formatNumber(value);
      const text = `${isPassed ? "passed" : "FAILED"}  ${gate}  (${approach}: ${found})`;
      return isPassed ? { text } : { text, isFault: true };
    });
}

/** Approaches that could not be measured: the rest is kept and reported. Why is said once for all that it holds of. */
function failureMessages(
  { comparison: { failed } }: RunReport,
  { envFile }: NonNullable<Shown["ended"]>,
  output: readonly string[],
  folder: string,
): Message[] {
  if (failed.length === 0) return [];
  const reasons = [...new Set(failed.map(({ reason }) => failedText(reason)))].map((reason) => {
    const approaches = failed.filter((each) => failedText(each.reason) === reason).map(({ approach }) => approach);
    return { text: `Not measured: ${approaches.join(", ")}: ${reason}`, isFault: true as const };
  });
  return [
    ...reasons,
    {
      text: "What was measured is kept and reported. Fix it and resume with:",
      command: resumeCommand(folder, { envFile, output }),
      isFault: true,
      detail:
        "Only what is missing is asked then. To do without, or with another model, start a new run: stored answers are used again.",
    },
  ];
}
