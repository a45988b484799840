/** @file A prompt as a predictor: every text asked about, votes counted, failures named. */

import { ownValue } from "../../lib/json-value.js";
import { countWords } from "../../lib/text/count-words.js";
import { formatCount } from "../../lib/text/format.js";
import type { Context, PredictContext, Predictor } from "../../types/approach.js";
import type { Encoder } from "../../types/encoder.js";
import type { Prediction } from "../../types/prediction.js";
import type { Answered, LlmClient, Signals } from "../client/llm-client.js";
import { promptFiles } from "../files/prompt-files.js";
import { formedAsking, isFormed, takesForm } from "../forms/formed-asking.js";
import type { CompletionRequest, Llm } from "../llm.js";
import { batchPriceShare, freePrice } from "../prices/prices.js";
import type { PromptProgram } from "../program.js";
import { billOf } from "../reading/read-completion.js";
import { majority, type Vote } from "../reading/votes.js";
import { withStatedConfidence } from "../scoring/stated-confidence.js";
import { type AnswerForm, answerForm, renderRequest } from "../template.js";
import { answerRows } from "./answer-rows.js";
import { askSample, type Sample } from "./ask-sample.js";
import { codedQuestions, whyUncoded } from "./coded-questions.js";
import { checkAskable } from "./decidable.js";
import { type FittedRequest, fittedRequest } from "./fitted-request.js";
import { promptPrior, whyUncalibrated } from "./prompt-prior.js";
import { prepareQuestions, type Question, type Questions } from "./question.js";
import { estimateMessageTokens } from "./tokens.js";

/** All that asking takes besides the prompt. */
export interface ProgramParts {
  readonly llm: Llm;
  /** Of the same model. */
  readonly client: LlmClient;
  /** Where the program retrieves examples or shortlists labels. The caller's: it is not disposed of here. */
  readonly encoder?: Encoder;
  /** Whether JSON is never asked for. @default false */
  readonly isTextOnly?: boolean;
  /**
   * How single answers are to say how sure they are: by their log-probabilities, where the service has them, also divided by those of texts
   * without content (contextual calibration, for prompts that are the same for all texts), by those of letters that stand for the labels (so
   * that one token tells of all of them), or in the model's own words, in JSON. Not asked for unless told: it makes other requests, and other
   * answers in the store. Votes need none of it.
   */
  readonly confidence?: "logprob" | "calibrated" | "codes" | "stated";
  /** See `FitContext.repeat`. */
  readonly repeat: number;
}

/**
 * Rows under way for each request that may be open: while some are looked for in the store, others are ready to be asked. With no row to spare,
 * what was looked for together is asked together, and the service idles in between.
 */
const rowsPerRequest = 1.5;

/** At which answers are drawn where there are several of one text: enough to differ where the model is unsure (Wang et al. 2023, section 3.1). */
export const sampleTemperature = 0.7;

/**
 * A predictor that asks a model in the program's way. Examples and labels are embedded now, where that is needed; nothing is asked before
 * `predict`. What was learned from is the caller's to charge. `UserError` where the program needs an encoder and there is none.
 */
export async function programPredictor(program: PromptProgram, parts: ProgramParts, context: Context): Promise<Predictor> {
  const { encoder, ...rest } = parts;
  return questionPredictor(program, await prepareQuestions(program, encoder, context), rest);
}

