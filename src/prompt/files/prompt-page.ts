/**
 * @file `prompt.md`: the system message as it is sent, in a code block, and back. A person edits the instruction and the labels there; what
 * Crossover adds below them (how the text is delimited, how to answer) follows from the settings and is not for editing.
 */

import { UserError } from "../../lib/errors.js";
import {
  type AnswerForm,
  type AnswerStyle,
  delimitText,
  type PromptTemplate,
  promptTemplate,
  systemMessage,
} from "../template.js";
import { excerpt } from "./excerpt.js";

/** How a system message is made of a template. */
export interface MessageForm {
  readonly form: AnswerForm;
  readonly style: AnswerStyle;
}

/** What stands around a person's words in a system message: instruction, `between`, the labels one a line, `closing`. */
interface Frame {
  /** The built-in instruction. */
  readonly opening: string;
  readonly between: string;
  readonly closing: string;
}

/** What begins a label's line. */
const bullet = "- ";

/** Read off a message of marks, so that `template.ts` alone knows its words. */
function frameOf(template: PromptTemplate, { form, style }: MessageForm): Frame {
  const mark = "\u0000";
  const marked = systemMessage({ ...template, instruction: mark, labels: [mark], descriptions: {} }, form, style);
  const [, between, closing] = marked.split(mark) as [string, string, string];
  const plain = systemMessage({ ...template, instruction: null, labels: [mark], descriptions: {} }, form, style);
  return { opening: plain.slice(0, plain.indexOf(between)), between: between.slice(0, -bullet.length), closing };
}

const decidedNote =
  "A decision model gets them in parts: the labels as options, instruction and examples as its instructions, and the text alone. What the block says of tags " +
  "and JSON is not sent. prompt.json has the questions as they are sent.";

/** The page. `examples`: one sentence about them, or nothing. `isDecided`: a decision model is asked, which takes no messages. */
export function promptPage(
  title: string,
  template: PromptTemplate,
  { form, style }: MessageForm,
  examples: string | null,
  isDecided = false,
): string {
  return [
    `# ${title}`,
    "",
    "Yours to edit: the instruction and the labels in the block below, one label a line with what it means, and the lines of examples.jsonl.",
    "What follows the labels is made from prompt.json. To run it again: crossover run DATA --prompt FOLDER",
    ...(isDecided ? [decidedNote] : []),
    "",
    "## System message",
    "",
    fenced(systemMessage(template, form, style)),
    "",
    ...(examples === null ? [] : ["## Examples", "", examples, ""]),
    "## The text",
    "",
    fenced(delimitText("…", template.maxTextCharacters).content),
    "",
  ].join("\n");
}

/**
 * The template with the instruction, the labels and the descriptions of a page. What a page shows unchanged stays as it is in `saved`, to
 * the last space. UserError, with the line, where the page has no such message, or one that `saved` and the form of answers can't have made.
 */
export function readPromptPage(page: string, place: string, saved: PromptTemplate, messageForm: MessageForm): PromptTemplate {
  const { message, line: firstLine } = messageOf(page, place);
  const wholeLine = (offset: number): number => firstLine + tidy(message).slice(0, offset).split("\n").length - 1;
  const read = readSystemMessage(message, saved, messageForm);
  if ("fault" in read) throw new UserError(`${place} line ${wholeLine(read.offset)}: ${read.fault}`);
  return read.template;
}

/** A template out of a system message, or what is wrong with the message and where. */
export function readSystemMessage(
  text: string,
  saved: PromptTemplate,
  messageForm: MessageForm,
): { readonly template: PromptTemplate } | { readonly fault: string; readonly offset: number } {
  const message = tidy(text);
  const frame = frameOf(saved, messageForm);
  const closing = tidy(frame.closing);
  if (!message.endsWith(closing)) return closingFault(message, closing, messageForm);
  const head = message.slice(0, message.length - closing.length);
  // An unchanged list is found as a whole: labels may hold line breaks.
  const unchanged = tidy(frame.between + labelList(saved));
  const start = head.endsWith(unchanged) ? head.length - unchanged.length : head.lastIndexOf(frame.between);
  if (start < 0) {
    const heading = frame.between.trim();
    return { fault: `there is no line "${heading}" with the labels below it, each as "- label: what it means".`, offset: 0 };
  }
  const instruction = head.slice(0, start);
  if (instruction.trim() === "") return { fault: "there is no instruction above the labels.", offset: 0 };
  const kept = instruction === tidy(saved.instruction ?? frame.opening);
  const own = kept ? saved.instruction : instruction === tidy(frame.opening) ? null : instruction;
  if (head.endsWith(unchanged)) return { template: { ...saved, instruction: own } };
  const listAt = start + frame.between.length;
  const list = readLabelList(head.slice(listAt), saved);
  if ("fault" in list) return { fault: list.fault, offset: listAt + list.offset };
  const template = { ...saved, ...list, instruction: own };
  // Room for the longest of the new labels.
  return {
    template: { ...template, maxOutputTokens: Math.max(saved.maxOutputTokens, promptTemplate(template).maxOutputTokens) },
  };
}

