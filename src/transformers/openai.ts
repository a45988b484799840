/**
 * @file The `openai` module of the source article's second program. It is exported beside Hugging Face's names, not from an entry of its own:
 * the two programs are one comparison, and whoever wants all of OpenAI's API has OpenAI's package. Names and shapes are the API's own
 * (`max_tokens`, `finish_reason`); below it is the client that prompts are measured with: its pace, its new attempts, its time limits.
 */
import process from "node:process";
import { UserError } from "../lib/errors.js";
import { nearestNames } from "../lib/text/nearest-name.js";
import { createClient } from "../prompt/client/client.js";
import { type Completion, LlmError, type Message } from "../prompt/llm.js";
import { resolveLlm } from "../prompt/providers/resolve.js";

/** The argument of `openai.ChatCompletion.create`. */
export interface ChatCompletionRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Only 0 is supported, so that answers are repeatable. @default 0 */
  readonly temperature?: 0;
  /** The longest answer, in tokens. @default 1024 */
  readonly max_tokens?: number;
  /** Seconds that one attempt may take. @default 120 */
  readonly timeout?: number;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** An answer in the API's shape. */
export interface ChatCompletion {
  readonly object: "chat.completion";
  /** The service's name for the model that answered. */
  readonly model: string;
  readonly choices: readonly [ChatChoice];
  /** `null` if the service reported no usage. */
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number } | null;
}

export interface ChatChoice {
  readonly index: 0;
  readonly message: { readonly role: "assistant"; readonly content: string };
  /** Why the answer ended. `length`: at `max_tokens`. `content_filter`: the service refused. */
  readonly finish_reason: "stop" | "length" | "content_filter";
}

/** The module. */
export interface OpenAiModule {
  /** The API key. @default the environment's `OPENAI_API_KEY` */
  apiKey: string | undefined;
  readonly ChatCompletion: { create(request: ChatCompletionRequest): Promise<ChatCompletion> };
}

const requestNames = [
  "model",
  "messages",
  "temperature",
  "max_tokens",
  "timeout",
  "signal",
] satisfies (keyof ChatCompletionRequest)[];
const maxTokensDefault = 1024;

/**
 * `openai`, as in the article. The key is `openai.apiKey` or `OPENAI_API_KEY`; `OPENAI_BASE_URL` names another server that speaks the
 * protocol, which needs no key. `UserError` where there is no key, where a parameter can't be honored, and where the service does not answer.
 */
export const openai: OpenAiModule = {
  apiKey: undefined,
  ChatCompletion: {
    async create(request) {
      checkRequest(request);
      const { model, messages, max_tokens: maxOutputTokens = maxTokensDefault, timeout, signal } = request;
      const env: NodeJS.ProcessEnv = { ...process.env, ...(openai.apiKey && { OPENAI_API_KEY: openai.apiKey }) };
      if (!env["OPENAI_API_KEY"] && !env["OPENAI_BASE_URL"])
        throw new UserError(
          "The API key of OpenAI is missing. Set the environment variable OPENAI_API_KEY, or openai.apiKey in the program; " +
            "or set OPENAI_BASE_URL to the address of a server of your own.",
        );
      const llm = await resolveLlm(`openai:${model}`, { env });
      const client = createClient(llm, timeout === undefined ? {} : { timeoutSeconds: timeout });
      const patience = signal ?? new AbortController().signal;
      try {
        const form = () => ({ messages, maxOutputTokens });
        const { completion } = await client.ask(form, { wait: patience, request: patience });
        return asChatCompletion(completion, model);
      } catch (error) {
        // Its message is for people: short, and without the key.
        throw error instanceof LlmError ? new UserError(error.message, { cause: error }) : error;
      }
    },
  },
};

/** Programs without types call this too. */
function checkRequest(request: ChatCompletionRequest): void {
  const unknown = Object.keys(request).find((name) => !requestNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new UserError(
      `ChatCompletion.create can't honor "${unknown}". It takes ${nearestNames(unknown, requestNames).join(", ")}; for more use OpenAI's own package.`,
    );
  const { model, messages, temperature = 0, max_tokens: most = maxTokensDefault } = request;
  if (typeof model !== "string" || model === "") throw new UserError('ChatCompletion.create needs a model, such as "gpt-4".');
  if (!Array.isArray(messages) || messages.length === 0)
    throw new UserError('ChatCompletion.create needs messages, such as [{ role: "user", content: "…" }].');
  if (temperature !== 0)
    throw new UserError(
      `The temperature is ${temperature}. Models are asked at 0 here, so that answers can be repeated: leave it out.`,
    );
  if (!(Number.isInteger(most) && most > 0)) throw new UserError(`max_tokens is ${most}. Give a whole number above 0.`);
}

function asChatCompletion({ text, finish, usage, servedBy }: Completion, model: string): ChatCompletion {
  const reasons = {
    stop: "stop",
    length: "length",
    refused: "content_filter",
    filtered: "content_filter",
    other: "stop",
  } as const;
  return {
    object: "chat.completion",
    model: servedBy ?? model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: reasons[finish] }],
    usage: usage && {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}
