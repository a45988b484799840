import type { PredictContext, Prediction, Predictor, Query } from "../types.js";
import type { Answered, LlmClient, Signals } from "./client.js";
import type { DemoSet } from "./demos.js";
import { type CompletionRequest, type Llm, LlmError } from "./llm.js";
import { promptFiles } from "./prompt-files.js";
import { billOf, readCompletion } from "./read-completion.js";
import { answerRows } from "./rows.js";
import { type AnswerForm, mostSchemaLabels, type PromptTemplate, renderCorrection, renderRequest } from "./template.js";
import { estimateMessageTokens } from "./tokens.js";
import { countWords } from "./words.js";

/** All that asking takes, fixed when fitting ends. */
export interface LlmPredictorParts {
  readonly llm: Llm;
  readonly client: LlmClient;
  readonly template: PromptTemplate;
  readonly demos: DemoSet;
  /** Never ask for JSON. */
  readonly isTextOnly: boolean;
  /** See `FitContext.repeat`. */
  readonly repeat: number;
}

/** A predictor that asks a model about each text; an answer that cannot be read is asked for once more. */
export function llmPredictor({ llm, client, template, demos, isTextOnly, repeat }: LlmPredictorParts): Predictor {
  const formOf = ({ isStructured }: Llm): AnswerForm =>
    isStructured && !isTextOnly && template.labels.length <= mostSchemaLabels ? "json" : "text";

  const answerRow = async (
    { text }: Query,
    signals: Signals,
  ): Promise<{ readonly prediction: Prediction; readonly error?: string }> => {
    const shown = demos.demosFor(text);
    const request = (asked: Llm): CompletionRequest => ({ ...renderRequest(template, shown, text, formOf(asked)), repeat });
    const requests: Answered[] = [];
    try {
      const first = await client.ask(request, signals);
      requests.push(first);
      const read = readCompletion(first.completion, template);
      if (read.failure !== "unparseable") return { prediction: { ...read, ...billOf(requests) } };
      const second = await client.ask((asked) => renderCorrection(request(asked), first.completion.text, template), signals);
      requests.push(second);
      return { prediction: { ...readCompletion(second.completion, template), ...billOf(requests) } };
    } catch (error) {
      if (!(error instanceof LlmError)) throw error;
      return { prediction: { answer: null, failure: "error", ...billOf(requests) }, error: error.message };
    }
  };

  return {
    facts: {
      trainedParameters: 0,
      totalParameters: null,
      promptTokens: estimateMessageTokens(renderRequest(template, demos.shown, "", formOf(llm)).messages),
      humanWords: countWords([
        template.instruction ?? "",
        ...Object.values(template.descriptions),
        ...Object.values(template.aliases).flat(),
      ]),
      // The number of examples is the user's setting or a fixed default: nobody measured it.
      chosen: {},
      artifactBytes: null,
      needs: llm.needs,
    },
    async predict(queries: readonly Query[], context: PredictContext): Promise<Prediction[]> {
      const errors = new Map<string, number>();
      const predictions = await answerRows(
        queries,
        context,
        `asking ${llm.spec}`,
        llm.pace.maxConcurrency,
        async (query, signals) => {
          const { prediction, error } = await answerRow(query, signals);
          if (error !== undefined) errors.set(error, (errors.get(error) ?? 0) + 1);
          context.spend({
            usd: prediction.costUsd ?? 0,
            // The caller's clock has the waiting for a new answer; what a stored one once took would be missing.
            seconds: prediction.isCached === true ? (prediction.latencySeconds ?? 0) / llm.pace.maxConcurrency : 0,
            inputTokens: prediction.usage?.inputTokens ?? 0,
            outputTokens: prediction.usage?.outputTokens ?? 0,
          });
          return prediction;
        },
      );
      const cut = queries.filter(({ text }) => text.length > template.maxTextCharacters).length;
      if (cut > 0) {
        context.log({
          kind: "note",
          text: `${cut} of ${queries.length} texts were cut to ${template.maxTextCharacters} characters for ${llm.spec}.`,
        });
      }
      for (const [error, rows] of errors)
        context.log({ kind: "note", text: `${rows} of ${queries.length} rows got no answer: ${error}` });
      return predictions;
    },
    files: async () => promptFiles(llm, template, demos.shown, formOf(llm)),
    async [Symbol.asyncDispose]() {},
  };
}