function labelList(template: PromptTemplate): string {
  const frame = frameOf(template, { form: "text", style: "direct" });
  const message = systemMessage({ ...template, instruction: "" }, "text", "direct");
  return message.slice(frame.between.length, message.length - frame.closing.length);
}

type LabelList = Pick<PromptTemplate, "labels" | "descriptions">;

function readLabelList(list: string, saved: PromptTemplate): LabelList | { readonly fault: string; readonly offset: number } {
  const labels: string[] = [];
  const descriptions: Record<string, string> = {};
  const byLength = [...saved.labels].sort((a, b) => b.length - a.length);
  let next = 0;
  for (const line of list.split("\n")) {
    const offset = next;
    next += line.length + 1;
    if (line.trim() === "") continue;
    const item = /^[-*] (.*)$/.exec(line)?.[1];
    if (item === undefined) {
      return {
        fault: `${excerpt(line)} is not a label. Expected "- label: what it means", the description on the same line.`,
        offset,
      };
    }
    // A label may hold a colon: one that was there before is known by its name.
    const known = byLength.find((label) => item === label || item.startsWith(`${label}: `));
    const label = known ?? /^(.*?)(?::\s|:?$)/.exec(item)![1]!.trim();
    const description = item
      .slice(label.length)
      .replace(/^\s*:?\s*/, "")
      .trim();
    if (label === "") return { fault: `${excerpt(line)} has no label before the colon.`, offset };
    if (labels.includes(label)) return { fault: `the label ${excerpt(label)} stands there twice.`, offset };
    labels.push(label);
    const stored = Object.hasOwn(saved.descriptions, label) ? saved.descriptions[label]! : "";
    // What the list does not show of a description (line breaks, one that only repeats the label) was not deleted by hand.
    const words = stored.replace(/\s+/g, " ").trim();
    const isUnchanged = description === (words === label ? "" : words);
    if (isUnchanged ? stored !== "" : description !== "") descriptions[label] = isUnchanged ? stored : description;
  }
  if (labels.length < (saved.isMultiLabel ? 1 : 2))
    return { fault: "there are fewer than two labels to choose from.", offset: 0 };
  return { labels, descriptions };
}

function closingFault(
  message: string,
  closing: string,
  { form, style }: MessageForm,
): { readonly fault: string; readonly offset: number } {
  const [found, expected] = [message.split("\n"), closing.split("\n")];
  const back = expected.findIndex((_, i) => found.at(-1 - i) !== expected.at(-1 - i));
  const [line, wanted] = [found.at(-1 - back) ?? "", expected.at(-1 - back) ?? ""];
  const offset = found.slice(0, found.length - 1 - back).join("\n").length + 1;
  const same = [...wanted].findIndex((sign, i) => sign !== line[i]);
  const shown = (text: string): string => excerpt(same > 40 ? `…${text.slice(same - 20)}` : text);
  return {
    fault:
      `${shown(line)} does not fit prompt.json. Below the labels stands what Crossover adds, for answerForm "${form}" and answer "${style}" ` +
      `as prompt.json has them: change them there, and leave the lines as they were. Expected ${shown(wanted)}.`,
    offset: Math.min(offset, message.length),
  };
}

/** What is in the block below the heading, and the number of its first line. */
function messageOf(page: string, place: string): { readonly message: string; readonly line: number } {
  const lines = page.replace(/^\uFEFF/, "").split(/\r\n?|\n/);
  const heading = lines.findIndex((line) => /^#+\s*system message\s*$/i.test(line));
  if (heading < 0)
    throw new UserError(`${place} has no heading "## System message". The prompt stands below it, in a code block.`);
  const open = lines.findIndex((line, i) => i > heading && line.trim() !== "");
  const fence = open < 0 ? undefined : /^(`{3,})\w*\s*$/.exec(lines[open]!)?.[1];
  if (fence === undefined) {
    throw new UserError(
      `${place} line ${heading + 2}: expected a code block with the prompt below "## System message", opened by \`\`\`text.`,
    );
  }
  const isClosing = (line: string): boolean => line.startsWith(fence) && /^`+\s*$/.test(line);
  const close = lines.findIndex((line, i) => i > open && isClosing(line));
  if (close < 0)
    throw new UserError(`${place} line ${open + 1}: the code block that begins here is not closed by a line ${fence}.`);
  return { message: lines.slice(open + 1, close).join("\n"), line: open + 2 };
}

/** Without what editors change unasked: kinds of line breaks, spaces at the ends of lines. */
function tidy(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "");
}

/** A Markdown code block that its content cannot close. */
function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${content}\n${fence}`;
}
