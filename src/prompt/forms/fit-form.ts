/** @file The form of a prompt, chosen on training rows: each is asked about in every form once, and the rest is arithmetic. */

import { sha256 } from "../../lib/hash.js";
import type { Context, RunEstimate } from "../../types/approach.js";
import type { Dataset, Example, Query } from "../../types/data.js";
import { whyUncoded } from "../asking/coded-questions.js";
import type { Questions } from "../asking/question.js";
import type { LlmClient } from "../client/llm-client.js";
import { type AnswerLogprob, type Llm, LlmError, type ModelCard } from "../llm.js";
import type { PromptProgram } from "../program.js";
import { type FormRow, hopefulForms, judgedForms } from "./choose-form.js";
import { formRequest } from "./form-request.js";
import { takesForm } from "./formed-asking.js";
import { formedQuestions, labelLogprobs, whyUnformed } from "./formed-questions.js";
import { type AskedForm, formText } from "./local-form.js";

/** The ways to ask that are tried, simplest first: of equal ones the first is taken. */
export const askedForms: readonly AskedForm[] = [
  { layout: "chat", answer: "json" },
  { layout: "plain", answer: "name" },
  { layout: "chat", answer: "letter" },
];

/** Rows that are asked about, at most, and however long it takes; with fewer than the last, nothing is chosen. */
export const [mostFormRows, leastFormRows, fewestFormRows] = [48, 32, 8] as const;
/** Seconds of the model that this may take; what is stored counts as what it took once, so that a resumed run chooses the same. */
const mostFormSeconds = 20;

/** What a form is fitted with. */
export interface FormParts {
  readonly llm: Llm;
  /** Of the same model. */
  readonly client: LlmClient;
  /** What a user wants to know of how sure answers are; see `takesForm`. */
  readonly confidence?: string;
  readonly questions: Questions;
  readonly seed: number;
  /** The most training rows that are asked about. @default 48 */
  readonly formRows?: number | undefined;
}

/**
 * Training rows that are asked about: none that the prompt shows to all texts, in an order by seed and id. So the rows of a part of the training set are
 * mostly those of the whole, and what was asked about them is in the store.
 */
export function formRows({ demos }: PromptProgram, { examples }: Dataset, seed: number): Example[] {
  const shown = new Set(demos.kind === "fixed" ? demos.examples.map(({ id }) => id) : []);
  const others = examples.filter(({ id, labels }) => !shown.has(id) && labels.length === 1);
  const drawn = others.map((row) => ({ row, place: sha256("rows for a form", String(seed), row.id) }));
  return drawn
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, mostFormRows)
    .map(({ row }) => row);
}

/** Below so many parameters a model makes nothing of letters: one of 135 million is at chance with them (decisions/0055), and each form takes its time. */
const leastForLetters = 300e6;

/** The ways to ask that a prompt and a model allow; none where its answers can't be scored. */
export function formsOf(
  program: PromptProgram,
  { parameterCount = Number.POSITIVE_INFINITY }: Pick<ModelCard, "parameterCount">,
): readonly AskedForm[] {
  // With a shortlist each text has labels of its own, and biases would be of different labels each time.
  if (whyUnformed(program) !== null || program.shortlist !== null) return [];
  const takesLetters = parameterCount >= leastForLetters && whyUncoded(program) === null;
  return askedForms.filter(({ answer }) => answer !== "letter" || takesLetters);
}

/** A prompt with its form, and the ids of the rows that it was chosen on. */
export interface FormedProgram {
  readonly program: PromptProgram;
  readonly rows: ReadonlySet<string>;
}

/**
 * The prompt with the form that suits the model, and what was learned from. The same prompt, and no rows, where the model does not score answers, or
 * there are too few rows. Labels of the rows are the caller's to charge.
 */
export async function fitForm(
  program: PromptProgram,
  train: Dataset,
  parts: FormParts,
  context: Context,
): Promise<FormedProgram> {
  const { llm, seed, confidence } = parts;
  const unformed = { program, rows: new Set<string>() };
  const asked = formsOf(program, llm);
  if (llm.scoresAnswers !== true || !takesForm(confidence) || asked.length === 0) return unformed;
  const candidates = formRows(program, train, seed).slice(0, parts.formRows);
  if (candidates.length < fewestFormRows) return unformed;
  const { forms, rows } = await askedRows(program, candidates, asked, parts, context);
  if (rows.length < fewestFormRows) return unformed;
  const [best] = judgedForms(program.template.labels, forms, rows);
  const { form } = best!;
  context.log({ kind: "note", text: `${llm.spec} is asked in the form that did best: ${formText(form)}.` });
  return { program: { ...program, form }, rows: new Set(rows.map(({ id }) => id)) };
}

