/** @file A prompt of promptfoo taken apart: the words, the examples, and where the text stands. */

import { isMapping, parseYaml } from "../../data/promptfoo/promptfoo-config.js";
import { UserError } from "../../lib/errors.js";
import type { Message } from "../llm.js";
import { excerpt } from "./excerpt.js";
import { templateParts } from "./nunjucks-text.js";
import type { WrittenPrompt } from "./promptfoo-prompts.js";

/** A conversation, with the words around the text, and the turns before it. */
export interface Conversation {
  readonly system: string;
  readonly before: string;
  readonly after: string;
  readonly demos: readonly { readonly text: string; readonly answer: string }[];
}

/**
 * The parts of a prompt. `constants`: variables that are words of the prompt, and not the text. UserError for what is not of that form.
 */
export function conversationOf({ place, text }: WrittenPrompt, constants: ReadonlyMap<string, string>): Conversation {
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