/** The same of a program whose questions are prepared. */
export function questionPredictor(program: PromptProgram, plain: Questions, parts: Omit<ProgramParts, "encoder">): Predictor {
  const { llm, client, isTextOnly = false, confidence, repeat } = parts;
  checkAskable(program, llm);
  const formed = isFormed(program, llm) && takesForm(confidence) ? formedAsking(program, plain) : null;
  const isCoded = formed === null && confidence === "codes" && llm.decides === undefined && whyUncoded(program) === null;
  const { questions, decode } = isCoded
    ? codedQuestions(plain, program, repeat)
    : { questions: formed?.questions ?? plain, decode: null };
  const { template, answer: style, samples } = program;
  const windowTokens = llm.price?.max_input_tokens ?? null;
  const formOf = (asked: Llm, question: Question): AnswerForm =>
    isTextOnly || isCoded ? "text" : answerForm(asked, question.template);
  const drawn = (request: CompletionRequest, sample: number): CompletionRequest => ofSample(request, sample, samples, parts);

  const askAll = async (
    question: Question,
    fitted: (form: AnswerForm) => FittedRequest,
    prior: Readonly<Record<string, number>> | null,
    signals: Signals,
  ): Promise<Sample[]> => {
    const task = { template: question.template, style, prior, ...(formed !== null && { vote: formed.voteOn(question) }) };
    const ask = (sample: number): Promise<Sample> =>
      askSample(client, (of) => drawn(fitted(formOf(of, question)).request, sample), task, signals);
    if (samples === 1) return [await ask(0)];
    const asked = Array.from({ length: samples }, (_, sample) => ask(sample));
    // Also where one fails for good, the others under way are awaited: what is paid for is to be stored.
    const settled = await Promise.allSettled(asked);
    return settled.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
  };

  /** What the prompt leans to, where answers are to be calibrated. The client stores what was asked: a second call pays nothing. */
  const priorOf = async (context: PredictContext): Promise<Readonly<Record<string, number>> | null> => {
    if (confidence !== "calibrated") return null;
    const why = whyUncalibrated(program);
    if (why !== null) {
      context.log({ kind: "note", text: `Answers are not calibrated: ${why}.` });
      return null;
    }
    const request = (question: Question, text: string, asked: Llm): CompletionRequest =>
      drawn(fittedRequest(question, text, formOf(asked, question), style, windowTokens).request, 0);
    return promptPrior({ client, questions, request }, template, context);
  };

  return {
    // Of the requests as the service turned out to take them.
    get facts() {
      return {
        trainedParameters: 0,
        totalParameters: llm.parameterCount ?? null,
        promptTokens: meanTokens(
          questions.typical,
          (question) =>
            formed?.request(question, "").request ??
            renderRequest(question.template, question.demos, "", formOf(llm, question), { style }),
        ),
        humanWords: wordsBy(template),
        // Numbers of examples, samples and labels on a shortlist are settings or fixed defaults: nobody measured them.
        chosen: formed?.facts ?? {},
        artifactBytes: null,
        ...servedFacts(llm),
        needs: [...llm.needs, ...questions.needs],
      };
    },
    async predict(queries, predictContext) {
      predictContext.signal.throwIfAborted();
      const questionOf = await questions.about(
        queries.map(({ text }) => text),
        predictContext,
      );
      const waitedFrom = performance.now();
      const prior = await priorOf(predictContext);
      const why = confidence === "codes" && llm.decides === undefined ? whyUncoded(program) : null;
      if (why !== null)
        predictContext.log({ kind: "note", text: `Labels are asked for by their names, not as letters: ${why}.` });
      /** What went wrong, with the number of rows. */
      const faults = new Map<string, number>();
      const count = (fault: string): void => void faults.set(fault, (faults.get(fault) ?? 0) + 1);
      const { maxConcurrency } = llm.pace;
      const predictions = await answerRows(
        queries,
        predictContext,
        { phase: "asking", subject: llm.spec },
        Math.ceil(rowsPerRequest * maxConcurrency),
        async ({ text }, signals, place) => {
          const question = questionOf(place);
          const fitted = byForm(
            (form) => formed?.request(question, text) ?? fittedRequest(question, text, form, style, windowTokens),
          );
          for (const note of fitNotes(fitted(formOf(llm, question)), program, llm)) count(note);
          const answers = await askAll(question, fitted, prior, signals);
          const said: Vote = samples === 1 ? answers[0]!.vote : majority(answers.map(({ vote }) => vote));
          const answer = decode === null ? said : decode(said);
          for (const error of new Set(answers.flatMap((sample) => sample.error ?? []))) {
            count(`rows ${answer.answer === null ? "got no answer" : "lack some of their answers"}: ${error}`);
          }
          const requests = answers.map((sample) => sample.requests);
          const bill = billOf(requests);
          if (bill.costUsd === null && llm.price !== null && llm.price !== freePrice)
            count("rows were answered without a count of tokens that can be billed: their cost is unknown.");
          predictContext.spend({
            usd: bill.costUsd ?? 0,
            seconds: secondsBeside(llm, requests.flat(), maxConcurrency),
            inputTokens: bill.usage?.inputTokens ?? 0,
            outputTokens: bill.usage?.outputTokens ?? 0,
          });
          return { ...withAllLabels(answer, template.labels), ...billedBy(llm, bill) };
        },
      );
      predictContext.spend({ seconds: 0 - uncountedSeconds(llm, waitedFrom) });
      for (const text of closingNotes(llm, samples, queries.length, faults)) predictContext.log({ kind: "note", text });
      return predictions;
    },
    files: async () => promptFiles(llm, program, { isTextOnly, needs: questions.needs }),
    async [Symbol.asyncDispose]() {},
  };
}

/** Each sample of each repetition is a request of its own, also in the store. Scored answers are the same each time. */
function ofSample(
  request: CompletionRequest,
  sample: number,
  samples: number,
  { llm, confidence, repeat }: Pick<ProgramParts, "llm" | "confidence" | "repeat">,
): CompletionRequest {
  if (request.scored !== undefined) return request;
  const own = { ...request, repeat: repeat * samples + sample };
  if (samples > 1) return { ...own, temperature: sampleTemperature };
  // It says how sure it is with every answer, in one way.
  if (llm.decides !== undefined) return own;
  if (confidence === "stated") return withStatedConfidence(own);
  return confidence === undefined ? own : { ...own, wantsLogprobs: true };
}

