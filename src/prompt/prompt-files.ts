import type { Example } from "../types.js";
import type { Llm } from "./llm.js";
import { type AnswerForm, delimitText, type PromptTemplate, renderRequest, systemMessage } from "./template.js";

/**
 * A prompt as files: `prompt.md` to read, `examples.jsonl` and `prompt.json` to run again. No key is among them: the model is
 * named, its access is not.
 */
export function promptFiles(
  llm: Pick<Llm, "spec" | "parameters">,
  template: PromptTemplate,
  demos: readonly Example[],
  form: AnswerForm,
): ReadonlyMap<string, Uint8Array> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { schema, maxOutputTokens, messages } = renderRequest(template, demos, "", form);
  const settings = {
    format: 1,
    llm: llm.spec,
    parameters: { ...llm.parameters, maxOutputTokens },
    answerForm: form,
    template,
    schema: schema ?? null,
    // The last message holds the text; its tag depends on it.
    messages: messages.slice(0, -1),
  };
  const page = [
    `# Prompt for ${llm.spec}`,
    "",
    "## System message",
    "",
    fenced(systemMessage(template, form)),
    "",
    ...(demos.length === 0 ? [] : [`## Examples`, "", `${demos.length}, as turns of a conversation; see examples.jsonl.`, ""]),
    "## The text",
    "",
    fenced(delimitText("…", template.maxTextCharacters).content),
    "",
  ];
  return new Map([
    ["prompt.md", encode(page.join("\n"))],
    ["examples.jsonl", encode(demos.map(({ id, text, labels }) => `${JSON.stringify({ id, text, labels })}\n`).join(""))],
    ["prompt.json", encode(`${JSON.stringify(settings, null, 2)}\n`)],
  ]);
}

/** A Markdown code block that its content cannot close. */
function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${content}\n${fence}`;
}
