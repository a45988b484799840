/**
 * @file What a language model is here: something that can be asked once. Retries, pace, cache and budget stand above it, in
 * `client.ts`; what to ask stands beside it, in `template.ts`.
 */

import type { Usage } from "../types.js";
import type { Pace } from "./client/rate-limiter.js";
import type { RequestsLeft } from "./client/told-bucket.js";
import type { Price } from "./prices/prices.js";

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** The part of JSON Schema that an answer needs: a label or a list of labels, and where it is asked for, a confidence. */
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

/** What is asked. Sampling parameters are the model's own (`Llm.parameters`): they are the same for every request. */
export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** Upper limit of the output, reasoning included. */
  readonly maxOutputTokens: number;
  /**
   * How often the same was asked before, for its own sake: 0 unless told. Each time is a request of its own, stored by itself, and where
   * the service takes a seed, with another one.
   */
  readonly repeat?: number;
  /** Where present, the answer has to be JSON of this form. */
  readonly schema?: AnswerSchema;
  /** Drawn at random at this temperature, instead of the model's own parameters: for answers that are to differ. */
  readonly temperature?: number;
  /** Whether log-probabilities of the answer's tokens are wanted; a service without them answers without. */
  readonly wantsLogprobs?: boolean;
}

/** One token of an answer, with its natural log-probability and the likeliest tokens that could have stood there. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** What came back. */
export interface Completion {
  /** At most `maxCompletionCharacters`. Untrusted. */
  readonly text: string;
  /** Why the model stopped: of itself, at the limit of tokens, because it refused, because a filter before it did, or for a reason that says nothing. */
  readonly finish: "stop" | "length" | "refused" | "filtered" | "other";
  /** `null` where the service reported none. */
  readonly usage: Usage | null;
  /** From sending to the last byte, of the attempt that succeeded; `null` where it came in a batch, and nobody waited for it alone. */
  readonly latencySeconds: number | null;
  /** Of each token of `text`, where they were asked for and the service has them. */
  readonly logprobs?: readonly TokenLogprob[];
  /** The model id in the response: `gpt-6-luna-2026-09-22` where `gpt-6-luna` was asked for. */
  readonly servedBy: string | null;
}

/** No label is that long: what lies behind is never read, and must not fill memory or the cache. */
export const maxCompletionCharacters = 20_000;

/** A completion, and what the service said of its limits. */
export interface Reply {
  readonly completion: Completion;
  /** Seconds until the service takes another request, by its rate-limit headers; 0 where it takes one now. */
  readonly pauseSeconds: number;
  /** What it says is left of its limit on requests; `null` where it does not say. */
  readonly requestsLeft?: RequestsLeft | null;
}

/** What is known of a model before it is asked anything, and without a key. */
export interface ModelCard {
  /** As the user wrote it, and the name in reports: `openai:gpt-6-luna`. */
  readonly spec: string;
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  /** `null` where nobody knows it. */
  readonly price: Price | null;
  /** True where output includes hidden reasoning, so that a short answer may need many tokens. */
  readonly isReasoning: boolean;
  /** What it needs that is not in our files: an environment variable, the network. */
  readonly needs: readonly string[];
  /** Only of a model that is asked in batches: the time within which the service promises their answers. `price` is that of batches then. */
  readonly batchSeconds?: number;
  /** For people: an unknown price, a model about to be retired. */
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
  /** Sampling parameters as sent, a part of every cache key. The same object until the service turns out to take requests in another form. */
  readonly parameters: Readonly<Record<string, number>>;
  /** False where the service has no structured output, or turned out to have none. */
  readonly isStructured: boolean;
  /** False where the service has no log-probabilities, or turned out to refuse them. One that silently leaves them out is not known to. */
  readonly hasLogprobs: boolean;
  /** False where the service turned out to take no message of the system: what it says stands before the first text then. It does unless told. */
  readonly hasSystemRole?: boolean;
  /** The most output that the service turned out to let itself be asked for; as much as is wanted unless told. */
  readonly mostOutputTokens?: number | null;
  /** What the service turned out not to take, and what that changes, in sentences for people; each once a run. */
  takeNotes?(): string[];
  /** How many requests the service lets us have open now; shared by all that ask this model. */
  readonly pace: Pace;
  /** Only of a model that is asked in batches, whose answers take as long as they take. */
  readonly underWay?: UnderWay;
  /** One attempt. Throws `LlmError`, or the signal's reason. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Reply>;
}

/** What went wrong with one attempt. */
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
const possiblyBilled: ReadonlySet<LlmErrorKind> = new Set(["connection", "timeout", "malformed", "page"]);

/** A failed attempt, as data. The message is for people: short, without key and without headers. */
export class LlmError extends Error {
  override readonly name = "LlmError";
  readonly kind: LlmErrorKind;
  /** What the service asked us to wait, where it did. */
  readonly retryAfterSeconds: number | null;
  /** What it says to have billed although there is no answer. */
  readonly usage: Usage | null;
  /** Parts of the request that may have been refused, the likeliest first; empty where any may be meant, `null` where it is about something else. */
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

  /** True where asking again may help. */
  get isRetryable(): boolean {
    return retried.has(this.kind);
  }

  /** True where no other request can succeed either. */
  get isFatal(): boolean {
    return fatal.has(this.kind);
  }

  /** True where nobody can say whether it was billed. */
  get isPossiblyBilled(): boolean {
    return this.usage === null && possiblyBilled.has(this.kind);
  }
}
