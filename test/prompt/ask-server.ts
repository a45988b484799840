/** @file What the tests against the faulty server share. */

import { type PromptOptions, prompt } from "../../src/prompt/prompt.js";
import type { Dataset, Query } from "../../src/types/data.js";
import type { Prediction } from "../../src/types/prediction.js";
import { recordingContext } from "../contract/approach.js";
import {
  type Fault,
  type FaultyServer,
  type FaultyServerOptions,
  type ReceivedRequest,
  startFaultyServer,
} from "../servers/faulty-openai.js";

/** Stands in for a secret; greppable. */
export const key = "sk-FAKEKEY-do-not-leak-0123456789";
/** Requests for money or about passwords. */
export const train: Dataset = {
  name: "requests",
  labels: ["refund", "login"],
  isMultiLabel: false,
  descriptions: { refund: "wants money back" },
  examples: [],
};
/** Texts of both kinds in turn. */
export const queries = (count: number): Query[] =>
  Array.from({ length: count }, (_, i) => ({ id: `q${i}`, text: i % 2 === 0 ? `money please ${i}` : `password lost ${i}` }));
/** The right label of a text. */
export const truth = ({ text }: Query): string => (text.includes("money") ? "refund" : "login");

/** A server that knows the right answers. */
export const serve = (options: Partial<FaultyServerOptions> = {}): Promise<FaultyServer> =>
  startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login", ...options });

/** The fault on the first request about a text, none on those that follow. */
export function once(
  fault: Fault,
  isMeant: (request: ReceivedRequest) => boolean = () => true,
): (request: ReceivedRequest) => Fault | undefined {
  const seen = new Set<string>();
  return (request) => {
    if (!isMeant(request) || seen.has(request.lastMessage)) return undefined;
    seen.add(request.lastMessage);
    return fault;
  };
}

export interface Run {
  readonly predictions: Prediction[];
  readonly notes: string[];
  readonly usd: number;
}

/** Asks the server about the rows, with short waits between attempts. */
export async function run(
  server: FaultyServer,
  rows: readonly Query[],
  options: Partial<PromptOptions> & { model?: string } = {},
): Promise<Run> {
  const { model = "gpt-4o-mini", ...rest } = options;
  const context = recordingContext();
  const approach = prompt({
    llm: `openai:${model}`,
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url },
    backoffSeconds: 0.002,
    maxConcurrency: 8,
    ...rest,
  });
  await using predictor = await approach.fit(train, context);
  const predictions = await predictor.predict(rows, context);
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { predictions, notes, usd: context.spent.reduce((sum, cost) => sum + (cost.usd ?? 0), 0) };
}

/** Short where the test is about waiting; else long enough for a machine that is busy. */
export function timeoutFor(fault: Fault): { timeoutSeconds: number } {
  return { timeoutSeconds: fault === "silence" || fault === "slow drip" ? 0.25 : 20 };
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
