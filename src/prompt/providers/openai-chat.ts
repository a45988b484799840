/**
 * @file OpenAI's chat completions without the SDK between: the same request and the same result as `@ai-sdk/openai` and
 * `@ai-sdk/openai-compatible` make of it, at an eighth of the CPU time (decisions/0009). The batch interface takes the same bodies.
 */

import { at, textAt } from "../../lib/json-value.js";
import { ServiceError } from "../http/failure.js";
import { HttpError, type HttpResponse, send } from "../http/http.js";
import { bodyInWords, parsedBody } from "../http/json-body.js";
import { readResponseBody } from "../http/response-body.js";
import type { ChatModel, SdkModel } from "./sdk-llm.js";

type Options = Parameters<SdkModel["doGenerate"]>[0];
type Result = Awaited<ReturnType<SdkModel["doGenerate"]>>;

export interface OpenaiChatOptions {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** The header that the key is sent in: `authorization`, as a bearer token, or one for the key alone. */
  readonly keyHeader: string;
  readonly model: string;
  /** Names of parts of a request, of which models and services have different ones. */
  readonly systemRole: "system" | "developer";
  readonly limitName: "max_tokens" | "max_completion_tokens";
  readonly seedName: "seed" | "random_seed";
  /** How JSON is demanded: of the schema, or of any form. */
  readonly structure: "json_schema" | "json_object";
  /** The `fetch` that requests go through. @default the network's */
  readonly send?: typeof send;
}

/** A model at an address that speaks OpenAI's protocol. */
export function openaiChat(options: OpenaiChatOptions): ChatModel {
  const url = new URL(`${options.baseUrl}/chat/completions`);
  const headers = openaiHeaders(options.apiKey, options.keyHeader);
  const { send: sent = send } = options;
  return {
    canRename: true,
    async doGenerate(call) {
      const body = JSON.stringify(chatBody(options, call));
      const signal = call.abortSignal ?? new AbortController().signal;
      const own = call.headers === undefined ? headers : { ...headers, ...definedOnly(call.headers) };
      return chatResult(await asked(sent({ method: "POST", url, headers: own, body, signal })));
    },
  };
}

function definedOnly(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Headers of a request with a JSON body. */
export function openaiHeaders(apiKey: string | undefined, keyHeader = "authorization"): Record<string, string> {
  const key = apiKey !== undefined && keyHeader === "authorization" ? `Bearer ${apiKey}` : apiKey;
  return { "content-type": "application/json", ...(key === undefined ? {} : { [keyHeader]: key }) };
}

/** A response of status 2xx; throws `ServiceError` for any other, and where there is none. */
export async function asked(response: Promise<HttpResponse>): Promise<HttpResponse> {
  const arrived = await response.catch((error: unknown) => {
    if (!(error instanceof HttpError)) throw error;
    const { message, status, cause, wasSent } = error;
    throw new ServiceError(message, { statusCode: status, cause, wasSent });
  });
  const { status, headers, body } = arrived;
  if (status >= 200 && status < 300) return arrived;
  throw new ServiceError(saidIn(body) ?? `HTTP ${status}`, { statusCode: status, responseHeaders: headers, responseBody: body });
}

/** The body of a request: what goes over the wire, and into a batch. */
export function chatBody(options: OpenaiChatOptions, call: Options): Record<string, unknown> {
  const { maxOutputTokens, temperature, seed, providerOptions } = call;
  const alternatives = providerOptions?.["openai"]?.["logprobs"];
  const names = providerOptions?.["chat"];
  const isDeveloper = (options.systemRole === "developer") !== (names?.["role"] === "other");
  const isCompletionLimit = (options.limitName === "max_completion_tokens") !== (names?.["limit"] === "other");
  // What is undefined, JSON leaves out.
  return {
    model: options.model,
    messages: call.prompt.map((message) => ({
      role: message.role === "system" && isDeveloper ? "developer" : message.role,
      content: typeof message.content === "string" ? message.content : message.content.map(textOf).join(""),
    })),
    [isCompletionLimit ? "max_completion_tokens" : "max_tokens"]: maxOutputTokens,
    temperature,
    [options.seedName]: seed,
    ...(alternatives === undefined ? {} : { logprobs: true, top_logprobs: alternatives }),
    ...responseFormat(options.structure, call.responseFormat),
  };
}

function responseFormat(structure: OpenaiChatOptions["structure"], format: Options["responseFormat"]): Record<string, unknown> {
  if (format?.type !== "json") return {};
  if (structure === "json_object") return { response_format: { type: structure } };
  const { schema, name } = format;
  return { response_format: { type: structure, json_schema: { schema, strict: true, name } } };
}

function textOf(part: object): string {
  return "text" in part && typeof part.text === "string" ? part.text : "";
}

/** What an answered request says, of a response or of a line of a batch's output. Throws `ServiceError` where it is no answer. */
export function chatResult({ status, headers, body }: HttpResponse): Result {
  const parsed = parsedBody(body);
  const said = readResponseBody(parsed);
  if (said === null || "fault" in said) {
    throw new ServiceError(said?.fault ?? bodyInWords(body.slice(0, mostSaid), parsed !== undefined), {
      // Some proxies pass a service's error on with a status of their own.
      statusCode: said?.status ?? status,
      responseHeaders: headers,
      responseBody: body,
    });
  }
  return { ...unread, response: { headers: { ...headers }, body: parsed } };
}

/** What the SDK would read. Here the body is read, by `response-body.ts`. */
const unread: Omit<Result, "response"> = {
  content: [],
  finishReason: { unified: "other", raw: undefined },
  usage: {
    inputTokens: { total: undefined, cacheRead: undefined, cacheWrite: undefined, noCache: undefined },
    outputTokens: { total: undefined, text: undefined, reasoning: undefined },
  },
  warnings: [],
};

/** Characters of what was said. Shown are fewer: a key that is cut off here would not be known for one where it is hidden. */
const mostSaid = 5000;

/**
 * The message of an error: OpenAI's `error.message`, Ollama's `error`, others' `message` or `detail`, which may be a list of places and what is wrong
 * there (FastAPI's, Mistral's). What was sent is repeated in some, and left out.
 */
function saidIn(body: string): string | null {
  const parsed = parsedBody(body);
  const said =
    textAt(at(parsed, "error"), "message") ?? textAt(parsed, "error") ?? textAt(parsed, "message") ?? textAt(parsed, "detail");
  const details = at(parsed, "detail") ?? at(at(parsed, "message"), "detail") ?? at(parsed, "errors");
  if (said === null && Array.isArray(details)) return details.map(placed).join("; ").slice(0, mostSaid);
  return said ?? (parsed === undefined && body.trim() !== "" ? body.slice(0, mostSaid) : null);
}

function placed(detail: unknown): string {
  const place = at(detail, "loc");
  const said = textAt(detail, "msg") ?? textAt(detail, "message") ?? "";
  return Array.isArray(place) ? `${place.join(".")}: ${said}` : said;
}
