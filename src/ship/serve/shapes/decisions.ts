/**
 * @file The two shapes of decision models, answered by a model of ours: a program that was written against one is pointed here by its base URL.
 * Questions are about labels: a choice among them, or whether one applies. What such servers take is in decisions/0051-decision-models.md.
 */
import { z } from "zod";
import { at, textAt } from "../../../lib/json-value.js";
import { didYouMean } from "../../../lib/text/nearest-name.js";
import type { Prediction } from "../../../types/prediction.js";
import { Refusal } from "../refusal.js";
import { wellFormed } from "../request-body.js";
import { checked, failureText, plainError, ranked, type Served, type Shape } from "./shape.js";

const anyInstructions = z.unknown().optional().describe("Not read: the model was trained for its task.");

const named = z.string().describe("Any name: the answer has the server's own.");

/** One state, and questions by name (TypeSafe, Ollama and others). */
const systemOne = z.looseObject({
  model: named.optional(),
  state: z.string({ error: "must be a text: the model was trained on texts alone" }),
  questions: z.record(
    z.string(),
    z.discriminatedUnion("type", [
      z.looseObject({
        type: z.literal("choice"),
        instructions: anyInstructions,
        criteria: z
          .record(z.string(), z.unknown())
          .describe("Labels of the model, all or some, with descriptions, which are not read."),
      }),
      z.looseObject({ type: z.literal("noul"), instructions: anyInstructions }),
    ]),
  ),
});

/** One input, and a list of questions (OpenAI and others). */
const decisions = z.looseObject({
  model: named.optional(),
  input: z.string({ error: "must be a text: the model was trained on texts alone" }),
  questions: z.array(
    z.discriminatedUnion("type", [
      z.looseObject({
        type: z.literal("choice"),
        name: z.string().optional(),
        instructions: anyInstructions,
        choices: z.array(z.looseObject({ value: z.string({ error: "must be a text, which is a label of the model" }) })),
      }),
      z.looseObject({ type: z.literal("predicate"), name: z.string().optional(), instructions: anyInstructions }),
    ]),
  ),
});

const probability = z.number();
const usage = z.object({ input_tokens: z.int(), output_tokens: z.int() });

const systemOneAnswer = z.object({
  model: z.string(),
  answers: z.record(
    z.string(),
    z.union([
      z.object({
        type: z.literal("choice"),
        choice: z.string(),
        probabilities: z.record(z.string(), probability),
        confidence: probability,
      }),
      z.object({ type: z.literal("noul"), noul: probability }),
    ]),
  ),
  usage,
});

/** As the question had it. */
const ownName = { name: z.string().optional() };
const decisionsAnswer = z.object({
  model: z.string(),
  answers: z.array(
    z.union([
      z.object({
        ...ownName,
        type: z.literal("choice"),
        choice: z.string(),
        probabilities: z.array(z.object({ value: z.string(), probability })),
        confidence: probability,
      }),
      z.object({ ...ownName, type: z.literal("predicate"), probability }),
      z.object({ ...ownName, type: z.literal("refusal") }),
    ]),
  ),
  usage,
});

const description =
  "Questions are about the model's labels: a choice among all or some of them (probabilities are then renormalized), or, yes or no, whether one applies, which the question's name says, or the sentence 'The label \"NAME\" applies to the text.' in its instructions. Instructions and descriptions are not read otherwise.";

/** The shape `/v1/systemone`. */
export const systemOneShape: Shape = {
  id: "systemone",
  path: "/v1/systemone",
  summary: "Answer questions, as decision models do (System One)",
  description,
  request: () => systemOne,
  response: () => systemOneAnswer,
  read(body, served) {
    checkQuestions(at(body, "questions"));
    const { state, questions } = checked(systemOne, body);
    // The check leaves this name out, as if nobody had asked.
    if (Object.hasOwn(at(body, "questions") as object, "__proto__"))
      throw new Refusal(400, "questions: no question may be named __proto__.");
    const asked = Object.entries(questions).map(([name, question]) => {
      const place = `questions.${JSON.stringify(name.slice(0, 60))}`;
      if (question.type === "noul") return { name, label: statedLabel(name, question, served, place) };
      return { name, options: checkedOptions(Object.keys(question.criteria), served, place) };
    });
    return {
      texts: [wellFormed(state)],
      answer([prediction]) {
        if (prediction!.answer === null) throw new Refusal(502, `There is no answer: ${failureText(prediction!)}.`);
        const answers = asked.map(({ name, ...question }) => {
          const told = decide(prediction!, question, served);
          if (told.kind === "yes-no") return [name, { type: "noul", noul: told.probability }];
          const { choice, probabilities, confidence } = told;
          return [name, { type: "choice", choice, probabilities: Object.fromEntries(probabilities), confidence }];
        });
        return { model: served.name, answers: Object.fromEntries(answers), usage: usageOf(prediction!) };
      },
    };
  },
  error: plainError,
};

