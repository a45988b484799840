import type { Llm } from "./llm.js";
import type { DemoPlan, PromptProgram } from "./program.js";
import { type AnswerForm, delimitText, renderRequest, systemMessage } from "./template.js";

/**
 * A prompt as files: `prompt.md` to read, `examples.jsonl` and `prompt.json` to run again. No key is among them: the model is
 * named, its access is not.
 */
export function promptFiles(
  llm: Pick<Llm, "spec" | "parameters">,
  { template, demos: plan, answer: style, samples, shortlist }: PromptProgram,
  form: AnswerForm,
): ReadonlyMap<string, Uint8Array> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  // What is retrieved for each text stands in no message that could be written down here.
  const [shown, kept] = plan.kind === "fixed" ? [plan.examples, plan.examples] : [[], plan.pool];
  const { schema, maxOutputTokens, messages } = renderRequest(template, shown, "", form, { style });
  const settings = {
    format: 1,
    llm: llm.spec,
    parameters: { ...llm.parameters, maxOutputTokens },
    answerForm: form,
    template,
    demos: plan.kind === "fixed" ? { kind: plan.kind } : { kind: plan.kind, by: plan.by, count: plan.count },
    answer: style,
    samples,
    shortlist,
    schema: schema ?? null,
    // The last message holds the text; its tag depends on it.
    messages: messages.slice(0, -1),
  };
  const page = [
    `# Prompt for ${llm.spec}`,
    "",
    "## System message",
    "",
    fenced(systemMessage(template, form, style)),
    "",
    ...(kept.length === 0 ? [] : ["## Examples", "", `${exampleNote(plan)}; see examples.jsonl.`, ""]),
    "## The text",
    "",
    fenced(delimitText("…", template.maxTextCharacters).content),
    "",
  ];
  return new Map([
    ["prompt.md", encode(page.join("\n"))],
    [
      "examples.jsonl",
      encode(kept.map(({ id, text, labels, reasoning }) => `${JSON.stringify({ id, text, labels, reasoning })}\n`).join("")),
    ],
    ["prompt.json", encode(`${JSON.stringify(settings, null, 2)}\n`)],
  ]);
}

function exampleNote(plan: DemoPlan): string {
  if (plan.kind === "fixed") return `${plan.examples.length}, as turns of a conversation`;
  return `For each text ${plan.count} of ${plan.pool.length}, picked by an encoder (${plan.by}), as turns of a conversation`;
}

/** A Markdown code block that its content cannot close. */
function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${content}\n${fence}`;
}
