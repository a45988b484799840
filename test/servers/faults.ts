/** @file Every way in which one response of a language model's service can go wrong, whatever protocol it speaks. */

import type { ServerResponse } from "node:http";
import { random } from "../../src/lib/random.js";

/** One way in which a response can go wrong. */
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
  | "choice error"
  | "error with 200"
  | "filtered"
  | "filtered finish"
  | "closed connection"
  | "reset connection"
  | "huge answer"
  | "400"
  | "401"
  | "404"
  | "no structured output";

/** Those that pass when the request is sent again, at once or soon; of `silence` and `slow drip`, only a timeout tells. */
export const passingFaults: readonly Fault[] = [
  "429",
  "429 with Retry-After",
  "500",
  "503",
  "half a JSON",
  "wrong content type",
  "empty choices",
  "closed connection",
  "reset connection",
];

/** What a fault needs to spoil a response: the answer as it should be, and the forms of the protocol. */
export interface FaultyReply {
  readonly response: ServerResponse;
  /** The content of the right answer. */
  readonly right: string;
  readonly labels: readonly string[];
  /** The key as it was sent. */
  readonly authorization: string | undefined;
  /** Whether the answer was to follow a schema. */
  readonly isStructured: boolean;
  /** The body of an answer; without choices where `content` is `undefined`. */
  completion(content: string | null | undefined, finish: "stop" | "length", refusal: string | null): string;
  /** Sends an answer. */
  good(content: string | null, finish: "stop" | "length", refusal: string | null): void;
  /** Sends an error in the protocol's form. */
  failed(status: number, message: string, headers?: Record<string, string>, code?: string): void;
}

/** What each fault does to a response. */
export const faults: Record<Fault, (reply: FaultyReply) => void> = {
  nonsense: ({ good }) => good("The weather is nice.", "stop", null),
  "two labels": ({ good, labels }) => good(labels.join("\n"), "stop", null),
  refusal: ({ good }) => good(null, "stop", "I cannot help with that."),
  "cut off": ({ good }) => good("I think that", "length", null),
  silence: () => {},
  "slow drip": ({ response, completion, right }) => {
    response.writeHead(200, json);
    const text = completion(right, "stop", null);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(text[sent++] ?? " ");
      if (response.destroyed) clearInterval(timer);
    }, 20);
    response.on("close", () => clearInterval(timer));
  },
  "429": ({ failed }) => failed(429, "Rate limit reached"),
  "429 with Retry-After": ({ failed }) => failed(429, "Rate limit reached", { "retry-after": "0.15" }),
  "429 without credit": ({ failed }) => failed(429, "You exceeded your current quota", {}, "insufficient_quota"),
  "500": ({ failed }) => failed(500, "The server had an error"),
  "503": ({ failed }) => failed(503, "Overloaded"),
  "half a JSON": ({ response, completion, right }) => {
    response.writeHead(200, json);
    response.end(completion(right, "stop", null).slice(0, 60));
  },
  "wrong content type": ({ response }) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html><script>alert(1)</script>Please log in to the network</html>");
  },
  "empty choices": ({ response, completion }) => {
    response.writeHead(200, json);
    response.end(completion(undefined, "stop", null));
  },
  // OpenRouter of an upstream that broke off.
  "choice error": ({ response }) => {
    response.writeHead(200, json);
    const error = { code: 502, message: "Upstream idle timeout exceeded" };
    const choice = { index: 0, message: { role: "assistant", content: "" }, finish_reason: "error", error };
    response.end(JSON.stringify({ id: "x", model: "test", choices: [choice] }));
  },
  "error with 200": ({ response }) => {
    response.writeHead(200, json);
    response.end(JSON.stringify({ error: { message: "Provider returned error", code: 503 } }));
  },
  // Azure of a text that its filter turned away.
  filtered: ({ response }) => {
    response.writeHead(400, json);
    const innererror = { code: "ResponsibleAIPolicyViolation", content_filter_result: { violence: { filtered: true } } };
    const message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.";
    response.end(
      JSON.stringify({ error: { message, type: null, param: "prompt", code: "content_filter", status: 400, innererror } }),
    );
  },
  "filtered finish": ({ response, completion }) => {
    response.writeHead(200, json);
    response.end(completion("", "stop", null).replace('"finish_reason":"stop"', '"finish_reason":"content_filter"'));
  },
  "closed connection": ({ response }) => response.destroy(),
  "reset connection": ({ response }) => {
    response.writeHead(200, { ...json, "content-length": "500" });
    response.write('{"id": "x", ');
    setTimeout(() => response.socket?.resetAndDestroy(), 5);
  },
  "huge answer": ({ good }) => good("blah ".repeat(1_800_000), "stop", null),
  "400": ({ failed }) => failed(400, "This model's maximum context length is 8192 tokens", {}, "context_length_exceeded"),
  // A careless service repeats the key that it was sent.
  "401": ({ failed, authorization }) =>
    failed(401, `Incorrect API key provided: ${authorization ?? "none"}`, {}, "invalid_api_key"),
  "404": ({ failed }) => failed(404, "The model does not exist", {}, "model_not_found"),
  "no structured output": ({ good, failed, right, isStructured }) =>
    isStructured
      ? failed(400, "Unsupported parameter: 'response_format' is not supported with this model.")
      : good(right, "stop", null),
};

const json = { "content-type": "application/json" };

/** For a share of the requests one of the faults, drawn at random by the request's number: the same ones in every run. */
export function randomFaults(
  share: number,
  kinds: readonly Fault[],
  seed: number,
): (request: { readonly index: number }) => Fault | undefined {
  return ({ index }) => {
    const stream = random(seed, `fault ${index}`);
    return stream.uniform() < share ? kinds[stream.integer(kinds.length)] : undefined;
  };
}
