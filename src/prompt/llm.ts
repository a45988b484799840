/**
 * @file What a language model is here: something that can be asked once. Retries, pace, cache and budget stand above it, in
 * `client.ts`; what to ask stands beside it, in `template.ts`.
 */

import type { Usage } from "../types/prediction.js";
import type { Pace } from "./client/rate-limiter.js";
import type { RequestsLeft } from "./client/told-bucket.js";
import type { Price } from "./prices/prices.js";

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** The subset of JSON Schema that answers need: a label or a list of labels, and optionally a confidence. */
export interface AnswerSchema {
  readonly type: "object";
  readonly properties: Readonly<
    Record<
      string,
      {
        readonly type: "string" | "array" | "integer";
        readonly enum?: string[];
        readonly items?: { readonly type: "string"; readonly enum: string[] };
      }
    >
  >;
  readonly required: string[];
  readonly additionalProperties: false;
}

/** A question about a text in its parts, for models that take it so: what its messages say, before it was put into words. */
export interface LabelQuestion {
  readonly task: {
    /** `null`: the built-in sentence. */
    readonly instruction: string | null;
    readonly labels: readonly string[];
    readonly descriptions: Readonly<Record<string, string>>;
    readonly isMultiLabel: boolean;
  };
  /** Labelled texts that are shown. */
  readonly examples: readonly { readonly text: string; readonly labels: readonly string[] }[];
  /** The text, cut to its limit. */
  readonly text: string;
}

/** Answers whose likelihood a model is to tell. */
export interface ScoredAnswers {
  /** `chat`: after the conversation. `plain`: after the only message, as a text that goes on. */
  readonly layout: "chat" | "plain";
  readonly labels: readonly string[];
  /** Exactly what would be written for each label, behind the messages. */
  readonly answers: readonly string[];
}

/** How likely one answer is after a prompt. */
export interface AnswerLogprob {
  /** Natural logarithm: the sum over its tokens. */
  readonly logprob: number;
  readonly tokens: number;
}

/** A request. Sampling parameters belong to the model (`Llm.parameters`): they are the same for every request. */
export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** The output limit in tokens, reasoning included. */
  readonly maxOutputTokens: number;
  /**
   * How often the same request was deliberately sent before. Each repetition is a separate request with its own stored answer, and its own seed
   * if the service takes one. @default 0
   */
  readonly repeat?: number;
  /** The JSON schema of the answer. @default free text */
  readonly schema?: AnswerSchema;
  /** Samples at this temperature instead of with the model's parameters: for answers that should differ. */
  readonly temperature?: number;
  /** Whether to ask for log-probabilities of the answer's tokens; services without them ignore it. @default false */
  readonly wantsLogprobs?: boolean;
  /** The same question in parts; absent where no label is asked for, or thoughts before it. Follows from messages and schema: it is no part of a key. */
  readonly question?: LabelQuestion;
  /** Nothing is to be written: the model is to tell of each of these answers how likely it is. Only of a model that `scoresAnswers`. */
  readonly scored?: ScoredAnswers;
}

/** One token of an answer, with its natural log-probability and the likeliest alternatives. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** A model's answer. */
export interface Completion {
  /** At most `maxCompletionCharacters`. Untrusted. */
  readonly text: string;
  /** Why the model stopped: by itself, at the token limit, because it refused, because a content filter did, or for another reason. */
  readonly finish: "stop" | "length" | "refused" | "filtered" | "other";
  /** `null` if the service reported none. */
  readonly usage: Usage | null;
  /** Seconds from sending to the last byte of the successful attempt; of a job's answers each one's share of its time; `null` for others from a batch. */
  readonly latencySeconds: number | null;
  /** Log-probabilities of the tokens of `text`, if requested and available. */
  readonly logprobs?: readonly TokenLogprob[];
  /** Of labels, where the model tells their probabilities as such: of one label a text they sum to about 1, of several each is its own. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** Of the answers that were to be scored, in their order: the sum of the log-probabilities of the tokens in which they differ, and their number. */
  readonly answerLogprobs?: readonly AnswerLogprob[];
  /** The model id in the response, such as `gpt-6-luna-2026-09-22` for `gpt-6-luna`. */
  readonly servedBy: string | null;
}

/** No label is that long: what lies behind is never read, and must not fill memory or the cache. */
export const maxCompletionCharacters = 20_000;

/** A completion with the rate limits that the service reported. */
export interface Reply {
  readonly completion: Completion;
  /** Seconds until the service accepts another request, by its rate-limit headers; 0: now. */
  readonly pauseSeconds: number;
  /** What is left of the request limit; `null` if the service does not say. */
  readonly requestsLeft?: RequestsLeft | null;
}

/** What one request to a decision model may hold. */
export interface DecisionLimits {
  /** The most options of a question. */
  readonly options: number;
  /** The most questions. */
  readonly questions: number;
}

