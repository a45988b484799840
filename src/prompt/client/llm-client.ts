/** @file The interface of a client to its callers. */
import type { Completion, CompletionRequest, Llm, LlmError } from "../llm.js";
import type { ServiceWait } from "./outage.js";

/** Makes a request in the form that a model accepts; called again if the model turns out to need another form. */
export type Form = (llm: Llm) => CompletionRequest;

/** An answer with its cost. */
export interface Answered {
  readonly completion: Completion;
  /** Whether it came from the cache, and was not paid for now. */
  readonly isCached: boolean;
  /** Cost at list price; `null` if price or usage is unknown. */
  readonly costUsd: number | null;
}

/** The two ways to stop: `wait` stops waiting and starting requests, `request` also aborts open ones. */
export interface Signals {
  readonly wait: AbortSignal;
  readonly request: AbortSignal;
  /** Called about once a second with what all requests wait for, and with `null` when they go on. */
  readonly onWait?: (wait: ServiceWait | null) => void;
  /** Called with what failed before the same is asked again. */
  readonly onRetry?: (error: LlmError) => void;
}

export interface LlmClient {
  /**
   * Asks for one answer. `form` is called before each attempt, since a service may turn out to lack structured output. Throws an `LlmError`
   * if this request failed for good, a `UserError` (such as `BudgetError`) if every request will fail, or a signal's reason.
   */
  ask(form: Form, signals: Signals): Promise<Answered>;
}
