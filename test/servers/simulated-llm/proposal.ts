/**
 * @file The model as an author of instructions, for optimizers: it is shown examples with their labels in whatever form, and writes which words
 * speak for which label. The model that classifies heeds such words, so a proposal from good examples really helps it.
 */

import type { Random } from "../../../src/lib/random.js";
import type { Message } from "../../../src/prompt/llm.js";
import { parseAnswer } from "../../../src/prompt/reading/answer.js";
import { readLabelList } from "./read-labels.js";
import { proseOf, type ReadDemo } from "./read-prompt.js";
import { tellingWords } from "./words.js";

/** Whether the messages ask for an instruction rather than for a label. */
export function asksForInstruction(messages: readonly Message[]): boolean {
  const prose = messages.map(({ content }) => proseOf(content)).join("\n");
  return /\b(propose|write|improve|rewrite|draft|revise|suggest|come up with|formulate|generate|create)\b[^.?!\n]{0,120}\b(instructions?|prompts?)\b/i.test(
    prose,
  );
}

/** Most words that an instruction names for one label. */
const wordsPerLabel = 14;
const openings = [
  "Classify the text by what its writer wants.",
  "Read the text and decide which label fits it best.",
  "Decide which label the text belongs to, by the words that speak for it.",
  "Assign exactly one label to the text.",
];

/**
 * An instruction from the examples in the messages; words that an earlier instruction among them named are kept. With `temperature` the
 * choice of words and the wording vary by `stream`.
 */
export function proposedInstruction(messages: readonly Message[], temperature: number, stream: Random): string {
  const all = messages.map(({ content }) => content).join("\n\n");
  const listed = messages.map(({ content }) => readLabelList(proseOf(content))).find((list) => list !== null);
  const examples = examplesIn(messages, listed?.labels.map(({ name }) => name) ?? []);
  const names = listed?.labels.map(({ name }) => name) ?? [...new Set(examples.flatMap(({ labels }) => labels))];
  const words = tellingWordsOf(examples, names, temperature, stream);
  for (const [, name, said] of all.matchAll(/Choose (.+?) for words such as ([^.\n]+)\./g)) {
    if (words.has(name!)) words.set(name!, [...new Set([...said!.split(", "), ...words.get(name!)!])].slice(0, wordsPerLabel));
  }
  const opening = openings[temperature > 0 ? stream.integer(openings.length) : 0]!;
  const rules = names.flatMap((name) => {
    const own = words.get(name)!;
    return own.length === 0 ? [] : [`Choose ${name} for words such as ${own.join(", ")}.`];
  });
  return [opening, ...rules].join("\n");
}

/** The words that are more frequent under each label than under the others, the most telling first. */
function tellingWordsOf(
  examples: readonly ReadDemo[],
  names: readonly string[],
  temperature: number,
  stream: Random,
): Map<string, readonly string[]> {
  const counts = new Map(names.map((name) => [name, new Map<string, number>()]));
  const totals = new Map<string, number>();
  for (const { text, labels } of examples) {
    for (const word of tellingWords(text)) {
      totals.set(word, (totals.get(word) ?? 0) + 1);
      for (const label of labels) counts.get(label)?.set(word, (counts.get(label)?.get(word) ?? 0) + 1);
    }
  }
  return new Map(
    names.map((name) => {
      const scored = [...counts.get(name)!].map(([word, count]) => {
        const elsewhere = totals.get(word)! - count;
        const noise = temperature > 0 ? temperature * stream.normal() : 0;
        return { word, score: count * Math.log((count + 0.5) / (elsewhere + 0.5)) + noise, isTelling: count > elsewhere };
      });
      const kept = scored.filter(({ isTelling }) => isTelling).sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
      return [name, kept.slice(0, wordsPerLabel).map(({ word }) => word)];
    }),
  );
}

/** Labelled texts in whatever form: in tags, as lines of JSON, as `Text: … Label: …`, as turns of a conversation. */
function examplesIn(messages: readonly Message[], names: readonly string[]): ReadDemo[] {
  return messages.flatMap(({ content }, i) => {
    const next = messages[i + 1];
    const turn = next?.role === "assistant" ? labelIn(next.content, names) : null;
    const found = [...taggedExamples(content, names), ...jsonExamples(content), ...lineExamples(content, names)];
    return turn === null || found.length > 0 ? found : [{ text: content, labels: [turn] }];
  });
}

function taggedExamples(content: string, names: readonly string[]): ReadDemo[] {
  const form =
    /<(text|input|message|document)(-[0-9a-f]+)?>\n?([\s\S]*?)\n?<\/\1\2>([\s\S]*?)(?=<(?:text|input|message|document)(?:-[0-9a-f]+)?>|$)/g;
  return [...content.matchAll(form)].flatMap(([, , , text, after]) => {
    const label = labelIn(after!.trim(), names);
    return label === null ? [] : [{ text: text!, labels: [label] }];
  });
}

function jsonExamples(content: string): ReadDemo[] {
  return content.split("\n").flatMap((line) => {
    if (!line.trim().startsWith("{")) return [];
    try {
      const { text, label, labels } = JSON.parse(line.trim().replace(/,$/, "")) as {
        text?: unknown;
        label?: unknown;
        labels?: unknown;
      };
      const said = [label, labels].flat().filter((name): name is string => typeof name === "string");
      return typeof text === "string" && said.length > 0 ? [{ text, labels: said }] : [];
    } catch {
      return [];
    }
  });
}

function lineExamples(content: string, names: readonly string[]): ReadDemo[] {
  const form = /^[-*\d.) ]*(?:text|message|input):[ \t]*(.+)\n((?:.+\n?){1,3})/gim;
  return [...content.matchAll(form)].flatMap(([, text, after]) => {
    const label = labelIn(after!.trim(), names);
    return label === null ? [] : [{ text: text!, labels: [label] }];
  });
}

/** The right label as it is said in the lines after a text: what is called right comes before what is called a label or an answer. */
function labelIn(after: string, names: readonly string[]): string | null {
  const said = after.split("\n").slice(0, 3).join("\n");
  const named =
    /\b(correct|right|expected|true|gold|truth|label|category|class|answer|output)\b[^:=\n]{0,30}[:=]\s*["'`]?(.+?)["'`]?(?=[.;,]\s|[.;]?$)/gim;
  const values = [...said.matchAll(named)];
  const best = values.find(([, name]) => /correct|right|expected|true|gold|truth/i.test(name!)) ?? values[0];
  if (names.length === 0) return best?.[2] ?? null;
  const read = parseAnswer(best?.[2] ?? said.split("\n")[0]!, names);
  return "answer" in read ? read.answer[0]! : null;
}
