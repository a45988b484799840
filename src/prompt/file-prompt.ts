/** @file A prompt from files as an approach: it learns nothing, and asks what the files say. */

import { UserError } from "../lib/errors.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import type { Approach, PredictContext, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Prediction } from "../types/prediction.js";
import { programPredictor } from "./asking/program-predictor.js";
import { excerpt } from "./files/excerpt.js";
import type { PromptSource } from "./files/prompt-source.js";
import type { Llm } from "./llm.js";
import type { PromptProgram } from "./program.js";
import { type AskingOptions, labelsOf, promptApproach, specOf } from "./prompt-approach.js";
import { parseSpec } from "./providers/spec.js";

export interface FilePromptOptions extends Omit<AskingOptions, "llm"> {
  /** A prompt that `readPrompt` returned. */
  readonly source: PromptSource;
  /** @default the first model that the files name */
  readonly llm?: AskingOptions["llm"];
  /** Distinguishes prompts of the same name: `prompt:file:NAME#2@LLM`. */
  readonly suffix?: string;
}

/**
 * `prompt:file:NAME@LLM`: asks with a prompt from files. An unedited folder of a run asks exactly what that run asked, byte for byte. Throws a
 * `UserError` if no model is named, or the model is a recording; `estimate` and `fit` throw one if the prompt's labels are not the task's.
 */
export function filePrompt(options: FilePromptOptions): Approach {
  const { source, encoder, suffix } = options;
  const llm = options.llm ?? source.llms[0];
  if (llm === undefined) throw new UserError(`${source.place} names no model to ask. Name one with --llm.`);
  const spec = specOf(llm);
  if (parseSpec(spec).provider === "recorded") {
    throw new UserError(
      `${source.place} cannot be asked of ${spec}: a recording answers one prompt, the one it was made with. Name a model with --llm.`,
    );
  }
  return promptApproach(
    { ...options, llm },
    {
      method: "file",
      variant: `${nameOf(source)}${suffix === undefined ? "" : `#${suffix}`}`,
      traits: {},
      summary: `Asks ${spec} with the prompt in ${source.place}.`,
      isTextOnly: source.isTextOnly,
      estimate: (train, card, queries, estimate) => estimate(source.programFor(train, card), queries),
      async fit(train, parts, context) {
        for (const text of source.notes) context.log({ kind: "note", text });
        checkParameters(source, parts.llm);
        const program = source.programFor(train, parts.llm);
        const changed = source.needs.filter((need) => need.startsWith("encoder ") && need !== `encoder ${encoder?.name}`);
        for (const need of changed) {
          context.log({
            kind: "note",
            text: `${source.place} was measured with the ${need}, and is asked with ${encoder?.name} now: it may show other examples.`,
          });
        }
        context.spend({ labels: labelsOf(program) });
        return withinTask(await programPredictor(program, parts, context), program, train);
      },
    },
  );
}

/** What stands between the first colons and the `@` of an approach's name must hold neither. */
function nameOf({ name }: PromptSource): string {
  return name.replace(/[\s@#]+/g, "-");
}

/** Parameters are the model's, not the prompt's: one that was edited is not sent, and must not seem to be. */
function checkParameters({ parameters, place, llms }: PromptSource, llm: Llm): void {
  if (llm.spec !== llms[0]) return;
  for (const [name, value] of Object.entries(parameters)) {
    const own = llm.parameters[name];
    if (own === undefined || own === value) continue;
    throw new UserError(
      `${place}: prompt.json has ${name} ${value}, but ${llm.spec} is asked with ${own}, which is not for the prompt to say. Put ${own} back.`,
    );
  }
}

/** An answer may be a label of the prompt that the data does not have. It is wrong for certain, and no label of this task. */
function withinTask(predictor: Predictor, { template }: PromptProgram, { labels, name }: Dataset): Predictor {
  if (template.labels.every((label) => labels.includes(label))) return predictor;
  const predict = async (queries: Parameters<Predictor["predict"]>[0], context: PredictContext): Promise<Prediction[]> => {
    const foreign = new Set<string>();
    let rows = 0;
    const predictions = (await predictor.predict(queries, context)).map((prediction): Prediction => {
      const outside = prediction.answer?.filter((label) => !labels.includes(label)) ?? [];
      if (outside.length === 0) return prediction;
      rows++;
      for (const label of outside) foreign.add(label);
      const { scores: _, ...rest } = prediction;
      return {
        ...rest,
        answer: null,
        failure: "unparseable",
        rawAnswer: prediction.rawAnswer ?? prediction.answer!.join(", ").slice(0, 500),
      };
    });
    if (rows > 0) {
      const shown = [...foreign].slice(0, 3).map(excerpt).join(", ");
      context.log({
        kind: "note",
        text: `${formatCount(rows)} of ${formatPlural(queries.length, "answer")} named a label that ${name} does not have (${shown}${foreign.size > 3 ? ", …" : ""}): counted as wrong.`,
      });
    }
    return predictions;
  };
  return {
    get facts() {
      return predictor.facts;
    },
    predict,
    files: () => predictor.files(),
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}
