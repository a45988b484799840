/**
 * @file The prompts of a promptfoo configuration: their words become the instruction, turns before the text become examples, and Crossover
 * says how the text is delimited and how to answer. A prompt that Crossover wrote comes back as it was. Nothing is executed.
 */

import { basename, extname } from "node:path";
import {
  isMapping,
  namedFile,
  type PromptfooConfig,
  parseYaml,
  readPromptfooConfig,
  readText,
} from "../../data/promptfoo/promptfoo-config.js";
import { expectedColumn, promptfooTable } from "../../data/promptfoo/promptfoo-tests.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import type { Dataset } from "../../types.js";
import { parseAnswer, parseAnswers } from "../answer.js";
import { noDemos } from "../demos/balanced-demos.js";
import type { Message } from "../llm.js";
import { type Demo, type PromptTemplate, promptTemplate } from "../template.js";
import { excerpt } from "./excerpt.js";
import { checkLabels } from "./label-check.js";
import { templateParts } from "./nunjucks-text.js";
import { type MessageForm, readSystemMessage } from "./prompt-page.js";
import type { PromptSource } from "./prompt-source.js";
import { promptfooModels } from "./promptfoo-models.js";

/** Reads the prompts, of which there may be none. UserError, with the prompt, for what can't be taken over. */
export async function readPromptfooPrompts(path: string): Promise<readonly PromptSource[]> {
  const config = await readPromptfooConfig(path);
  const prompts = await readPrompts(config);
  const constants = await constantVariables(config);
  const { llms, notes } = promptfooModels(config);
  const stem = config.file.replace(/\.ya?ml$/i, "");
  return prompts.map((prompt, i): PromptSource => {
    const conversation = conversationOf(prompt, constants);
    const own = ownTemplate(conversation.system);
    const place = `${config.file}, ${prompt.place}`;
    return {
      name: prompt.label ?? (prompts.length === 1 ? stem : `${stem}-${i + 1}`),
      place,
      llms,
      hash: sha256(prompt.text, JSON.stringify([...constants])),
      notes: [
        ...notes,
        ...(own === null
          ? [`${place}: its words are the instruction; how the text is delimited and how to answer is said in Crossover's.`]
          : []),
        ...(hasTransform(config)
          ? [`${config.file}: "transform" is code and was not executed. Answers are read by Crossover.`]
          : []),
      ],
      isTextOnly: own?.messageForm.form === "text",
      parameters: {},
      needs: [],
      programFor(task, { isReasoning }) {
        const examples = conversation.demos.map((turn, number) => demoOf(turn, number + 1, task, place));
        return {
          template: templateOf(own?.template ?? null, conversation, task, isReasoning, place),
          demos: examples.length === 0 ? noDemos : { kind: "fixed", examples, spares: [] },
          answer: own?.messageForm.style ?? "direct",
          samples: 1,
          shortlist: null,
        };
      },
    };
  });
}

/** A prompt as it is written: a text, or a conversation as JSON or YAML. */
interface WrittenPrompt {
  readonly place: string;
  readonly label: string | null;
  readonly text: string;
}

async function readPrompts(config: PromptfooConfig): Promise<readonly WrittenPrompt[]> {
  const { prompts } = config.content;
  const entries: readonly unknown[] = isMapping(prompts)
    ? Object.entries(prompts).map(([id, label]) => ({ id, label }))
    : Array.isArray(prompts)
      ? prompts
      : prompts === undefined || prompts === null
        ? []
        : [prompts];
  const read = await Promise.all(
    entries.map(async (entry, i): Promise<readonly WrittenPrompt[]> => {
      const place = `prompt ${i + 1}`;
      const { raw, id, label } = isMapping(entry) ? entry : { raw: entry };
      const source = raw ?? id;
      if (typeof source !== "string")
        throw new UserError(`${config.file}: ${place} is no text. Expected the prompt, or file:// and its file.`);
      const name = typeof label === "string" ? label : null;
      if (!isFileName(source)) return [{ place, label: name, text: source }];
      const path = namedFile(source, config, place, [".txt", ".md", ".json", ".yaml", ".yml", ".j2"]);
      const text = await readText(path);
      // A file of texts may hold several, parted by lines of three dashes.
      const texts = extname(path) === ".txt" ? text.split(/^---\s*$/m).map((part) => part.trim()) : [text];
      return texts.map((part, k) => ({
        place: `${place} (${basename(path)}${texts.length > 1 ? `, part ${k + 1}` : ""})`,
        label: texts.length === 1 ? name : null,
        text: part,
      }));
    }),
  );
  return read.flat();
}

