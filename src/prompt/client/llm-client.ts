/** @file What a client of a model is to whoever asks. */
import type { Completion, CompletionRequest, Llm } from "../llm.js";
import type { ServiceWait } from "./outage.js";

/** A request as a model takes it: made anew when the model turns out to take it in another form. */
export type Form = (llm: Llm) => CompletionRequest;

/** An answer with its bill. */
export interface Answered {
  readonly completion: Completion;
  /** True where it was not paid for now. */
  readonly isCached: boolean;
  /** At list price; `null` where price or usage is unknown. */
  readonly costUsd: number | null;
}

/** The two ways to stop: `wait` ends waiting and starts nothing new, `request` also cuts requests that are open. */
export interface Signals {
  readonly wait: AbortSignal;
  readonly request: AbortSignal;
  /** Hears about once a second what all requests wait for, and `null` when they go on. */
  readonly onWait?: (wait: ServiceWait | null) => void;
}

export interface LlmClient {
  /**
   * One answer. `form` is called before each attempt, since a service may turn out to lack structured output. Throws `LlmError`
   * where this request failed for good, `UserError` where every request will (`BudgetError` among them), or a signal's reason.
   */
  ask(form: Form, signals: Signals): Promise<Answered>;
}
