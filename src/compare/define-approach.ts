/** @file A custom approach in a few lines: everything it need not define has a default. */
import { UserError } from "../lib/errors.js";
import type { Approach, FitContext, PredictContext, Predictor, RunEstimate } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { PredictorFacts } from "../types/identity.js";
import type { Prediction } from "../types/prediction.js";

/** The labels of a text: one name, or a list if rows may have several. `null`: no answer, which counts as wrong. */
export type OwnLabels = string | readonly string[] | null;

/** The answer of a custom approach: labels, or a prediction with labels, the probability of each label and other fields. */
export type OwnAnswer = OwnLabels | (Omit<Prediction, "answer"> & { readonly answer: OwnLabels });

/** Answers texts: one answer per text, in the order given. */
export type AnswerTexts = (
  texts: readonly string[],
  context: PredictContext,
) => readonly OwnAnswer[] | Promise<readonly OwnAnswer[]>;

/** The result of `fit` if it has more than a function that answers texts. */
export interface OwnPredictor {
  readonly answer: AnswerTexts;
  /** Facts about the predictor. @default 0, empty or unknown, for each field that is left out */
  readonly facts?: Partial<PredictorFacts>;
  /** Files that a run saves, by relative path. @default none */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Called once, when the predictor is no longer needed. */
  readonly dispose?: () => void | Promise<void>;
}

/** A custom approach. */
export interface OwnApproach extends Partial<Omit<Approach, "name" | "fit" | "estimate">> {
  /** The name shown in reports, unique in a comparison: `keywords`, `prompt:my-agent`. */
  readonly name: string;
  /**
   * Learns from the training rows and returns a function that answers texts. Report costs besides time with `context.spend`: money, tokens, and
   * `labels` if it learned from fewer rows than it was given.
   */
  fit(train: Dataset, context: FitContext): AnswerTexts | OwnPredictor | Promise<AnswerTexts | OwnPredictor>;
  /** Estimates what running it would take. @default no requests, no cost, unknown time */
  estimate?(train: Dataset, texts: readonly string[]): Partial<RunEstimate> | Promise<Partial<RunEstimate>>;
}

/** Facts of an approach of which nothing is known. */
export const noFacts: PredictorFacts = {
  trainedParameters: 0,
  totalParameters: null,
  promptTokens: 0,
  humanWords: 0,
  chosen: {},
  artifactBytes: null,
  needs: [],
};

/**
 * Makes an approach for `compare` from a function that learns and answers. It is measured like any other: by its answers, its time, and the costs
 * that it reports. Every training row counts as learned from, unless `fit` reports `labels`.
 *
 * ```ts
 * const keywords = defineApproach({
 *   name: "keywords",
 *   fit: () => (texts) => texts.map((text) => (/refund|money/i.test(text) ? "refund" : "other")),
 * });
 * ```
 *
 * @param own `arm` says which arm it belongs to. @default "tune"
 * @throws UserError if `name` or `fit` is missing
 */
export function defineApproach(own: OwnApproach): Approach {
  const { name } = own;
  if (typeof name !== "string" || name.trim() === "") {
    throw new UserError(`An approach has the name ${JSON.stringify(name)}; expected some text.`);
  }
  if (typeof own.fit !== "function") {
    throw new UserError(`The approach ${name} has no function "fit"; expected one that returns how texts are answered.`);
  }
  return {
    arm: "tune",
    summary: "An approach of one's own.",
    ...own,
    async estimate(train, queries) {
      const texts = queries.map(({ text }) => text);
      const told = (await own.estimate?.(train, texts)) ?? { basis: "It tells no estimate." };
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 0, ...told };
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      let isCharged = false;
      const spend: FitContext["spend"] = (cost) => {
        isCharged ||= cost.labels !== undefined;
        context.spend(cost);
      };
      const fitted = await own.fit(train, { ...context, spend });
      if (!isCharged) context.spend({ labels: train.examples.length });
      return predictorOf(name, typeof fitted === "function" ? { answer: fitted } : fitted);
    },
  };
}

function predictorOf(name: string, { answer, facts, files = new Map(), dispose }: OwnPredictor): Predictor {
  return {
    facts: { ...noFacts, ...facts },
    async predict(queries, context) {
      context.signal.throwIfAborted();
      const answers: unknown = await answer(
        queries.map(({ text }) => text),
        context,
      );
      if (!Array.isArray(answers)) throw new Error(`${name} answered ${typeof answers}; expected a list with one answer a text`);
      return (answers as OwnAnswer[]).map(predictionOf);
    },
    files: async () => files,
    async [Symbol.asyncDispose]() {
      await dispose?.();
    },
  };
}

function predictionOf(own: OwnAnswer): Prediction {
  if (own === null || typeof own === "string" || isList(own)) return { ...labelsOf(own) };
  const { answer, ...rest } = own;
  return { ...labelsOf(answer), ...rest };
}

/** The answer as a list; of none it is not known why, and nothing could be read. */
function labelsOf(labels: OwnLabels): Pick<Prediction, "answer" | "failure"> {
  if (labels === null) return { answer: null, failure: "unparseable" };
  return { answer: typeof labels === "string" ? [labels] : labels };
}

function isList(own: Exclude<OwnAnswer, string | null>): own is readonly string[] {
  return Array.isArray(own);
}
