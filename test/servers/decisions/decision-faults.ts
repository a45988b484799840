/** @file Every way in which one response of a server of decision models can go wrong. */

import type { ServerResponse } from "node:http";

/** One way in which a response can go wrong. */
export type DecisionFault = keyof typeof faults;

/** The right answers of a request, in the parts that faults are made of. */
export interface FaultyDecision {
  readonly response: ServerResponse;
  readonly authorization: string | undefined;
  /** The body of the right answer, as it would be written. */
  readonly right: Right;
  send(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
}

/** A body of either shape, open to change. */
export interface Right {
  model: string;
  // biome-ignore lint/suspicious/noExplicitAny: of either shape
  answers: any;
  usage: { input_tokens: number; output_tokens: number };
}

/** Spoils the first answer of a body. */
// biome-ignore lint/suspicious/noExplicitAny: of either shape
const first = (right: Right, spoil: (answer: any) => void): Right => {
  const copy = structuredClone(right);
  spoil(Object.values(copy.answers)[0]);
  return copy;
};

/** Probabilities of a choice, of either shape, as entries of option and probability, written back after a change. */
// biome-ignore lint/suspicious/noExplicitAny: of either shape
const changed = (answer: any, change: (entries: [string, unknown][]) => [string, unknown][]): void => {
  const isList = Array.isArray(answer.probabilities);
  const entries: [string, unknown][] = isList
    ? answer.probabilities.map(({ value, probability }: { value: string; probability: number }) => [value, probability])
    : Object.entries(answer.probabilities);
  const after = change(entries);
  answer.probabilities = isList ? after.map(([value, probability]) => ({ value, probability })) : Object.fromEntries(after);
};

/** What each fault does to a response. */
export const faults = {
  "429": ({ send }) =>
    send(429, { error: { message: "Rate limit reached. Please try again in 10ms." } }, { "retry-after-ms": "10" }),
  "500": ({ send }) => send(500, { detail: "internal error" }),
  "503": ({ send }) => send(503, { error: "model is loading" }),
  "401": ({ send, authorization }) => send(401, { detail: `unknown key ${authorization}` }),
  "402": ({ send }) => send(402, { error: { message: "Your organization does not have enough credit." } }),
  "404": ({ send }) => send(404, { error: { message: "model not found" } }),
  "422": ({ send }) => send(422, { detail: [{ loc: ["body", "questions"], msg: "at most 2 options" }] }),
  "501": ({ send }) => send(501, { error: { message: "the backend does not support decisions" } }),
  "an error with 200": ({ send }) => send(200, { error: { message: "upstream is overloaded", code: 503 } }),
  page: ({ response }) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><html><head><title>Log in</title></head><body>Log in</body></html>");
  },
  "half a JSON": ({ response, right }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(right).slice(0, 40));
  },
  "closed connection": ({ response }) => void response.destroy(),
  redirect: ({ response }) => {
    response.writeHead(307, { location: "http://127.0.0.1:9/elsewhere" });
    response.end();
  },
  refusal: ({ send, right }) => {
    const name = Array.isArray(right.answers) ? right.answers[0].name : Object.keys(right.answers)[0]!;
    const rest = Array.isArray(right.answers) ? right.answers.slice(1) : { ...right.answers };
    const refused = { type: "refusal", ...(Array.isArray(rest) ? { name } : {}) };
    send(200, { ...right, answers: Array.isArray(rest) ? [refused, ...rest] : { ...rest, [name]: refused } });
  },
  "no answers": ({ send, right }) => send(200, { ...right, answers: Array.isArray(right.answers) ? [] : {} }),
  "another question's name": ({ send, right }) => {
    const answers = Array.isArray(right.answers)
      ? right.answers.map((answer, i) => (i === 0 ? { ...answer, name: "mood" } : answer))
      : Object.fromEntries(Object.entries(right.answers).map(([name, answer], i) => [i === 0 ? "mood" : name, answer]));
    send(200, { ...right, answers });
  },
  "a question too many": ({ send, right }) => {
    const extra = { type: "noul", noul: 0.5, probability: 0.5, name: "mood" };
    send(200, {
      ...right,
      answers: Array.isArray(right.answers) ? [...right.answers, extra] : { ...right.answers, mood: extra },
    });
  },
  "another kind of answer": ({ send, right }) => {
    const one = { type: "score", score: 1.5, probabilities: [0.5, 0.5] };
    send(200, {
      ...right,
      answers: Array.isArray(right.answers)
        ? right.answers.map(({ name }: { name: string }) => ({ ...one, name }))
        : Object.fromEntries(Object.keys(right.answers).map((name) => [name, one])),
    });
  },
  "an option not offered": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => {
        answer.choice = "complaint";
        changed(answer, (entries) => entries.map(([option], i) => (i === 0 ? ["complaint", 1] : [option, 0])));
      }),
    ),
  "a sum of 0.9": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => changed(answer, (entries) => entries.map(([option, p]) => [option, Number(p) * 0.9]))),
    ),
  "a sum of 2": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => changed(answer, (entries) => entries.map(([option]) => [option, 1]))),
    ),
  "a negative probability": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => changed(answer, (entries) => entries.map(([option, p], i) => [option, i === 0 ? -0.5 : p]))),
    ),
  "no number": ({ response, right }) => {
    const [spoiled, mark] = [
      first(right, (answer) => changed(answer, (entries) => entries.map(([option, p], i) => [option, i === 0 ? "NAN" : p]))),
      '"NAN"',
    ];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(spoiled).replace(mark, "NaN"));
  },
  "an unlikely choice": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => {
        changed(answer, (entries) => entries.map(([option], i) => [option, i === 0 ? 0.75 : 0.25 / (entries.length - 1)]));
        changed(answer, (entries) => {
          answer.choice = entries[1]![0];
          return entries;
        });
      }),
    ),
  "no probabilities": ({ send, right }) =>
    send(
      200,
      first(right, (answer) => void delete answer.probabilities),
    ),
} as const satisfies Readonly<Record<string, (reply: FaultyDecision) => void>>;

/** Those after which the same request may be answered. */
export const passingFaults: readonly DecisionFault[] = [
  "429",
  "500",
  "503",
  "an error with 200",
  "page",
  "half a JSON",
  "closed connection",
];

/** Those that are an answer, and one that cannot be right. */
export const wrongAnswers: readonly DecisionFault[] = [
  "no answers",
  "another question's name",
  "a question too many",
  "another kind of answer",
  "an option not offered",
  "a sum of 0.9",
  "a sum of 2",
  "a negative probability",
  "no number",
  "an unlikely choice",
  "no probabilities",
];
