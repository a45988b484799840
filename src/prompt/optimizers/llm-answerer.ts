import { AsyncLocalStorage } from "node:async_hooks";
import type { Context, Predictor } from "../../types/approach.js";
import type { Query } from "../../types/data.js";
import { estimateProgram } from "../asking/estimate.js";
import { fittedRequest } from "../asking/fitted-request.js";
import { type ProgramParts, questionPredictor } from "../asking/program-predictor.js";
import { prepareQuestions, type Questions } from "../asking/question.js";
import { estimateMessageTokens } from "../asking/tokens.js";
import { worstCost } from "../client/attempts.js";
import type { LlmClient } from "../client/llm-client.js";
import { type CompletionRequest, LlmError, type Message } from "../llm.js";
import { costOfUsage } from "../prices/prices.js";
import type { PromptProgram } from "../program.js";
import { answerForm, renderCorrection } from "../template.js";
import { programKey } from "./program-key.js";
import type { Answerer } from "./search.js";

/** An answer that cannot be read is asked for once more. */
const mostRequestsPerSample = 2;
/** Room for an instruction, and for the hidden thoughts of a model that reasons. */
const [instructionTokens, reasoningTokens] = [1500, 4096] as const;
/** What an instruction, and the thoughts before it, are taken to come to. */
const likelyTokens = 300;
/** Repetitions of a whole comparison are so far apart that no repetition within a search meets them. */
const repeatStride = 1000;

/** The answers of a model, through a client, above which stand cache, pace and the budget of the whole run. */
export function llmAnswerer(parts: ProgramParts): Answerer {
  const { llm, encoder, isTextOnly = false, repeat } = parts;
  const { price } = llm;
  const isStructured = llm.isStructured && !isTextOnly;
  const row = new AsyncLocalStorage<{ calls: number }>();
  const client: LlmClient = {
    ask(form, signals) {
      // Many rows are under way at once: each request is counted for the one it is made for.
      const count = row.getStore();
      if (count !== undefined) count.calls++;
      return parts.client.ask(form, signals);
    },
  };
  const made = new Map<string, Promise<{ readonly questions: Questions; readonly predictor: Predictor }>>();
  const make = async (program: PromptProgram, context: Context) => {
    const questions = await prepareQuestions(program, encoder, context);
    return { questions, predictor: questionPredictor(program, questions, { llm, client, isTextOnly, repeat }) };
  };
  const madeOnce = (program: PromptProgram, context: Context): ReturnType<typeof make> => {
    const key = programKey(program);
    const known = made.get(key) ?? make(program, context);
    made.set(key, known);
    return known;
  };

  /** The most that one of the rows can cost: the longest one, with a second request after an answer that cannot be read. */
  const mostRowUsd = async (program: PromptProgram, rows: readonly Query[], context: Context): Promise<number> => {
    if (price === null) return 0;
    const { text } = rows.reduce((longest, query) => (bytesOf(query) > bytesOf(longest) ? query : longest));
    const { questions } = await madeOnce(program, context);
    const question = (await questions.about([text], { ...context, useCache: true }))(0);
    const form = answerForm({ isStructured }, question.template);
    const { request } = fittedRequest(question, text, form, program.answer, price.max_input_tokens ?? null);
    const second = renderCorrection(request, "x".repeat(500), question.template, program.answer);
    const most = (asked: CompletionRequest): number => worstCost(price, asked, llm.mostInputTokens?.(asked));
    return program.samples * (most(request) + most(second));
  };

  /** A text is written in the model's own way, without a form. */
  const textRequest = (messages: readonly Message[], again: number): CompletionRequest => ({
    messages,
    maxOutputTokens: instructionTokens + (llm.isReasoning ? reasoningTokens : 0),
    repeat: repeat * repeatStride + again,
  });

  return {
    atOnce: llm.pace.maxConcurrency,
    async rowPrice(program, rows, context) {
      const options = { isTextOnly, maxConcurrency: llm.pace.maxConcurrency };
      const { calls, usd } = await estimateProgram(llm, program, encoder, rows, options);
      const { samples } = program;
      return {
        // An estimate counts equal texts once, a search every row.
        expected: { calls: samples, usd: ((usd ?? 0) * samples) / Math.max(1, calls) },
        most: { calls: samples * mostRequestsPerSample, usd: await mostRowUsd(program, rows, context) },
      };
    },
    async answer(program, query, context) {
      const { predictor } = await madeOnce(program, context);
      const count = { calls: 0 };
      const [prediction] = await row.run(count, () => predictor.predict([query], context));
      return { ...prediction!, calls: count.calls };
    },
    textPrice(messages) {
      if (price === null) return { expected: { calls: 1, usd: 0 }, most: { calls: 1, usd: 0 } };
      const outputTokens = likelyTokens * (llm.isReasoning ? 2 : 1);
      const usage = { inputTokens: estimateMessageTokens(messages), cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
      return {
        expected: { calls: 1, usd: costOfUsage(price, usage) },
        most: { calls: 1, usd: worstCost(price, textRequest(messages, 0)) },
      };
    },
    async write(messages, again, context) {
      try {
        const { completion, costUsd, isCached } = await parts.client.ask(() => textRequest(messages, again), {
          wait: context.signal,
          request: context.signal,
        });
        context.spend({
          usd: costUsd ?? 0,
          seconds: isCached ? (completion.latencySeconds ?? 0) : 0,
          inputTokens: completion.usage?.inputTokens ?? 0,
          outputTokens: completion.usage?.outputTokens ?? 0,
        });
        // What was cut off, or refused, is no instruction.
        return { text: completion.finish === "stop" || completion.finish === "other" ? completion.text : "", calls: 1 };
      } catch (error) {
        if (error instanceof LlmError) return { text: "", calls: 1 };
        throw error;
      }
    },
  };
}

function bytesOf({ text }: Query): number {
  return Buffer.byteLength(text, "utf8");
}
