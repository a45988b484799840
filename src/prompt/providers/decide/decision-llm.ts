/**
 * @file Decision models behind a service: `decide:SERVICE/MODEL` and `decide:URL#MODEL`. They are asked with the labels as options, and answer with a
 * probability for each; nothing is generated. One attempt a call: pace, retries, cache and budget are the client's, as for every service.
 */

import { textWithoutSecrets, withoutSecrets } from "../../../lib/http/without-secrets.js";
import { at } from "../../../lib/json-value.js";
import { adaptivePace } from "../../client/rate-limiter.js";
import { type Caller, isCallError, limitsTold, ServiceError, toLlmError } from "../../http/failure.js";
import { type HttpResponse, send } from "../../http/http.js";
import { bodyInWords, parsedBody } from "../../http/json-body.js";
import { readResponseBody, type SaidCompletion } from "../../http/response-body.js";
import { type CompletionRequest, type LabelQuestion, type Llm, LlmError, type ModelCard } from "../../llm.js";
import { asked, openaiHeaders } from "../openai-chat.js";
import { variableNames } from "../service-address.js";
import { serviceKey } from "../service-key.js";
import { decisionCompletion, decisionUsage } from "./decision-answer.js";
import type { DecisionOptions } from "./decision-card.js";
import { decisionBody } from "./decision-request.js";
import { type DecisionShape, parseDecisionSpec } from "./decision-services.js";

/** A decision model that can be asked. Throws a `UserError` if its key is missing or unusable. */
export function openDecisionLlm(card: ModelCard, options: DecisionOptions): Llm {
  const { service, model } = parseDecisionSpec(card.spec.slice("decide:".length));
  const apiKey = serviceKey(card.spec, service, card.baseUrl === service.address.usual, options.env);
  const caller: Caller = {
    card,
    secrets: apiKey === undefined ? [] : [apiKey],
    keyVariable: service.key.variable,
    addressVariable: variableNames(service.address.variables) || "the URL of decide:URL#MODEL",
  };
  const { shape } = service;
  const url = new URL(card.baseUrl);
  const headers = openaiHeaders(apiKey, service.key.header);
  return {
    ...card,
    pace: adaptivePace({ maxConcurrency: options.maxConcurrency ?? 32 }),
    parameters: {},
    isStructured: true,
    // Every answer has its probabilities, asked for or not.
    hasLogprobs: false,
    mostInputTokens: (request) => mostTokens(shape, model, request),
    async complete(request, signal) {
      const question = questionOf(request, card);
      const body = decisionBody(shape, model, question);
      const startedAt = performance.now();
      try {
        const response = await asked(send({ method: "POST", url, headers, body, signal }));
        const completion = readAnswer(response, question, caller);
        const latencySeconds = (performance.now() - startedAt) / 1000;
        return { completion: { ...completion, latencySeconds }, ...limitsTold(response.headers) };
      } catch (error) {
        signal.throwIfAborted();
        throw refusedWhole(toLlmError(error, caller), isCallError(error) ? error.statusCode : undefined);
      }
    },
  };
}

function questionOf({ question }: CompletionRequest, { spec }: Pick<ModelCard, "spec">): LabelQuestion {
  if (question !== undefined) return question;
  throw new LlmError("request", `${spec} is a decision model: it answers with labels of a list, and writes nothing else.`);
}

/**
 * Every byte a token, and the whole anew for each question: some servers read, and count, what questions share once a question. The words that servers
 * put around a question are covered by the bytes of the JSON that stand for none: in the examples of TypeSafe, Ollama and Sarvam it is twice to five
 * times as long as what was billed.
 */
function mostTokens(shape: DecisionShape, model: string, request: CompletionRequest): number {
  const { question } = request;
  if (question === undefined) return 0;
  const questions = question.task.isMultiLabel ? question.task.labels.length : 1;
  return questions * Buffer.byteLength(decisionBody(shape, model, question));
}

/** What an answer says. Throws `ServiceError` where there is none, and `LlmError` where it cannot be right. */
function readAnswer(response: HttpResponse, question: LabelQuestion, caller: Caller): SaidCompletion {
  const { status, headers, body } = response;
  const parsed = withoutSecrets(parsedBody(body), caller.secrets);
  if (at(parsed, "answers") === undefined) {
    // Some proxies pass a service's error on with a status of their own.
    const said = readResponseBody(parsed);
    const [fault, own] = said !== null && "fault" in said ? [said.fault, said.status] : [inWords(body, parsed), null];
    throw new ServiceError(fault, { statusCode: own ?? status, responseHeaders: headers, responseBody: body });
  }
  const completion = decisionCompletion(parsed, question);
  if (!("fault" in completion)) return completion;
  const fault = textWithoutSecrets(completion.fault, caller.secrets);
  throw new LlmError(
    "answer",
    `${caller.card.spec} sent an answer that cannot be right: ${fault}. Such an answer counts as none.`,
    null,
    decisionUsage(parsed),
  );
}

function inWords(body: string, parsed: unknown): string {
  return parsed === undefined ? bodyInWords(body.slice(0, 5000), false) : `without answers: ${body.slice(0, 5000)}`;
}

/**
 * Nothing of a request to a decision model can be left out: one that is refused for a part of it is refused. A server that has no decisions, or whose
 * model has none, will not have them a moment later.
 */
function refusedWhole(error: unknown, status: number | undefined): unknown {
  if (!(error instanceof LlmError)) return error;
  const { message, retryAfterSeconds, usage } = error;
  if (status === 501)
    return new LlmError(
      "model",
      `${message} Its server, or this model of it, takes no decisions: check the name and the address.`,
    );
  return error.refusedParts === null ? error : new LlmError("request", message, retryAfterSeconds, usage);
}
