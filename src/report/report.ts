/** @file The front door: a comparison and its advice in the format of a file's extension. */
import { extname } from "node:path";
import type { Advice } from "../advise/advise.js";
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { Comparison } from "../types/comparison.js";
import type { TrainingCurve } from "./charts/training-chart.js";
import { renderHtml } from "./html/render-html.js";
import { renderJson } from "./json.js";
import { type GateOutcome, renderJunit } from "./junit.js";
import { renderMarkdown } from "./markdown.js";
import { renderCsv, renderJsonl } from "./predictions.js";
import type { RunFacts } from "./run-facts.js";
import type { UseIt } from "./use-it.js";

export { type BriefOptions, type Notice, renderBrief, renderVerdict } from "./terminal/render-brief.js";
export { renderText, type TextOptions } from "./terminal/render-text.js";

/** What a report can show besides the comparison and the advice. */
export interface RenderOptions {
  /** Texts of the test rows by id, if the data is available. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Texts of the rows that validation rows are from, by id. */
  readonly trainTexts?: ReadonlyMap<string, string>;
  /** When, on what and with what it was measured, if it is of a run. */
  readonly facts?: RunFacts;
  /** Conditions that were checked, for JUnit. */
  readonly gates?: readonly GateOutcome[];
  /** Training curves of the tuned approaches, for the HTML page. */
  readonly trainings?: readonly TrainingCurve[];
  /** How to use the advised approach, if the run has its files. */
  readonly useIt?: UseIt;
}

type Renderer = (comparison: Comparison, advice: Advice, options: RenderOptions) => string;

/** The formats of a report, named by their extension. */
export type ReportFormat = "json" | "jsonl" | "csv" | "md" | "html" | "xml";

const renderers: Readonly<Record<ReportFormat, Renderer>> = {
  json: renderJson,
  jsonl: (comparison, _, texts) => renderJsonl(comparison, texts),
  csv: (comparison, _, texts) => renderCsv(comparison, texts),
  md: renderMarkdown,
  html: renderHtml,
  xml: (comparison, _, { gates }) => renderJunit(comparison, gates),
};

/** Returns the format of a path's extension. Throws a `UserError` that lists the formats for any other extension. */
export function formatOf(path: string): ReportFormat {
  const extension = extname(path).slice(1).toLowerCase();
  const formats = Object.keys(renderers) as ReportFormat[];
  const format = formats.find((name) => name === extension);
  if (format !== undefined) return format;
  const found = extension === "" ? "has no extension" : `ends in ".${extension}"`;
  const names = `Formats: ${formats.map((name) => `.${name}`).join(", ")}`;
  // What a browser prints, it prints as a PDF too.
  if (extension === "pdf") {
    throw new UserError(
      `"${path}" ${found}: no report is written as a PDF. ${names}. Write .html, and print the page from the browser.`,
    );
  }
  throw new UserError(`"${path}" ${found}, which names no format of a report.${didYouMean(extension, formats)} ${names}.`);
}

/**
 * Renders a report as `json` (all statistics), `jsonl` or `csv` (every prediction), `md`, `html` (one self-contained page) or `xml` (JUnit).
 * Pure: writes nothing.
 */
export function render(format: ReportFormat, comparison: Comparison, advice: Advice, options: RenderOptions = {}): string {
  return renderers[format](comparison, advice, options);
}