/** What is known about a model without a key and without asking it. */
export interface ModelCard {
  /** The model's name, as the user wrote it and as reports show it: `openai:gpt-6-luna`. */
  readonly spec: string;
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  /** `null` if unknown. */
  readonly price: Price | null;
  /** Numbers that it was trained to; absent where that is not known. */
  readonly parameterCount?: number;
  /** Whether the output includes hidden reasoning, so that a short answer may take many tokens. */
  readonly isReasoning: boolean;
  /** What it needs besides our files: an environment variable, the network. */
  readonly needs: readonly string[];
  /** Only of a decision model: it chooses among labels with a probability for each, and writes nothing. */
  readonly decides?: DecisionLimits;
  /** It is asked by jobs of an engine: how long they take is not known before. @default false */
  readonly isAskedByJobs?: boolean;
  /** For a model asked in batches: the time within which the service promises answers. `price` is then the batch price. */
  readonly batchSeconds?: number;
  /** Sentences for people: an unknown price, a model that will be retired soon. */
  readonly warnings: readonly string[];
}

/** What a model that is asked in batches knows of requests that outlive the process. Keys are those of `requestKey`. */
export interface UnderWay {
  /**
   * True for a request that was sent before, by an earlier session as a rule, and whose answer nobody waits for: what was set aside for it is
   * in the bill still. Whoever is told so asks it now.
   */
  takeOver(key: string): boolean;
  /** Its answer is stored and billed, or it failed and was not billed. */
  settled(key: string): void;
}

/** A part of a request that a question can be asked without, or in another form. */
export type RequestPart = "structure" | "logprobs" | "seed" | "temperature" | "role" | "limit";

/** A model that can be asked. */
export interface Llm extends ModelCard {
  /** Sampling parameters as sent; part of every cache key. The same object until the service turns out to need requests in another form. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Whether the service has structured output; false once it turned out to have none. */
  readonly isStructured: boolean;
  /** Whether the service has log-probabilities; false once it refused them. A service that silently omits them is not detected. */
  readonly hasLogprobs: boolean;
  /** Whether it tells how likely given answers are, instead of writing one. @default false */
  readonly scoresAnswers?: boolean;
  /** Whether the service accepts a system message; otherwise its text precedes the first user message. @default true */
  readonly hasSystemRole?: boolean;
  /** The largest output limit that the service turned out to accept. @default no limit */
  readonly mostOutputTokens?: number | null;
  /** What the service turned out not to accept, and what that changes, in sentences for people; each once per run. */
  takeNotes?(): string[];
  /** Whether the latencies of its answers are shares of one machine's time, which add up: it answers one after another, however many wait. @default false */
  readonly isSharingTime?: boolean;
  /** The rate limiter, shared by everything that asks this model. */
  readonly pace: Pace;
  /** Only for a model asked in batches. */
  readonly underWay?: UnderWay;
  /** The most input tokens that a request can be billed for. @default a token a byte of its messages and schema */
  mostInputTokens?(request: CompletionRequest): number;
  /** Makes one attempt. Throws an `LlmError`, or the signal's reason. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Reply>;
}

/** How an attempt failed. */
export type LlmErrorKind =
  | "key" // 401, 403: no request will succeed
  | "credit" // the account is empty: no request will succeed
  | "model" // 404, 410: no such model or URL
  | "certificate" // the server's is not to be trusted
  | "redirect" // 3xx to an address that the user did not choose
  | "batch" // refused as a whole
  | "request" // 400 and the like: this very request is refused
  | "filtered" // by the service's filter, for its text
  | "unsupported" // a parameter is refused; the next attempt goes without it
  | "limit" // 429
  | "overload" // 503, 529
  | "server" // other 5xx
  | "unreachable" // no connection: nothing was sent
  | "connection" // it broke off after the request was sent
  | "timeout"
  | "malformed" // 200, but not an answer
  | "answer" // 200, and an answer that cannot be right: asked again, it would be the same
  | "page"; // 200, but a web page: of a login, a proxy or a wrong address

const retried: ReadonlySet<LlmErrorKind> = new Set([
  "unsupported",
  "limit",
  "overload",
  "server",
  "unreachable",
  "connection",
  "timeout",
  "malformed",
  "page",
]);
const fatal: ReadonlySet<LlmErrorKind> = new Set(["key", "credit", "model", "certificate", "redirect", "batch"]);
/** The service may have done the work although no answer arrived: a hard cap has to count it. */
const possiblyBilled: ReadonlySet<LlmErrorKind> = new Set(["connection", "timeout", "malformed", "answer", "page"]);

/** A failed attempt, as data. The message is for people: short, without key and without headers. */
export class LlmError extends Error {
  override readonly name = "LlmError";
  readonly kind: LlmErrorKind;
  /** The wait that the service asked for, if it did. */
  readonly retryAfterSeconds: number | null;
  /** The usage that the service billed without answering. */
  readonly usage: Usage | null;
  /** Request parts that may have been refused, likeliest first; empty: any of them, `null`: the failure has another cause. */
  readonly refusedParts: readonly RequestPart[] | null;

  constructor(
    kind: LlmErrorKind,
    message: string,
    retryAfterSeconds: number | null = null,
    usage: Usage | null = null,
    refusedParts: readonly RequestPart[] | null = null,
  ) {
    super(message);
    this.refusedParts = refusedParts;
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
    this.usage = usage;
  }

  /** Whether asking again may help. */
  get isRetryable(): boolean {
    return retried.has(this.kind);
  }

  /** Whether no other request can succeed either. */
  get isFatal(): boolean {
    return fatal.has(this.kind);
  }

  /** Whether it may have been billed. */
  get isPossiblyBilled(): boolean {
    return this.usage === null && possiblyBilled.has(this.kind);
  }
}