/** The shape `/v1/decisions`. */
export const decisionsShape: Shape = {
  id: "decisions",
  path: "/v1/decisions",
  summary: "Answer questions, as decision models do (Decisions)",
  description,
  request: () => decisions,
  response: () => decisionsAnswer,
  read(body, served) {
    checkQuestions(at(body, "questions"));
    const { input, questions } = checked(decisions, body);
    const asked = questions.map((question, i) => {
      const place = `questions[${i}]`;
      const own = question.name === undefined ? {} : { name: question.name };
      if (question.type === "predicate") return { own, label: statedLabel(question.name ?? "", question, served, place) };
      return {
        own,
        options: checkedOptions(
          question.choices.map(({ value }) => value),
          served,
          place,
        ),
      };
    });
    return {
      texts: [wellFormed(input)],
      answer([prediction]) {
        const { answer, failure } = prediction!;
        if (answer === null && failure !== "refused") throw new Refusal(502, `There is no answer: ${failureText(prediction!)}.`);
        const answers = asked.map(({ own, ...question }) => {
          if (answer === null) return { ...own, type: "refusal" };
          const told = decide(prediction!, question, served);
          if (told.kind === "yes-no") return { ...own, type: "predicate", probability: told.probability };
          const probabilities = told.probabilities.map(([value, each]) => ({ value, probability: each }));
          return { ...own, type: "choice", choice: told.choice, probabilities, confidence: told.confidence };
        });
        return { model: served.name, answers, usage: usageOf(prediction!) };
      },
    };
  },
  error: (message, status) => ({
    error: { message, type: status < 500 ? "invalid_request_error" : "server_error", code: status },
  }),
};

/** About which labels a question is. */
type AboutLabels = { readonly options: readonly string[] } | { readonly label: string };

type Decided =
  | {
      readonly kind: "choice";
      readonly choice: string;
      /** In the order of the options. */
      readonly probabilities: readonly (readonly [string, number])[];
      readonly confidence: number;
    }
  | { readonly kind: "yes-no"; readonly probability: number };

/** The most questions of a request. */
const mostQuestions = 1000;

/** A list of them, or an object. */
function checkQuestions(questions: unknown): void {
  if (typeof questions !== "object" || questions === null) return;
  const count = Object.keys(questions).length;
  if (count === 0) throw new Refusal(400, "questions: there is none.");
  if (count > mostQuestions) throw new Refusal(400, `questions: there are ${count}, and may be ${mostQuestions}.`);
}

/** The options of a choice, each of them a label of the model. */
function checkedOptions(options: readonly string[], { labels, isMultiLabel }: Served, place: string): readonly string[] {
  if (isMultiLabel) {
    throw new Refusal(
      400,
      `${place}: several labels of this model may apply to one text, so there is no choice among them. Ask a yes/no question for each.`,
    );
  }
  if (options.length === 0) throw new Refusal(400, `${place}: there are no options. ${labelsText(labels)}`);
  const stranger = options.find((option) => !labels.includes(option));
  if (stranger !== undefined) {
    throw new Refusal(
      400,
      `${place}: the option ${quoted(stranger)} is not a label of this model.${didYouMean(stranger.slice(0, 60), labels)} ${labelsText(labels)}`,
    );
  }
  if (new Set(options).size < options.length) throw new Refusal(400, `${place}: an option is there twice.`);
  return options;
}

/** The label that a yes/no question is about: its name, or what our own client states in its instructions. */
function statedLabel(name: string, question: object, { labels }: Served, place: string): string {
  if (labels.includes(name)) return name;
  const stated = /^The label ("(?:[^"\\]|\\.)*") applies to the text\./m.exec(textAt(question, "instructions") ?? "")?.[1];
  const label = stated === undefined ? undefined : labelIn(stated);
  if (label !== undefined && labels.includes(label)) return label;
  throw new Refusal(400, `${place}: a yes/no question is about a label, which its name must say. ${labelsText(labels)}`);
}

function labelIn(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function labelsText(labels: readonly string[]): string {
  const shown = labels.slice(0, 20).map(quoted).join(", ");
  return labels.length > 20
    ? `Labels: ${shown} and ${labels.length - 20} more; /openapi.json has them all.`
    : `Labels: ${shown}.`;
}

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The answer to one question, of what was predicted. A `Refusal` (501) where the model tells no probabilities. */
function decide(prediction: Prediction, question: AboutLabels, { labels }: Served): Decided {
  const scores = ranked(prediction, labels);
  if (scores === null)
    throw new Refusal(501, "What is served here tells no probabilities, which answers of this shape are made of. Ask /predict.");
  const told = new Map(scores);
  if ("label" in question) return { kind: "yes-no", probability: told.get(question.label)! };
  const { options } = question;
  const total = options.reduce((sum, option) => sum + told.get(option)!, 0);
  if (!(total > 0)) throw new Refusal(502, "None of the options has any probability: the text is of another label.");
  // All labels sum to 1 as they are.
  const probabilities = options.map(
    (option) => [option, told.get(option)! / (options.length < labels.length ? total : 1)] as const,
  );
  const [choice, confidence] = probabilities.reduce((best, each) => (each[1] > best[1] ? each : best));
  return { kind: "choice", choice, probabilities, confidence };
}

/** Tokens that a service counted; a model on this machine is billed by nobody. */
function usageOf({ usage: used }: Prediction): z.infer<typeof usage> {
  return { input_tokens: used?.inputTokens ?? 0, output_tokens: used?.outputTokens ?? 0 };
}
