/** @file A server of a predictor that tests hold in their hands. */
import { request } from "node:http";
import { loadPredictor } from "../../../src/ship/load-predictor.js";
import type { Classify } from "../../../src/ship/serve/batcher.js";
import { type RunningServer, type ServedPredictor, type ServeOptions, startServer } from "../../../src/ship/serve/serve.js";
import type { Prediction } from "../../../src/types/prediction.js";

/** A server, and what it failed at. */
export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly server: RunningServer;
  readonly errors: unknown[];
  /** Sends JSON; the status, the headers and the parsed body that come back. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please
  readonly body: any;
}

export const labels = ["login", "refund", "spam"];

/** The label whose name the text holds gets most; a text that holds none gets the first. */
export function predictionFor(text: string): Prediction {
  const found = labels.find((label) => text.includes(label)) ?? labels[0]!;
  return { answer: [found], scores: Object.fromEntries(labels.map((label) => [label, label === found ? 0.75 : 0.125])) };
}

/** What is served in place of a model. */
export const fake = (changes: Partial<ServedPredictor> = {}): ServedPredictor => ({
  name: "tune:fake",
  labels,
  isMultiLabel: false,
  isBatched: true,
  classify: async (texts) => texts.map(predictionFor),
  ...changes,
});

/** Starts it on a free port. */
export async function serving(predictor: ServedPredictor = fake(), options: Partial<ServeOptions> = {}): Promise<Serving> {
  const errors: unknown[] = [];
  const server = await startServer(predictor, { port: 0, onError: (_route, error) => errors.push(error), ...options });
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${server.url}${path}`, init);
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    return { status: response.status, headers: response.headers, text, body };
  };
  return {
    url: server.url,
    server,
    errors,
    post: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    get: (path, headers = {}) => ask(path, { headers }),
    async [Symbol.asyncDispose]() {
      server.kill();
    },
  };
}

/** A real classifier of transformers' with random weights, and texts for it. */
export async function tinyClassifier() {
  const predictor = await loadPredictor("golden/classifier-bert", { threads: 1 });
  const { labels: its, isMultiLabel, approach } = predictor;
  const served: ServedPredictor = {
    name: approach,
    labels: its,
    isMultiLabel,
    isBatched: true,
    classify: (texts, signal) => predictor.classify(texts, { signal }),
  };
  return { predictor, served };
}

/** A predictor that answers when it is told to. */
export function gated(): { readonly classify: Classify; readonly calls: (readonly string[])[]; open(): void; isOpen: boolean } {
  const calls: (readonly string[])[] = [];
  let waiting: (() => void)[] = [];
  const gate = {
    calls,
    isOpen: false,
    open() {
      gate.isOpen = true;
      for (const go of waiting) go();
      waiting = [];
    },
    async classify(texts: readonly string[], signal: AbortSignal): Promise<readonly Prediction[]> {
      calls.push(texts);
      if (!gate.isOpen)
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      return texts.map(predictionFor);
    },
  };
  return gate;
}

/** Waits until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  if (!holds()) throw new Error("it did not come to that");
}

/** A request by hand, where `fetch` would not send such a one. */
export function rawPost(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer | null,
): { readonly sent: ReturnType<typeof request>; readonly answer: Promise<{ status: number; text: string }> } {
  const sent = request(url, { method: "POST", headers: { "content-type": "application/json", ...headers } });
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, text }));
    });
  });
  if (body !== null) sent.end(body);
  return { sent, answer };
}
