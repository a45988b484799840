/**
 * @file A prompt as a language model would see it: nothing but messages. Labels, descriptions, instruction, examples and the text to classify
 * are found in them by their form, whoever wrote the prompt.
 */

import type { Message } from "../../../src/prompt/llm.js";
import { parseAnswer, parseAnswers } from "../../../src/prompt/reading/answer.js";
import { type ReadLabel, readLabelList } from "./read-labels.js";

/** An example that the prompt shows. */
export interface ReadDemo {
  readonly text: string;
  readonly labels: readonly string[];
}

/** What a prompt asks. */
export interface ReadPrompt {
  readonly labels: readonly ReadLabel[];
  /** Everything said besides texts and the list of labels. */
  readonly instruction: string;
  readonly demos: readonly ReadDemo[];
  /** The text to classify. */
  readonly text: string;
  /** Whether thoughts are wanted before the label. */
  readonly wantsReasoning: boolean;
  /** Whether a text may have several labels, or none. */
  readonly isMultiLabel: boolean;
}

/** A text within a tag of its own: `<text-3fa2c1>`, `<text>`, `<input>`. */
const tagged = /<(text|input|message|document)(-[0-9a-f]+)?>\n?([\s\S]*?)\n?<\/\1\2>/g;

/** The texts that stand in tags. */
export function taggedTexts(content: string): string[] {
  return [...content.matchAll(tagged)].map((match) => match[3]!);
}

/** What is left where the texts in tags are taken out. */
export function proseOf(content: string): string {
  return content.replace(tagged, "\n");
}

/** Reads a prompt; `null` where nothing in it is to be classified. */
export function readPrompt(messages: readonly Message[]): ReadPrompt | null {
  const prose = messages.filter(({ role }) => role !== "assistant").map(({ content }) => proseOf(content));
  const list = prose.map(readLabelList).find((found) => found !== null);
  if (list === undefined) return null;
  const names = list.labels.map(({ name }) => name);
  const isMultiLabel = /\b(several|all that apply|any number|which of the labels|zero or more|one or more)\b/i.test(
    prose.join("\n").replace(list.source, "\n"),
  );
  const shown = isMultiLabel ? (said: string) => parseAnswers(said, names) : (said: string) => parseAnswer(said, names);
  const texts = messages.map(textOf);
  const query = lastIndex(messages, ({ role, content }) => role === "user" && taggedTexts(content).length > 0);
  const asked = query >= 0 ? query : lastIndex(messages, ({ role }) => role === "user");
  if (asked < 0) return null;
  const demos: ReadDemo[] = [];
  for (let i = 0; i + 1 < messages.length; i++) {
    if (i === asked || messages[i]!.role !== "user" || messages[i + 1]!.role !== "assistant") continue;
    const said = shown(messages[i + 1]!.content);
    if ("answer" in said) demos.push({ text: texts[i]!, labels: said.answer });
  }
  const instruction = messages
    .filter(
      ({ role, content }, i) => role === "system" || (role === "user" && (i === asked || taggedTexts(content).length === 0)),
    )
    .map(({ content }) => (taggedTexts(content).length === 0 && content === texts[asked] ? "" : proseOf(content)))
    .join("\n")
    .replace(list.source, "\n");
  return {
    labels: list.labels,
    instruction,
    demos: [...demosWithin(messages[asked]!.content, names), ...demos],
    text: texts[asked]!,
    wantsReasoning:
      /step[- ]by[- ]step|\b(think|reason|thoughts?|reasoning)\b[^.\n]{0,80}\b(first|before|then|last line)\b/i.test(instruction),
    isMultiLabel,
  };
}

/** The text that a message is about: the last one in a tag, or what follows the last `Text:`, or the whole message. */
function textOf({ content }: Message): string {
  const inTag = taggedTexts(content).at(-1);
  if (inTag !== undefined) return inTag;
  const named = content.split(/^(?:text|message|input|sentence|question|query):[ \t]*/im);
  if (named.length < 2) return content;
  return named
    .at(-1)!
    .replace(/\n(?:label|answer|output|category|class):\s*$/i, "")
    .trim();
}

/** Examples within one message: `Text: …` and on a later line `Label: …`. */
function demosWithin(content: string, names: readonly string[]): ReadDemo[] {
  const form = /^(?:text|message|input):[ \t]*(.+)\n(?:label|answer|output|category|class):[ \t]*(.+)$/gim;
  return [...content.matchAll(form)].flatMap(([, text, said]) => {
    const read = parseAnswer(said!, names);
    return "answer" in read ? [{ text: text!, labels: read.answer }] : [];
  });
}

function lastIndex<Item>(items: readonly Item[], is: (item: Item) => boolean): number {
  for (let i = items.length - 1; i >= 0; i--) if (is(items[i]!)) return i;
  return -1;
}
