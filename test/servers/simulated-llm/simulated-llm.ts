/**
 * @file A language model's service on loopback, for tests and benches: OpenAI's chat completions and Anthropic's messages, with latency,
 * rate limits, faults, usage and a prompt cache, and behind them a model that really reads the prompt, or one that was recorded.
 *
 *     await using encoder = await loadEncoder("minilm-l6", { threads: 1 });
 *     await using server = await startSimulatedLlm({ model: encoderModel({ encoder }) });
 *     const approach = prompt({ llm: "openai:gpt-4o-mini", env: { OPENAI_BASE_URL: server.url } });
 *
 * With Anthropic's protocol: `env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "x" }`. In a process of its own: `serve.ts`.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { sha256 } from "../../../src/lib/hash.js";
import { random } from "../../../src/lib/random.js";
import type { Usage } from "../../../src/types/prediction.js";
import { type Fault, type FaultyReply, faults } from "../faults.js";
import { anthropicProtocol } from "./anthropic.js";
import { type BatchesOptions, type ReceivedBatch, simulatedBatches } from "./batches.js";
import { type SimulatedAnswer, type SimulatedModel, UnknownModelError } from "./model.js";
import { openaiProtocol } from "./openai.js";
import { promptCache } from "./prompt-cache.js";
import { BadRequestError, type Protocol, type ProtocolRequest } from "./protocol.js";
import { type Admission, rateLimit } from "./rate-limit.js";

/** A request as it came in. */
export interface SimulatedRequest extends ProtocolRequest {
  /** From 0, in the order of arrival; refused ones count too. */
  readonly index: number;
  readonly protocol: Protocol["name"];
  readonly key: string | undefined;
}

export interface SimulatedLlmOptions {
  readonly model: SimulatedModel;
  /** From the arrival of a request to its answer, at least. */
  readonly latencyMs?: number;
  /** Up to so much more or less, at random. */
  readonly jitterMs?: number;
  /** More are refused with 429, a `Retry-After` and the rate-limit headers. */
  readonly requestsPerSecond?: number;
  /** How many may come at once where none came before; a tenth of a second's worth unless given. */
  readonly burst?: number;
  /** What goes wrong with a request, or nothing. */
  readonly fault?: (request: SimulatedRequest) => Fault | undefined;
  /**
   * Conversations that begin alike for at least so many tokens (1,024 at OpenAI) are read from the prompt cache. None unless given: what is
   * cached, and so the bill, depends on what was asked before.
   */
  readonly promptCacheTokens?: number;
  /** How the batch interfaces behave. */
  readonly batches?: BatchesOptions;
  /** Of the jitter. */
  readonly seed?: number;
}

/** What a server saw. */
export interface SimulatedLlm extends AsyncDisposable {
  /** To be used as OPENAI_BASE_URL or ANTHROPIC_BASE_URL. A GET of `/stats` there gives the counts below as JSON. */
  readonly url: string;
  /** Those that could be read, in the order of arrival. */
  readonly requests: readonly SimulatedRequest[];
  /** In the order of arrival. */
  readonly batches: readonly ReceivedBatch[];
  /** Requests refused for the limit. */
  readonly refused: number;
  /** Requests answered as they should be. */
  readonly answered: number;
  /** Most requests that were open at once. */
  readonly mostOpen: number;
  /** Tokens of all answers. */
  readonly usage: Usage;
}

const protocols = [openaiProtocol, anthropicProtocol];
const noUsage: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };

/** Starts the server on a free port of 127.0.0.1, unless another is given. */
export async function startSimulatedLlm(options: SimulatedLlmOptions, port = 0): Promise<SimulatedLlm> {
  const { model, latencyMs = 0, jitterMs = 0, requestsPerSecond } = options;
  const requests: SimulatedRequest[] = [];
  const repeats = new Map<string, number>();
  const counts = { refused: 0, answered: 0, mostOpen: 0, usage: noUsage };
  let open = 0;
  const jitter = random(options.seed ?? 0, "jitter");
  const admit =
    requestsPerSecond === undefined
      ? undefined
      : rateLimit(requestsPerSecond, options.burst ?? Math.max(1, Math.round(requestsPerSecond / 10)));
  const cachedTokens = promptCache(options.promptCacheTokens ?? Number.POSITIVE_INFINITY, (text) => model.countTokens(text));

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(message.url ?? "", "http://localhost").pathname;
    if (message.method === "GET" && path === "/v1/stats") return send(response, 200, { requests: requests.length, ...counts });
    if (await batches.handle(message, response, path)) return;
    const protocol = protocols.find((candidate) => candidate.path === path);
    if (protocol === undefined || message.method !== "POST")
      return send(response, 404, { error: { message: `No ${path} here` } });
    const due = delay(Math.max(0, latencyMs + (2 * jitter.uniform() - 1) * jitterMs));
    const limit = admit?.(performance.now() / 1000);
    const headers = limit === undefined ? {} : protocol.limitHeaders(limit);
    const fail = (status: number, text: string, code: string, more: Record<string, string> = {}): void => {
      const failed = protocol.error(status, text, code);
      send(response, failed.status, failed.body, { ...headers, ...more });
    };
    try {
      const body: unknown = await readJson(message);
      const request: SimulatedRequest = {
        ...protocol.read(body),
        index: requests.length,
        protocol: protocol.name,
        key: message.headers[protocol.keyHeader]?.toString(),
      };
      requests.push(request);
      if (limit?.isAdmitted === false) {
        counts.refused++;
        return fail(429, "Rate limit reached for requests", "rate_limit_exceeded", retryHeaders(limit));
      }
      const print = sha256(JSON.stringify(body));
      const repeat = repeats.get(print) ?? 0;
      repeats.set(print, repeat + 1);
      const { answer, usage } = await answerOf(request, repeat);
      await due;
      if (response.destroyed) return;
      const fault = options.fault?.(request);
      if (fault !== undefined) return faults[fault](replyOf(protocol, request, answer, usage, response, fail));
      counts.answered++;
      counts.usage = addUsage(counts.usage, usage);
      send(response, 200, protocol.answer(request, answer, usage), headers);
    } catch (error) {
      if (error instanceof BadRequestError) fail(400, error.message, "invalid_request_error");
      else if (error instanceof UnknownModelError) fail(404, error.message, "model_not_found");
      else throw error;
    }
  };

  const answerOf = async (request: SimulatedRequest, repeat: number): Promise<{ answer: SimulatedAnswer; usage: Usage }> => {
    const { messages, temperature = 0, seed = null, topLogprobs, schema, maxTokens } = request;
    const whole = await model.answer(messages, { model: request.model, temperature, seed, repeat, topLogprobs, schema });
    const answer = cutTo(maxTokens, whole, model);
    if (answer.usage !== undefined) return { answer, usage: answer.usage };
    const inputTokens = messages.reduce((sum, { content }) => sum + model.countTokens(content) + 4, 3);
    const usage: Usage = {
      inputTokens,
      cachedInputTokens: request.usesPromptCache ? Math.min(inputTokens, cachedTokens(messages, request.model)) : 0,
      outputTokens: model.countTokens(answer.content),
      reasoningTokens: 0,
    };
    return { answer, usage };
  };

  const batches = simulatedBatches(
    protocols,
    async (protocol, body) => {
      try {
        const request = { ...protocol.read(body), index: requests.length, protocol: protocol.name, key: undefined };
        requests.push(request);
        const { answer, usage } = await answerOf(request, 0);
        counts.answered++;
        counts.usage = addUsage(counts.usage, usage);
        return { status: 200, body: protocol.answer(request, answer, usage) };
      } catch (error) {
        if (error instanceof BadRequestError) return protocol.error(400, error.message, "invalid_request_error");
        throw error;
      }
    },
    options.batches ?? {},
  );

  const server = createServer((message, response) => {
    open++;
    counts.mostOpen = Math.max(counts.mostOpen, open);
    response.on("close", () => open--);
    serve(message, response).catch((error: unknown) => {
      // Loud, since it is a bug of this server: a test that fails for it should say so.
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) send(response, 500, { error: { message: String(error) } });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    batches: batches.batches,
    get refused() {
      return counts.refused;
    },
    get answered() {
      return counts.answered;
    },
    get mostOpen() {
      return counts.mostOpen;
    },
    get usage() {
      return counts.usage;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BadRequestError("We could not parse the JSON body of your request.");
  }
}

function retryHeaders({ retrySeconds }: Admission): Record<string, string> {
  // Whole seconds, as HTTP has it, and beside it the milliseconds that OpenAI sends.
  return { "retry-after": String(Math.ceil(retrySeconds)), "retry-after-ms": String(Math.ceil(retrySeconds * 1000)) };
}

/** An answer cut at the limit of tokens, at a word's end. */
function cutTo(maxTokens: number, answer: SimulatedAnswer, model: SimulatedModel): SimulatedAnswer {
  if (answer.usage !== undefined || model.countTokens(answer.content) <= maxTokens) return answer;
  const parts = answer.content.match(/\s*\S+/g) ?? [];
  while (parts.length > 0 && model.countTokens(parts.join("")) > maxTokens) parts.pop();
  return { content: parts.join(""), finish: "length" };
}

function replyOf(
  protocol: Protocol,
  request: SimulatedRequest,
  answer: SimulatedAnswer,
  usage: Usage,
  response: ServerResponse,
  fail: (status: number, message: string, code: string, headers?: Record<string, string>) => void,
): FaultyReply {
  const bodyOf: FaultyReply["completion"] = (content, finish, refusal) =>
    JSON.stringify(
      protocol.answer(
        { ...request, isToolAnswer: request.isToolAnswer && content === answer.content },
        { content: refusal ?? content ?? null, finish: refusal === null ? finish : "refusal" },
        usage,
      ),
    );
  return {
    response,
    right: answer.content,
    labels: enumOf(request.schema),
    authorization: request.key,
    isStructured: request.schema !== null,
    completion: bodyOf,
    good: (content, finish, refusal) => send(response, 200, JSON.parse(bodyOf(content, finish, refusal)) as object),
    failed: (status, message, headers = {}, code = "error") => fail(status, message, code, headers),
  };
}

/** The labels of a schema; two words that are no labels where it has none. */
function enumOf(schema: unknown): readonly string[] {
  const found = /"enum":(\[[^\]]*\])/.exec(JSON.stringify(schema));
  return found === null ? ["one", "two"] : (JSON.parse(found[1]!) as string[]);
}

function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
