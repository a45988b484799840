import { ownValue } from "../../lib/json-value.js";
import type { Question } from "../asking/question.js";
import type { CompletionRequest, ScoredAnswers } from "../llm.js";
import { type PromptTemplate, renderAnswer, renderRequest } from "../template.js";
import type { AskedForm } from "./local-form.js";

/** The request for how likely each label is as the answer to a question. Where the form is in letters, the question is in letters already. */
export function formRequest(question: Question, text: string, form: AskedForm): CompletionRequest {
  const { template } = question;
  const { layout, answer } = form;
  const style = answer === "json" ? "json" : "text";
  const written = template.labels.map((label) => renderAnswer({ labels: [label] }, false, style, "direct"));
  // In plain text a word begins with the space before it. The end of the line tells "card" from "card arrival", where there are such labels.
  const end = written.some((one, i) => written.some((other, j) => i !== j && other.startsWith(one))) ? "\n" : "";
  const answers = layout === "plain" ? written.map((one) => ` ${one}${end}`) : written;
  const scored: ScoredAnswers = { layout, labels: template.labels, answers };
  if (layout === "plain") {
    const content = plainText(question, text, style);
    return { messages: [{ role: "user", content }], maxOutputTokens: template.maxOutputTokens, scored };
  }
  const { schema: _, ...request } = renderRequest(template, question.demos, text, style);
  return { ...request, scored };
}

/**
 * Instruction, labels, examples and the text, in lines, up to where the label comes. A text has no more lines than one, so that what looks like the
 * label of a text, or like another text, stands within its own line.
 */
function plainText({ template, demos }: Question, text: string, style: "json" | "text"): string {
  const example = (shown: string, answer: string): string => `Text: ${oneLine(shown, template)}\nLabel:${answer}`;
  return [
    template.instruction ?? "Classify each text: decide which one of the labels fits it best.",
    labelList(template),
    "",
    ...demos.flatMap((demo) => [example(demo.text, ` ${renderAnswer(demo, false, style, "direct")}`), ""]),
    example(text, ""),
  ].join("\n");
}

function labelList({ labels, descriptions }: PromptTemplate): string {
  const meaning = (label: string): string => squeezed(ownValue(descriptions, label) ?? "");
  if (labels.every((label) => ["", label].includes(meaning(label)))) return `Labels: ${labels.join(", ")}`;
  return ["Labels:", ...labels.map((label) => `- ${label}${meaning(label) === "" ? "" : `: ${meaning(label)}`}`)].join("\n");
}

function oneLine(text: string, { maxTextCharacters }: PromptTemplate): string {
  return squeezed(text.slice(0, maxTextCharacters).replace(/[\uD800-\uDBFF]$/, ""));
}

const squeezed = (text: string): string => text.replace(/\s+/g, " ").trim();