/** As promptfoo tells a file's name from a prompt. */
function isFileName(source: string): boolean {
  if (source.includes("\n")) return false;
  return (
    /^(file|exec|python|https?|langfuse|portkey|helicone):/.test(source) ||
    /^\S+\.(txt|md|json|jsonl|ya?ml|j2|csv|js|cjs|mjs|ts|py)(:\w+)?$/.test(source)
  );
}

/** A conversation, with the words around the text, and the turns before it. */
interface Conversation {
  readonly system: string;
  readonly before: string;
  readonly after: string;
  readonly demos: readonly { readonly text: string; readonly answer: string }[];
}

function conversationOf({ place, text }: WrittenPrompt, constants: ReadonlyMap<string, string>): Conversation {
  const messages = messagesOf(text, place);
  const last = messages.at(-1);
  if (last === undefined || last.role !== "user")
    throw new UserError(`${place}: its last message is not the user's. Expected the one with the text there.`);
  const variables = new Set<string>();
  const filled = messages.map(({ role, content }) => ({ role, parts: partsOf(content, place, constants, variables) }));
  const [variable, other] = variables;
  if (variable === undefined)
    throw new UserError(`${place} uses no variable. Expected the text as {{text}} in its last message.`);
  if (other !== undefined) {
    throw new UserError(
      `${place} uses {{${variable}}} and {{${other}}}, which both differ from test to test. Expected one, the text.`,
    );
  }
  const plain = filled.slice(0, -1).map(({ role, parts }) => {
    if (parts.length > 1)
      throw new UserError(`${place} uses {{${variable}}} before its last message. Expected the text there alone.`);
    return { role, content: parts[0]! };
  });
  const [before, after, ...more] = filled.at(-1)!.parts;
  if (after === undefined || more.length > 0)
    throw new UserError(
      `${place} uses {{${variable}}} ${more.length > 0 ? "several times" : "not"} in its last message. Expected it there once.`,
    );
  const system = plain.filter(({ role }) => role === "system").map(({ content }) => content);
  const turns = plain.filter(({ role }) => role !== "system");
  const demos = turns.flatMap(({ role, content }, i) => {
    const isUser = i % 2 === 0;
    if ((role === "user") !== isUser || turns.length % 2 !== 0) {
      throw new UserError(`${place}: its turns before the text are not a text and its label by turns.`);
    }
    return isUser ? [{ text: unwrapped(content, before!, after), answer: turns[i + 1]!.content }] : [];
  });
  return { system: system.join("\n\n"), before: before!, after, demos };
}

/** Text with constants filled in, cut at each place of a variable that is none. */
function partsOf(content: string, place: string, constants: ReadonlyMap<string, string>, variables: Set<string>): string[] {
  const parts = templateParts(content);
  if ("logic" in parts)
    throw new UserError(
      `${place} has logic in its template, which is not executed: ${excerpt(parts.logic)}. Write out what it makes.`,
    );
  const pieces = [""];
  for (const part of parts) {
    const text = "text" in part ? part.text : constants.get(part.variable);
    if (text === undefined) {
      variables.add((part as { readonly variable: string }).variable);
      pieces.push("");
    } else pieces[pieces.length - 1] += text;
  }
  return pieces;
}

