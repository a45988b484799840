/** @file A server on loopback that speaks OpenAI's chat-completions protocol and goes wrong on demand. For tests. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Every way in which one response can go wrong. */
export type Fault =
  | "nonsense"
  | "two labels"
  | "refusal"
  | "cut off"
  | "silence"
  | "slow drip"
  | "429"
  | "429 with Retry-After"
  | "429 without credit"
  | "500"
  | "503"
  | "half a JSON"
  | "wrong content type"
  | "empty choices"
  | "closed connection"
  | "reset connection"
  | "huge answer"
  | "400"
  | "401"
  | "404"
  | "no structured output";

/** A request as it came in. */
export interface ReceivedRequest {
  /** From 0, in the order of arrival. */
  readonly index: number;
  /** The last message: the text to classify in its tag, or the request for another answer. */
  readonly lastMessage: string;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: unknown;
    readonly temperature?: number;
    readonly seed?: number;
    readonly max_tokens?: number;
    readonly max_completion_tokens?: number;
  };
  readonly authorization: string | undefined;
}

export interface FaultyServer extends AsyncDisposable {
  /** To be used as OPENAI_BASE_URL. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Most requests that were open at once. */
  readonly mostOpen: number;
}

export interface FaultyServerOptions {
  /** Label → a word that decides for it, where it stands in the text; the first that matches. */
  readonly keywords: Readonly<Record<string, string>>;
  /** The answer where no keyword matches. */
  readonly otherwise: string;
  /** The fault of a request, or nothing. */
  readonly fault?: (request: ReceivedRequest) => Fault | undefined;
  readonly latencyMs?: number;
  /** Usage reported with each answer. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** Headers of good answers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startFaultyServer(options: FaultyServerOptions): Promise<FaultyServer> {
  const requests: ReceivedRequest[] = [];
  let open = 0;
  let mostOpen = 0;
  const server = createServer(async (message, response) => {
    open++;
    mostOpen = Math.max(mostOpen, open);
    response.on("close", () => open--);
    const body = JSON.parse(await readBody(message)) as ReceivedRequest["body"];
    const request: ReceivedRequest = {
      index: requests.length,
      lastMessage: body.messages.at(-1)?.content ?? "",
      body,
      authorization: message.headers.authorization,
    };
    requests.push(request);
    const fault = options.fault?.(request);
    setTimeout(() => answer(response, request, fault, options), options.latencyMs ?? 0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    get mostOpen() {
      return mostOpen;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(
  response: ServerResponse,
  request: ReceivedRequest,
  fault: Fault | undefined,
  options: FaultyServerOptions,
): void {
  if (response.destroyed) return;
  if (fault === undefined) good(response, rightAnswer(request, options), "stop", null, options);
  else faults[fault](response, request, options);
}

/** The label of the first keyword in the text; in JSON where that was asked for. */
function rightAnswer({ body, lastMessage }: ReceivedRequest, { keywords, otherwise }: FaultyServerOptions): string {
  const texts = [lastMessage, ...body.messages.filter(({ role }) => role === "user").map(({ content }) => content)];
  const text = texts.find((content) => content.startsWith("<text-")) ?? lastMessage;
  const label = Object.keys(keywords).find((name) => text.includes(keywords[name]!)) ?? otherwise;
  return body.response_format === undefined ? label : JSON.stringify({ label });
}

function good(
  response: ServerResponse,
  content: string | null,
  finish: string,
  refusal: string | null,
  options: FaultyServerOptions,
  contentType = "application/json",
): void {
  response.writeHead(200, { "content-type": contentType, ...options.headers });
  response.end(completion(content, finish, refusal, options));
}

function completion(content: string | null, finish: string, refusal: string | null, { usage }: FaultyServerOptions): string {
  const { prompt_tokens, completion_tokens } = usage ?? { prompt_tokens: 100, completion_tokens: 2 };
  return JSON.stringify({
    id: "chatcmpl-test",
    object: "chat.completion",
    created: 1,
    model: "test-model-2026-01-01",
    choices: [{ index: 0, message: { role: "assistant", content, refusal }, finish_reason: finish }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  });
}

function failed(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code = "error",
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ error: { message, type: code, code, param: null } }));
}

type FaultRule = (response: ServerResponse, request: ReceivedRequest, options: FaultyServerOptions) => void;

const faults: Record<Fault, FaultRule> = {
  nonsense: (response, _, options) => good(response, "The weather is nice.", "stop", null, options),
  "two labels": (response, _, options) => good(response, Object.keys(options.keywords).join("\n"), "stop", null, options),
  refusal: (response, _, options) => good(response, null, "stop", "I cannot help with that.", options),
  "cut off": (response, _, options) => good(response, "I think that", "length", null, options),
  silence: () => {},
  "slow drip": (response, request, options) => {
    response.writeHead(200, { "content-type": "application/json" });
    const text = completion(rightAnswer(request, options), "stop", null, options);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(text[sent++] ?? " ");
      if (response.destroyed) clearInterval(timer);
    }, 20);
    response.on("close", () => clearInterval(timer));
  },
  "429": (response) => failed(response, 429, "Rate limit reached"),
  "429 with Retry-After": (response) => failed(response, 429, "Rate limit reached", { "retry-after": "0.15" }),
  "429 without credit": (response) => failed(response, 429, "You exceeded your current quota", {}, "insufficient_quota"),
  "500": (response) => failed(response, 500, "The server had an error"),
  "503": (response) => failed(response, 503, "Overloaded"),
  "half a JSON": (response, request, options) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(completion(rightAnswer(request, options), "stop", null, options).slice(0, 60));
  },
  "wrong content type": (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html><script>alert(1)</script>Please log in to the network</html>");
  },
  "empty choices": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        id: "x",
        created: 1,
        model: "m",
        choices: [],
        usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
      }),
    );
  },
  "closed connection": (response) => response.destroy(),
  "reset connection": (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
    response.write('{"id": "x", ');
    setTimeout(() => response.socket?.resetAndDestroy(), 5);
  },
  "huge answer": (response, _, options) => good(response, "blah ".repeat(1_800_000), "stop", null, options),
  "400": (response) => failed(response, 400, "This model's maximum context length is 8192 tokens", {}, "context_length_exceeded"),
  // A careless service repeats the key that it was sent.
  "401": (response, { authorization }) =>
    failed(response, 401, `Incorrect API key provided: ${authorization ?? "none"}`, {}, "invalid_api_key"),
  "404": (response) => failed(response, 404, "The model does not exist", {}, "model_not_found"),
  "no structured output": (response, request, options) =>
    request.body.response_format === undefined
      ? good(response, rightAnswer(request, options), "stop", null, options)
      : failed(response, 400, "Unsupported parameter: 'response_format' is not supported with this model."),
};
