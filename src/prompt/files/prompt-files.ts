import type { Llm } from "../llm.js";
import type { DemoPlan, PromptProgram } from "../program.js";
import { shownQuestions } from "../providers/decide/decision-request.js";
import { type AnswerForm, answerForm, renderRequest } from "../template.js";
import { exampleLines } from "./example-lines.js";
import { promptPage } from "./prompt-page.js";
import { type PromptSettings, promptFormat } from "./prompt-settings.js";

/**
 * A prompt as files that hold everything that decides its answers but the model itself: `prompt.md` and `examples.jsonl` to read and to
 * edit, `prompt.json` with the settings and the request as rendered. No key is among them: the model is named, its access is not.
 *
 * @param needs what it cannot be asked without, besides the model
 */
export function promptFiles(
  llm: Pick<Llm, "spec" | "parameters" | "isStructured" | "decides">,
  program: PromptProgram,
  { isTextOnly, needs }: { readonly isTextOnly: boolean; readonly needs: readonly string[] },
): ReadonlyMap<string, Uint8Array> {
  const { template, demos: plan, answer: style, samples, shortlist, form: asked } = program;
  const allowed: AnswerForm = llm.isStructured && !isTextOnly ? "json" : "text";
  const form = formOf(program, allowed);
  // What is retrieved for each text stands in no message that could be written down here.
  const { schema, maxOutputTokens, messages, question } = renderRequest(
    template,
    plan.kind === "fixed" ? plan.examples : [],
    "",
    form,
    {
      style,
    },
  );
  const settings: PromptSettings = {
    format: promptFormat,
    llm: llm.spec,
    parameters: { ...llm.parameters },
    answerForm: allowed,
    answer: style,
    samples,
    shortlist,
    ...(asked === undefined ? {} : { form: asked }),
    demos: plan.kind === "fixed" ? { kind: plan.kind } : { kind: plan.kind, by: plan.by, count: plan.count },
    needs: [...needs],
    template: structuredClone(template) as PromptSettings["template"],
  };
  const isDecided = llm.decides !== undefined && question !== undefined;
  // The last message holds the text; its tag depends on it.
  const request = isDecided
    ? { questions: shownQuestions(llm.spec, question) }
    : { maxOutputTokens, schema: schema ?? null, messages: messages.slice(0, -1) };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return new Map([
    [
      "prompt.md",
      encode(promptPage(`Prompt for ${llm.spec}`, template, { form, style }, exampleNote(plan, isDecided), isDecided)),
    ],
    ["examples.jsonl", encode(exampleLines(plan))],
    ["prompt.json", encode(`${JSON.stringify({ ...settings, request }, null, 2)}\n`)],
  ]);
}

/** The form in which answers are asked for where `allowed` is the most that is wanted: a list of labels may be too long for a schema. */
export function formOf({ template, shortlist }: Pick<PromptProgram, "template" | "shortlist">, allowed: AnswerForm): AnswerForm {
  return answerForm({ isStructured: allowed === "json" }, { labels: template.labels.slice(0, shortlist ?? undefined) });
}

function exampleNote(plan: DemoPlan, isDecided: boolean): string | null {
  const place = isDecided ? "in the instructions" : "as turns of a conversation";
  if (plan.kind === "retrieved") {
    return `For each text ${plan.count} of the ${plan.pool.length} in examples.jsonl, picked by an encoder (${plan.by}), ${place}.`;
  }
  if (plan.examples.length === 0) return null;
  const spares = plan.spares.length === 0 ? "" : `, or its spares where one is nearly the text asked about`;
  return `The ${plan.examples.length} of examples.jsonl, ${place}${spares}.`;
}