/**
 * What runs in this process or by jobs is billed to nobody: as a tuned model it costs the time of the machine. Of a job that is all that is known: how long
 * one answer alone would take is not.
 */
function billedBy(llm: Llm, bill: ReturnType<typeof billOf>): ReturnType<typeof billOf> {
  if (llm.isSharingTime !== true && llm.isAskedByJobs !== true) return bill;
  const { costUsd: _, latencySeconds, ...used } = bill;
  return llm.isAskedByJobs === true || latencySeconds === undefined ? used : { ...used, latencySeconds };
}

/** What the user should know once all rows were asked about. */
function closingNotes(llm: Llm, samples: number, rows: number, faults: ReadonlyMap<string, number>): string[] {
  const isDrawnAsItLikes = samples > 1 && rows > 0 && !("temperature" in llm.parameters);
  return [
    ...(isDrawnAsItLikes ? [`${llm.spec} takes no temperature: its ${samples} answers to a text differ as it draws them.`] : []),
    ...(llm.takeNotes?.() ?? []),
    ...Array.from(faults, ([fault, count]) => `${formatCount(count)} of ${formatCount(rows)} ${fault}`),
  ];
}

/** What was left out of a request, to be counted. */
function fitNotes({ cutBy, droppedDemos }: FittedRequest, { template }: PromptProgram, { spec, price }: Llm): string[] {
  if (droppedDemos === 0 && cutBy === null) return [];
  const toWindow = `to fit a window of ${formatCount(price?.max_input_tokens ?? 0)} tokens`;
  return [
    ...(droppedDemos === 0 ? [] : [`texts were asked about with fewer examples, ${toWindow} for ${spec}.`]),
    ...(cutBy === "limit" ? [`texts were cut to ${formatCount(template.maxTextCharacters)} characters for ${spec}.`] : []),
    ...(cutBy === "window" ? [`texts were cut ${toWindow} for ${spec}.`] : []),
  ];
}

/** The requests of a row by the form of the answer, each made once: a client asks for them many times. */
function byForm<Value>(make: (form: AnswerForm) => Value): (form: AnswerForm) => Value {
  const made = new Map<AnswerForm, Value>();
  return (form) => {
    const known = made.get(form);
    if (known !== undefined) return known;
    const value = make(form);
    made.set(form, value);
    return value;
  };
}

/** Scores of a shortlist as scores of all labels: those that were not offered have none of the probability. */
function withAllLabels<Answer extends Pick<Prediction, "scores">>(answer: Answer, labels: readonly string[]): Answer {
  const { scores } = answer;
  if (scores === undefined) return answer;
  return { ...answer, scores: Object.fromEntries(labels.map((label) => [label, ownValue(scores, label) ?? 0])) };
}

function servedFacts({ price, isAskedByJobs }: Llm): Partial<Pick<Predictor["facts"], "batchPriceShare" | "isAnsweredAhead">> {
  const share = price === null ? undefined : batchPriceShare(price);
  return { ...(share !== undefined && { batchPriceShare: share }), ...(isAskedByJobs === true && { isAnsweredAhead: true }) };
}

/** Words that a person wrote for it. */
function wordsBy({ instruction, descriptions, aliases }: PromptProgram["template"]): number {
  return countWords([instruction ?? "", ...Object.values(descriptions), ...Object.values(aliases).flat()]);
}

/** Seconds of the caller's clock that don't count: of a job it is the time of the machine that answered, and not the waiting for its turn. */
function uncountedSeconds({ isAskedByJobs }: Llm, waitedFrom: number): number {
  return isAskedByJobs === true ? (performance.now() - waitedFrom) / 1000 : 0;
}

/** Seconds of answers that the caller's clock does not have: what stored ones once took, and of a job's answers all that they took. */
function secondsBeside(llm: Llm, requests: readonly Answered[], maxConcurrency: number): number {
  const isByJobs = llm.isAskedByJobs === true;
  const seconds = requests.reduce(
    (sum, { isCached, completion }) => sum + (isCached || isByJobs ? (completion.latencySeconds ?? 0) : 0),
    0,
  );
  return seconds / (isByJobs || llm.isSharingTime === true ? 1 : maxConcurrency);
}

function meanTokens(questions: readonly Question[], request: (question: Question) => CompletionRequest): number {
  const tokens = questions.map((question) => estimateMessageTokens(request(question).messages));
  return Math.round(tokens.reduce((a, b) => a + b, 0) / tokens.length);
}
