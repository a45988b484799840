/** @file A server on loopback that speaks OpenAI's chat-completions protocol and goes wrong on demand. For tests. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, type FaultyReply, faults } from "./faults.js";

export type { Fault } from "./faults.js";

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
    readonly logprobs?: boolean;
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

/** A response that is no answer. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

export interface FaultyServerOptions {
  /** Label → a word that decides for it, where it stands in the text; the first that matches. */
  readonly keywords: Readonly<Record<string, string>>;
  /** The answer where no keyword matches. */
  readonly otherwise: string;
  /** The fault of a request, or nothing. */
  readonly fault?: (request: ReceivedRequest) => Fault | undefined;
  /** What a request is refused with, or nothing: a status and a body, or a message in OpenAI's form. */
  readonly refusal?: (request: ReceivedRequest) => Refusal | undefined;
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
    // Of its models it tells nothing.
    if (message.method === "GET") return failed(response, 404, "no such model");
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
    const refusal = options.refusal?.(request);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { "content-type": "application/json" });
      response.end(JSON.stringify(refusal.body));
      return;
    }
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
  const right = rightAnswer(request, options);
  const reply: FaultyReply = {
    response,
    right,
    labels: Object.keys(options.keywords),
    authorization: request.authorization,
    isStructured: request.body.response_format !== undefined,
    completion: (content, finish, refusal) => completion(content, finish, refusal, options),
    good: (content, finish, refusal) => good(response, content, finish, refusal, options),
    failed: (status, message, headers, code) => failed(response, status, message, headers, code),
  };
  if (fault === undefined) reply.good(right, "stop", null);
  else faults[fault](reply);
}

/** The label of the first keyword in the text; in JSON where that was asked for. */
function rightAnswer({ body, lastMessage }: ReceivedRequest, { keywords, otherwise }: FaultyServerOptions): string {
  const texts = [lastMessage, ...body.messages.filter(({ role }) => role === "user").map(({ content }) => content)];
  // Where there is no message of the system, its words stand before the text.
  const text = texts.flatMap((content) => /<text-[0-9a-f]{6}>\n[\s\S]*/.exec(content) ?? [])[0] ?? lastMessage;
  const label = Object.keys(keywords).find((name) => text.includes(keywords[name]!)) ?? otherwise;
  return body.response_format === undefined ? label : JSON.stringify({ label });
}

function good(
  response: ServerResponse,
  content: string | null,
  finish: string,
  refusal: string | null,
  options: FaultyServerOptions,
): void {
  response.writeHead(200, { "content-type": "application/json", ...options.headers });
  response.end(completion(content, finish, refusal, options));
}

function completion(
  content: string | null | undefined,
  finish: string,
  refusal: string | null,
  { usage }: FaultyServerOptions,
): string {
  const { prompt_tokens, completion_tokens } = usage ?? { prompt_tokens: 100, completion_tokens: 2 };
  const choice = { index: 0, message: { role: "assistant", content, refusal }, finish_reason: finish };
  return JSON.stringify({
    id: "chatcmpl-test",
    object: "chat.completion",
    created: 1,
    model: "test-model-2026-01-01",
    choices: content === undefined ? [] : [choice],
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
