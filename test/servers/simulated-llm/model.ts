/** @file What a simulated language model is: a function of messages and settings, told apart from the protocols it is spoken to in. */

import type { Message, TokenLogprob } from "../../../src/prompt/llm.js";
import type { Usage } from "../../../src/types/prediction.js";
import { schemaAnswer } from "./schema-answer.js";

/** What a request sets besides its messages. */
export interface AnswerSettings {
  /** The name of the model that was asked for. */
  readonly model: string;
  /** 0 where the request has none, unlike at real services, so that tests repeat. */
  readonly temperature: number;
  /** `null` where the request has none: equal requests then differ by how often each came before. */
  readonly seed: number | null;
  /** How often the very same request came before. */
  readonly repeat: number;
  /** How many likely tokens to give beside each token; `null`: no log-probabilities. */
  readonly topLogprobs: number | null;
  /** The JSON schema that the answer has to follow, if there is one. */
  readonly schema: unknown;
}

/** What a model says. */
export interface SimulatedAnswer {
  readonly content: string;
  readonly finish: "stop" | "length" | "refusal";
  /** Of each token of `content`, where they were asked for and the model has them. */
  readonly logprobs?: readonly TokenLogprob[];
  /** Where absent, the server counts tokens itself. */
  readonly usage?: Usage;
}

/** A model behind the server. */
export interface SimulatedModel {
  answer(messages: readonly Message[], settings: AnswerSettings): Promise<SimulatedAnswer>;
  /** Tokens of a text, for the usage of answers that bring none. */
  countTokens(text: string): number;
}

/** No model of that name: a 404 in either protocol. */
export class UnknownModelError extends Error {
  override readonly name = "UnknownModelError";
}

/** A model that says one label whatever it is asked, in no time: for measuring everything but the model. */
export function constantModel(label: string): SimulatedModel {
  return {
    answer: async (_, { schema }) => ({
      content: schema === null ? label : schemaAnswer(schema, { labels: [label], confidence: 1, text: "" }),
      finish: "stop",
    }),
    countTokens: charactersByFour,
  };
}

/** About four characters a token. */
export function charactersByFour(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Several models, each under its own name; other names are not found. */
export function modelsByName(models: Readonly<Record<string, SimulatedModel>>): SimulatedModel {
  return {
    async answer(messages, settings) {
      const model = Object.hasOwn(models, settings.model) ? models[settings.model] : undefined;
      if (model === undefined) throw new UnknownModelError(`The model '${settings.model}' does not exist`);
      return model.answer(messages, settings);
    },
    countTokens: (text) => Object.values(models)[0]?.countTokens(text) ?? 0,
  };
}
