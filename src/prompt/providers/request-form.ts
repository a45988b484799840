/**
 * @file In which form a service takes requests, found out as it refuses some: a schema, log-probabilities, a seed, a temperature, a message of the
 * system and the name of the limit are all parts that a question can be asked without, or otherwise. What a refusal names is changed. Where it names
 * nothing, and nothing was answered in this form yet, one request tries parts one by one while the others wait. What was learned holds for the run.
 */

import type { RequestPart } from "../llm.js";
import { saidOutputLimit } from "./refused-parts.js";

/** One form of a request. */
export interface RequestForm {
  readonly structure: boolean;
  readonly logprobs: boolean;
  readonly seed: boolean;
  readonly temperature: boolean;
  /** Of the system's message: the one that the model's kind has, OpenAI's other one, or none: it stands before the first message. */
  readonly role: "usual" | "other" | "merged";
  /** OpenAI's two names for the limit of output. */
  readonly limit: "usual" | "other";
  /** More are not asked for. */
  readonly mostOutputTokens: number | null;
}

/** What of a form a request makes use of. */
export type UsedParts = ReadonlySet<RequestPart>;

/** A service's refusal. */
export interface FormRefusal {
  /** See `refusedParts`. */
  readonly parts: readonly RequestPart[];
  readonly message: string;
}

/** The form of all requests to one model, as far as it is known. */
export interface FormState {
  /** Another object whenever it changes. */
  readonly current: RequestForm;
  /** While a request tries out forms: resolves when it is done. `null` as a rule. */
  readonly trial: Promise<unknown> | null;
  /** Of a request in this form. */
  answered(sent: RequestForm): void;
  /** Of a request in this form: whether asking again in the form that is current now makes sense. `tryOut`: whether it is answered in another form. */
  refused(
    sent: RequestForm,
    used: UsedParts,
    refusal: FormRefusal,
    tryOut: (form: RequestForm) => Promise<boolean>,
  ): Promise<boolean>;
  /** What changed what is measured, in sentences that continue the model's name. Each is told once. */
  takeNotes(): string[];
}

/** In this order parts are tried where a refusal names none: from what is refused most often, and what changes least. */
const order: readonly RequestPart[] = ["structure", "logprobs", "seed", "temperature", "role", "limit"];

/** The next form of a part; `null` where there is none. */
function without(form: RequestForm, part: RequestPart, canRename: boolean, message: string): RequestForm | null {
  switch (part) {
    case "role":
      if (form.role === "merged") return null;
      return { ...form, role: form.role === "usual" && canRename && /developer/i.test(message) ? "other" : "merged" };
    case "limit": {
      const most = saidOutputLimit(message);
      if (most !== null && (form.mostOutputTokens === null || most < form.mostOutputTokens))
        return { ...form, mostOutputTokens: most };
      return canRename && form.limit === "usual" ? { ...form, limit: "other" } : null;
    }
    default:
      return form[part] ? { ...form, [part]: false } : null;
  }
}

/**
 * A form that begins as `first`.
 *
 * @param canRename whether the protocol has other names for the limit and the system's role
 * @param isTrying whether parts may be tried that no refusal names
 */
export function createFormState(first: RequestForm, canRename: boolean, isTrying: boolean): FormState {
  let current = first;
  /** Whether anything was answered in the current form. */
  let isProven = false;
  /** Parts were tried, once and for all. */
  let isTried = false;
  let trial: Promise<boolean> | null = null;
  const told = new Set<string>();

  const change = (form: RequestForm): true => {
    current = form;
    isProven = false;
    return true;
  };

  /** Each part alone, then all of them. */
  const others = (used: UsedParts): RequestForm[] => {
    const parts = order.filter((part) => used.has(part));
    const single = parts.flatMap((part) => without(current, part, canRename, "") ?? []);
    const all = parts.reduce((form, part) => without(form, part, canRename, "") ?? form, current);
    return single.length > 1 ? [...single, all] : single;
  };

  const tried = async (used: UsedParts, tryOut: (form: RequestForm) => Promise<boolean>): Promise<boolean> => {
    for (const form of others(used)) {
      if (await tryOut(form)) return change(form);
      // Another request was answered meanwhile: what was refused is about one text.
      if (isProven) break;
    }
    isTried = true;
    return false;
  };

  return {
    get current() {
      return current;
    },
    get trial() {
      return trial;
    },
    answered(sent) {
      if (sent === current) isProven = true;
    },
    async refused(sent, used, { parts, message }, tryOut) {
      if (trial !== null) await trial.catch(() => {});
      // Another request has learned from the same refusal.
      if (sent !== current) return true;
      for (const part of parts) {
        const next = used.has(part) ? without(current, part, canRename, message) : null;
        if (next !== null) return change(next);
      }
      // Complaints about what was not sent are about the request itself.
      if (parts.length > 0 || !isTrying || isTried || isProven) return false;
      trial ??= tried(used, tryOut).finally(() => {
        trial = null;
      });
      return trial;
    },
    takeNotes: () => notesOf(first, current).filter((note) => !told.has(note) && told.add(note)),
  };
}

function notesOf(first: RequestForm, now: RequestForm): string[] {
  return [
    ...(first.structure && !now.structure ? ["takes no schema as it was given: answers are asked for in words, and read."] : []),
    ...(first.temperature && !now.temperature ? ["takes no temperature: its answers may differ from one time to the next."] : []),
    ...(now.role === "merged" ? ["takes no system message: the instruction stands before the first text."] : []),
    ...(now.mostOutputTokens === null ? [] : [`answers with at most ${now.mostOutputTokens} tokens.`]),
  ];
}
