/** @file A cascade, or one model that hands rows on to a person, as a file of its own: a page, Markdown or JSON. */
import { extname } from "node:path";
import { capitalized } from "../../advise/words/lists.js";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import type { Cascade, Selective } from "../../types/cascade.js";
import type { Comparison } from "../../types/comparison.js";
import { namedForPeople } from "../for-people.js";
import { armsOf, cascadeContent, selectiveContent } from "../html/cascade.js";
import { section } from "../html/elements.js";
import { pageSource } from "../html/frame.js";
import { escapeMarkdown, toldBlocks } from "../markdown.js";
import { type Content, markup } from "../markup.js";
import { type RunFacts, titleFacts } from "../run-facts.js";
import { toldCascade, toldSelective } from "./told-cascade.js";

/** Which of the two it is, and of which comparison. */
export interface CascadeFileInput {
  readonly result: Cascade | Selective;
  readonly comparison: Comparison;
  /** When, on what and with what it was measured. */
  readonly facts?: RunFacts;
}

/** The formats of such a file, named by their extension. */
export type CascadeFormat = "html" | "md" | "json";

const renderers: Readonly<Record<CascadeFormat, (input: CascadeFileInput) => string>> = {
  html: renderPage,
  md: renderMarkdown,
  json: ({ result }) => cascadeJson(result),
};

/** The format of a path's extension. Throws a `UserError` that lists the formats for any other extension. */
export function cascadeFormatOf(path: string): CascadeFormat {
  const extension = extname(path).slice(1).toLowerCase();
  const formats = Object.keys(renderers) as CascadeFormat[];
  const format = formats.find((name) => name === extension);
  if (format !== undefined) return format;
  const found = extension === "" ? "has no extension" : `ends in ".${extension}"`;
  throw new UserError(
    `"${path}" ${found}, which names no format of a cascade.${didYouMean(extension, formats)} Formats: ${formats.map((name) => `.${name}`).join(", ")}.`,
  );
}

/** Renders it in the format of a path's extension. Pure: writes nothing. */
export function renderCascadeFile(path: string, input: CascadeFileInput): string {
  return renderers[cascadeFormatOf(path)](input);
}

/** All of it for machines, numbers as computed. */
export function cascadeJson(result: Cascade | Selective): string {
  return `${JSON.stringify({ format: 1, ...result }, null, 2)}\n`;
}

function isCascade(result: Cascade | Selective): result is Cascade {
  return "policies" in result;
}

/** With names in place of ids, as in a report. */
function named({ result, comparison }: CascadeFileInput) {
  const shown = namedForPeople(comparison, result);
  const arms = armsOf(namedForPeople(comparison, { summaries: comparison.summaries }));
  if (isCascade(shown)) {
    const told = toldCascade(shown);
    return { told, content: (): Content => cascadeContent(shown, arms) };
  }
  const told = toldSelective(shown);
  return { told, content: (): Content => selectiveContent(shown, told, arms.get(shown.approach) ?? "tune") };
}

function renderPage(input: CascadeFileInput): string {
  const { told, content } = named(input);
  const { comparison, facts } = input;
  return pageSource({
    title: `${capitalized(told.title)}: ${comparison.task.name}`,
    header: markup`<h1>${capitalized(told.title)}</h1><p class="lead">${titleFacts(comparison, facts).map((fact, i) => markup`${i > 0 && " · "}<bdi>${fact}</bdi>`)}</p>`,
    main: section("answer", "What comes of it", content()),
    footer: "Made by Crossover. Every number was computed from the stored predictions of this run; nothing was asked anew.",
  });
}

function renderMarkdown(input: CascadeFileInput): string {
  const { told } = named(input);
  const { comparison, facts } = input;
  const blocks = [
    `# ${escapeMarkdown(capitalized(told.title))}`,
    escapeMarkdown(`${titleFacts(comparison, facts).join(" · ")}.`),
    ...toldBlocks(told),
  ];
  return `${blocks.join("\n\n")}\n`;
}
