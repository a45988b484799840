/** @file A shape of requests and answers: one row of the table of routes. */
import type { z } from "zod";
import type { Prediction } from "../../../types/prediction.js";
import { Refusal } from "../refusal.js";

/** Who answers, as clients may know it. */
export interface Served {
  /** For people, and in answers: what was measured under this name, or the folder's. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Texts of one request. */
  readonly mostTexts: number;
}

/** A request that was read: what to predict, and how its answer is made. */
export interface Question {
  readonly texts: readonly string[];
  /** The body of the answer. Throws a `Refusal` where the shape cannot say what was predicted. */
  answer(predictions: readonly Prediction[], latencySeconds: number): unknown;
}

/** A shape, and where it is served. */
export interface Shape {
  /** For the metrics and the API's description. */
  readonly id: string;
  /** As the router takes it. */
  readonly path: string;
  /** As OpenAPI has it. @default the path */
  readonly documentedPath?: string;
  readonly summary: string;
  readonly description: string;
  request(served: Served): z.ZodType;
  response(served: Served): z.ZodType;
  /** Throws a `Refusal` that says what is wrong, before anything is predicted. */
  read(body: unknown, served: Served): Question;
  /** The body of a refusal. */
  error(message: string, status: number): unknown;
}

/** `{"error": "…"}`, as Hugging Face and Ollama say it. */
export const plainError = (message: string): unknown => ({ error: message });

/** The body as its schema has it; a `Refusal` (400) that says where it is not. */
export function checked<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const place = path === "" ? "The body" : path.replace(/^\./, "");
  throw new Refusal(
    400,
    `${place}: ${(issue?.message ?? "is not what is expected").replace(/^Invalid input: /, "")}`.slice(0, 500),
  );
}

/** A `Refusal` where a list has more texts than a request may have. To be asked first: millions of them are not worth a look at each. */
export function checkCount(texts: unknown, { mostTexts }: Served): void {
  if (!Array.isArray(texts) || texts.length <= mostTexts) return;
  throw new Refusal(413, `The request has ${texts.length} texts, and may have ${mostTexts}. Send them in several requests.`);
}

/** The labels from the likeliest down, with their probabilities; `null` where the answer has none. */
export function ranked({ scores }: Prediction, labels: readonly string[]): [label: string, probability: number][] | null {
  if (scores === undefined) return null;
  const told = labels.map((label): [string, number] => [label, Object.hasOwn(scores, label) ? scores[label]! : 0]);
  return told.sort(([, a], [, b]) => b - a);
}

/** Why a text has no answer, for a client. What a service said stays here: it may tell of the inside. */
export function failureText({ failure }: Prediction): string {
  if (failure === "refused") return "the model refused to answer";
  if (failure === "truncated") return "the model's answer was cut off";
  return failure === "unparseable" ? "the model's answer was no label" : "the model could not be asked";
}

/** A `Refusal` (502) if one of the texts has no answer, of a shape that cannot say so. */
export function refuseFailures(predictions: readonly Prediction[]): void {
  const failed = predictions.findIndex(({ answer }) => answer === null);
  if (failed < 0) return;
  const place = predictions.length === 1 ? "The text" : `Text ${failed + 1} of ${predictions.length}`;
  throw new Refusal(502, `${place} has no answer: ${failureText(predictions[failed]!)}.`);
}
