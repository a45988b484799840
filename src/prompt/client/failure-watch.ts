import { UserError } from "../../lib/errors.js";
import type { Llm, LlmError } from "../llm.js";

/** Rows that are alike may stand together, and fail together. */
const laterFailures = 5;

/** Finds a run that cannot succeed before it has cost much: so many rows failed one after the other, for whatever reasons. */
export function failureWatch(llm: Llm, stopAfter: number) {
  let hasAnswered = false;
  let count = 0;
  let unread = 0;
  return {
    /** Each of them may have been billed: where nothing that comes is an answer, a budget is not spent on finding out. */
    attemptFailed(error: LlmError): UserError | undefined {
      if (hasAnswered || !error.isPossiblyBilled) return undefined;
      unread++;
      if (unread < 2 * stopAfter) return undefined;
      return new UserError(`The first ${unread} requests to ${llm.spec} all failed, so the run was stopped: ${error.message}`);
    },
    answered(): void {
      [hasAnswered, count] = [true, 0];
    },
    failed(error: LlmError): UserError | undefined {
      // Says something of one text.
      if (error.kind === "filtered") return undefined;
      count++;
      if (hasAnswered ? count < laterFailures * stopAfter : count < stopAfter) return undefined;
      const which = hasAnswered
        ? `${count} requests to ${llm.spec} failed one after the other`
        : `The first ${count} requests to ${llm.spec} all failed`;
      return new UserError(`${which}, so the run was stopped: ${error.message}`);
    },
  };
}