/** What choosing a form takes at most; `null`: nothing is chosen. Seconds are limited. */
export async function formEstimate(
  program: PromptProgram,
  train: Dataset,
  card: Pick<ModelCard, "parameterCount">,
  estimate: (program: PromptProgram, queries: readonly Query[]) => Promise<RunEstimate>,
  mostRows?: number,
): Promise<RunEstimate | null> {
  const rows = formRows(program, train, 0).slice(0, mostRows);
  const forms = formsOf(program, card).length;
  if (forms === 0 || rows.length < fewestFormRows) return null;
  const { calls, inputTokens, outputTokens, usd, seconds } = await estimate(program, rows);
  return {
    calls: forms * calls,
    inputTokens: forms * inputTokens,
    outputTokens: forms * outputTokens,
    usd: usd === null ? null : forms * usd,
    seconds: Math.min(mostFormSeconds, forms * seconds),
  };
}

interface AskedRow extends FormRow {
  readonly id: string;
}

/**
 * Rows as they were answered, as many as the time allows, in the forms that are left: after each part of the rows, those that are far behind are not
 * asked any more.
 */
async function askedRows(
  program: PromptProgram,
  candidates: readonly Example[],
  asked: readonly AskedForm[],
  parts: FormParts,
  context: Context,
): Promise<{ readonly forms: readonly AskedForm[]; readonly rows: readonly AskedRow[] }> {
  const { labels } = program.template;
  const ask = await asking(program, candidates, parts, context);
  let forms = asked;
  let rows: readonly AskedRow[] = [];
  let seconds = 0;
  for (let start = 0; start < candidates.length && (seconds < mostFormSeconds || rows.length < leastFormRows); ) {
    const places = candidates.slice(start, start + fewestFormRows).map((_, i) => start + i);
    start += places.length;
    // Form by form: what all rows of a form begin with is computed once.
    const byForm: (readonly FormAnswer[])[] = [];
    for (const form of forms) byForm.push(await Promise.all(places.map((place) => ask(place, form))));
    seconds += byForm.flat().reduce((sum, answer) => sum + answer.seconds, 0);
    const more = places.flatMap((place, i): AskedRow[] => {
      const answers = byForm.flatMap((ofForm) => ofForm[i]!.answers ?? []);
      const { id, labels: own } = candidates[place]!;
      // One that is too long in a form, say, is passed over.
      return answers.length < forms.length ? [] : [{ id, label: own[0]!, answers: byForm.map((ofForm) => ofForm[i]!.answers!) }];
    });
    rows = [...rows, ...more];
    context.log({ kind: "progress", phase: "choosing-form", subject: parts.llm.spec, done: start, total: candidates.length });
    if (rows.length < fewestFormRows || forms.length === 1) continue;
    const hopeful = hopefulForms(forms, judgedForms(labels, forms, rows));
    const kept = forms.map((form) => hopeful.includes(form));
    rows = rows.map((row) => ({ ...row, answers: row.answers.filter((_, f) => kept[f]) }));
    forms = hopeful;
  }
  return { forms, rows };
}

/** What was told of a row in a form. */
interface FormAnswer {
  /** In the order of the labels; `null`: it could not be asked. */
  readonly answers: readonly AnswerLogprob[] | null;
  readonly seconds: number;
}

/** Asks about one of the rows, by its place, in a form. */
async function asking(
  program: PromptProgram,
  candidates: readonly Example[],
  { llm, client, questions }: FormParts,
  context: Context,
): Promise<(place: number, form: AskedForm) => Promise<FormAnswer>> {
  const { signal } = context;
  const texts = candidates.map(({ text }) => text);
  const plainOf = await questions.about(texts, { ...context, useCache: true });
  const asIs = { ...questions, about: async () => plainOf };
  return async (place, form) => {
    const { questions: own, decode } = formedQuestions(asIs, program, form)!;
    const question = (await own.about(texts, { ...context, useCache: true }))(place);
    try {
      const request = () => formRequest(question, texts[place]!, form);
      const { completion, isCached } = await client.ask(request, { wait: signal, request: signal });
      const seconds = completion.latencySeconds ?? 0;
      const { inputTokens = 0, outputTokens = 0 } = completion.usage ?? {};
      context.spend({ seconds: isCached ? seconds : 0, inputTokens, outputTokens });
      const byLabel = labelLogprobs(completion, question, decode);
      if (byLabel === null) throw new Error(`${llm.spec} scored no answers`);
      return { seconds, answers: program.template.labels.map((label) => byLabel.get(label)!) };
    } catch (error) {
      if (!(error instanceof LlmError)) throw error;
      return { seconds: 0, answers: null };
    }
  };
}
