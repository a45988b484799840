/** @file An approach of one's own in a few lines: what a small one need not say is filled in. */
import { UserError } from "../lib/errors.js";
import type {
  Approach,
  Dataset,
  FitContext,
  PredictContext,
  Prediction,
  Predictor,
  PredictorFacts,
  RunEstimate,
} from "../types.js";

/** Label names of a text: one, or a list where rows may have several. `null` where it has no answer, which counts as wrong. */
export type OwnLabels = string | readonly string[] | null;

/** What an approach of one's own says of a text: its labels, or these with the probability of each label and whatever else a prediction holds. */
export type OwnAnswer = OwnLabels | (Omit<Prediction, "answer"> & { readonly answer: OwnLabels });

/** Answers texts, one answer a text, in the order given. */
export type AnswerTexts = (
  texts: readonly string[],
  context: PredictContext,
) => readonly OwnAnswer[] | Promise<readonly OwnAnswer[]>;

/** What `fit` returns where there is more to say than how texts are answered. */
export interface OwnPredictor {
  readonly answer: AnswerTexts;
  /** Those that are left out are 0, nothing, or not known. */
  readonly facts?: Partial<PredictorFacts>;
  /** What a run keeps of it, by relative path. @default nothing */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Called once, when it is needed no more. */
  readonly dispose?: () => void | Promise<void>;
}

/** An approach of one's own. */
export interface OwnApproach extends Partial<Omit<Approach, "name" | "fit" | "estimate">> {
  /** Unique in a comparison, and shown: `keywords`, `prompt:my-agent`. */
  readonly name: string;
  /**
   * Learns from the training rows and returns how texts are answered. Costs that the clock does not see are told by `context.spend`: money,
   * tokens, and `labels` where it learned from fewer rows than it was given.
   */
  fit(train: Dataset, context: FitContext): AnswerTexts | OwnPredictor | Promise<AnswerTexts | OwnPredictor>;
  /** What running it would take, in part or in full. @default nothing is asked, nothing is paid, and the time is not known */
  estimate?(train: Dataset, texts: readonly string[]): Partial<RunEstimate> | Promise<Partial<RunEstimate>>;
}

const noFacts: PredictorFacts = {
  trainedParameters: 0,
  totalParameters: null,
  promptTokens: 0,
  humanWords: 0,
  chosen: {},
  artifactBytes: null,
  needs: [],
};

/**
 * An approach for `compare` from how it learns and answers. It is measured as any other: by what it answers, the time it takes, and what it
 * says that it spent. All training rows are counted as learned from, unless `fit` says itself how many were.
 *
 * ```ts
 * const keywords = defineApproach({
 *   name: "keywords",
 *   fit: () => (texts) => texts.map((text) => (/refund|money/i.test(text) ? "refund" : "other")),
 * });
 * ```
 *
 * @param approach `arm` is `tune` unless given: it is compared as a way of tuning
 * @throws UserError where there is no name or no `fit`
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
