/**
 * @file The prompts of a promptfoo configuration: their words become the instruction, turns before the text become examples, and Crossover
 * says how the text is delimited and how to answer. A prompt that Crossover wrote comes back as it was. Nothing is executed.
 */

import { type PromptfooConfig, parseYaml, readPromptfooConfig } from "../../data/promptfoo/promptfoo-config.js";
import { expectedColumn, promptfooTable } from "../../data/promptfoo/promptfoo-tests.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import type { Dataset } from "../../types/data.js";
import { noDemos } from "../demos/balanced-demos.js";
import { parseAnswer, parseAnswers } from "../reading/answer.js";
import { type Demo, type PromptTemplate, promptTemplate } from "../template.js";
import { excerpt } from "./excerpt.js";
import { checkLabels } from "./label-check.js";
import { type MessageForm, readSystemMessage } from "./prompt-page.js";
import type { PromptSource } from "./prompt-source.js";
import { type Conversation, conversationOf } from "./promptfoo-conversation.js";
import { promptfooModels } from "./promptfoo-models.js";
import { writtenPrompts } from "./promptfoo-prompts.js";

/** Reads the prompts, of which there may be none. UserError, with the prompt, for what can't be taken over. */
export async function readPromptfooPrompts(path: string): Promise<readonly PromptSource[]> {
  const config = await readPromptfooConfig(path);
  const prompts = await writtenPrompts(config);
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
        const examples = conversation.demos.map((turn, number) =>
          demoOf(turn, number + 1, own?.messageForm ?? null, task, place),
        );
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
  { text, answer }: Conversation["demos"][number],
  number: number,
  form: MessageForm | null,
  task: Dataset,
  place: string,
): Demo {
  const { said, reasoning } = form?.style === "reasoned" ? reasoned(answer, form) : { said: answer, reasoning: undefined };
  const read = (task.isMultiLabel ? parseAnswers : parseAnswer)(said, task.labels, task.aliases);
  if ("failure" in read) {
    throw new UserError(
      `${place}: its example ${number} is answered with ${excerpt(said)}, which names no label of ${task.name}.`,
    );
  }
  return { id: `example-${number}`, text, labels: read.answer, ...(reasoning === undefined ? {} : { reasoning }) };
}

/** The thoughts and the label of an example that Crossover wrote. */
function reasoned(answer: string, { form }: MessageForm): { readonly said: string; readonly reasoning: string | undefined } {
  if (form === "text") {
    const [, reasoning, said] = /^([\s\S]*)\nLabels?:\s([\s\S]*)$/.exec(answer) ?? [];
    return { said: said ?? answer, reasoning };
  }
  const { reasoning } = (parseYaml(answer, "an example") ?? {}) as { readonly reasoning?: unknown };
  return { said: answer, reasoning: typeof reasoning === "string" ? reasoning : undefined };
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