function messagesOf(text: string, place: string): readonly Message[] {
  const isList = /^\s*(\[|-\s+role:)/.test(text);
  const value = isList ? parseYaml(text, place) : null;
  if (!Array.isArray(value)) return [{ role: "user", content: text }];
  return value.map((message: unknown, i): Message => {
    const { role, content } = isMapping(message) ? message : {};
    const said = Array.isArray(content)
      ? content.map((part: unknown) => (isMapping(part) && part["type"] === "text" ? part["text"] : null))
      : [content];
    const known = role === "developer" ? "system" : role;
    if (
      (known !== "system" && known !== "user" && known !== "assistant") ||
      !said.every((part): part is string => typeof part === "string")
    ) {
      throw new UserError(
        `${place}: message ${i + 1} is not understood. Expected a role (system, user or assistant) and its text as content.`,
      );
    }
    return { role: known, content: said.join("\n") };
  });
}

/** An example's text without what stands around every text. */
function unwrapped(content: string, before: string, after: string): string {
  const tagged = /^<text-(\w+)>\n([\s\S]*)\n<\/text-\1>$/.exec(content)?.[2];
  if (tagged !== undefined) return tagged;
  const isWrapped = content.startsWith(before) && content.endsWith(after) && content.length > before.length + after.length;
  return isWrapped ? content.slice(before.length, content.length - after.length) : content;
}

const forms: readonly MessageForm[] = (["json", "text"] as const).flatMap((form) =>
  (["direct", "reasoned"] as const).map((style) => ({ form, style })),
);

/** What a system message of Crossover's was made of; `null` for the words of others. */
function ownTemplate(system: string): { readonly template: PromptTemplate; readonly messageForm: MessageForm } | null {
  for (const isMultiLabel of [false, true]) {
    const blank = { ...promptTemplate({ labels: [""], descriptions: {}, isMultiLabel }), labels: [] };
    for (const messageForm of forms) {
      const read = readSystemMessage(system, blank, messageForm);
      if ("template" in read) return { template: read.template, messageForm };
    }
  }
  return null;
}

function templateOf(
  own: PromptTemplate | null,
  { system, before, after }: Conversation,
  task: Dataset,
  isReasoning: boolean,
  place: string,
): PromptTemplate {
  const aliases = task.aliases === undefined ? {} : { aliases: task.aliases };
  if (own === null) {
    // Words around the text, as in "Message: {{text}}", are a part of what was written; where the text stood is said in words.
    const around = `${before}${after}`.trim() === "" ? "" : `${before}[the text]${after}`.trim();
    const instruction = [system.trim(), around].filter((part) => part !== "").join("\n\n");
    return promptTemplate(task, { isReasoning, ...aliases, ...(instruction === "" ? {} : { instruction }) });
  }
  checkLabels(own, task, place);
  return promptTemplate(own, { isReasoning, ...aliases, ...(own.instruction === null ? {} : { instruction: own.instruction }) });
}

function demoOf(
  { text, answer }: { readonly text: string; readonly answer: string },
  number: number,
  task: Dataset,
  place: string,
): Demo {
  const read = (task.isMultiLabel ? parseAnswers : parseAnswer)(answer, task.labels, task.aliases);
  if ("failure" in read)
    throw new UserError(
      `${place}: its example ${number} is answered with ${excerpt(answer)}, which names no label of ${task.name}.`,
    );
  return { id: `example-${number}`, text, labels: read.answer };
}

/** Variables that are the same in every test: words of the prompt, not the text. */
async function constantVariables(config: PromptfooConfig): Promise<ReadonlyMap<string, string>> {
  if (config.content["tests"] === undefined) return new Map();
  const { columns, rows } = await promptfooTable(config);
  const constant = columns.filter(
    (column) => column !== expectedColumn && rows.length > 1 && rows.every((row) => row[column] === rows[0]![column]),
  );
  return new Map(constant.map((column) => [column, String(rows[0]![column] ?? "")]));
}

function hasTransform({ content }: PromptfooConfig): boolean {
  return JSON.stringify([content["defaultTest"], content["providers"], content["tests"]])?.includes('"transform"') ?? false;
}
