import { takenForm } from "../asking/taken-form.js";
import type { CompletionRequest, Llm } from "../llm.js";
import type { Form } from "./llm-client.js";
import { requestKey } from "./request-key.js";

/** A request with its key in the cache. */
export interface Formed {
  readonly request: CompletionRequest;
  readonly key: string;
  /** What the model was known to accept when it was formed. */
  readonly accepted: Pick<Llm, "parameters" | "isStructured" | "hasLogprobs">;
}

/** The request as the model takes it now. */
export function formedOf(llm: Llm, form: Form, before?: Formed): Formed {
  const { parameters, isStructured, hasLogprobs } = llm;
  const accepted = before?.accepted;
  if (accepted?.parameters === parameters && accepted.isStructured === isStructured && accepted.hasLogprobs === hasLogprobs)
    return before!;
  const request = takenForm(form(llm), llm);
  return { request, key: requestKey(llm, request), accepted: { parameters, isStructured, hasLogprobs } };
}
