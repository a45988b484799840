/**
 * @file A server on loopback that speaks OpenAI's chat completions with log-probabilities. Its model is a real distribution: it reads the
 * list of labels in the prompt and the text, and answers with the likeliest label, token by token. For tests.
 */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ScoringServerOptions {
  /** The weight of each label for a text, above 0. Labels are those of the prompt's list; `line` is all that it says of the label. */
  readonly weightOf: (label: string, line: string, text: string) => number;
  /** The error of a request that wants log-probabilities. */
  readonly refuses?: { readonly status: number; readonly message: string };
}

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: unknown;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
}

export interface ScoringServer extends AsyncDisposable {
  /** To be used as OPENAI_BASE_URL. */
  readonly url: string;
  readonly requests: readonly Body[];
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startScoringServer({ weightOf, refuses }: ScoringServerOptions): Promise<ScoringServer> {
  const requests: Body[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Body;
    requests.push(body);
    if (body.logprobs === true && refuses !== undefined) {
      send(response, refuses.status, {
        error: { message: refuses.message, type: "invalid_request_error", param: null, code: null },
      });
      return;
    }
    send(response, 200, completion(body, weightOf));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function completion({ messages, response_format, logprobs, top_logprobs = 0 }: Body, weightOf: ScoringServerOptions["weightOf"]) {
  const lines = [...messages[0]!.content.matchAll(/^- (.*)$/gm)].map(([, line]) => line!);
  const labels = lines.map((line) => line.split(": ")[0]!);
  const text = /^<text-\w+>\n([\s\S]*)\n<\/text-\w+>$/.exec(messages.at(-1)!.content)?.[1] ?? "";
  const weights = labels.map((label, i) => weightOf(label, lines[i]!, text));
  const best = weights.indexOf(Math.max(...weights));
  const isJson = response_format !== undefined;
  const tokens = isJson ? ['{"', "label", '":"', ...pieces(labels[best]!), '"', "}"] : pieces(labels[best]!);
  const first = isJson ? 3 : 0;
  const content = tokens.map((token, i) => {
    const place = i - first;
    const top =
      place < 0 || place >= pieces(labels[best]!).length + (isJson ? 1 : 0)
        ? { [token]: 1 }
        : next(tokens.slice(first, i), labels, weights);
    return position(token, top, top_logprobs);
  });
  return {
    id: "x",
    created: 1,
    model: "scoring-model",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: tokens.join(""), refusal: null },
        finish_reason: "stop",
        logprobs: logprobs === true ? { content, refusal: null } : null,
      },
    ],
    usage: { prompt_tokens: 100, completion_tokens: tokens.length, total_tokens: 100 + tokens.length },
  };
}

/** A label's tokens: of four letters each. */
function pieces(label: string): string[] {
  return label.match(/[\s\S]{1,4}/g) ?? [];
}

/** The probabilities of the next token, given those of a label that were said. */
function next(said: readonly string[], labels: readonly string[], weights: readonly number[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [i, label] of labels.entries()) {
    const all = [...pieces(label), '"'];
    if (said.some((token, j) => all[j] !== token)) continue;
    const token = all[said.length]!;
    found[token] = (found[token] ?? 0) + weights[i]!;
  }
  const total = Object.values(found).reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(Object.entries(found).map(([token, weight]) => [token, weight / total]));
}

function position(token: string, probabilities: Readonly<Record<string, number>>, alternatives: number) {
  const entry = (text: string, probability: number) => ({
    token: text,
    logprob: Math.log(probability),
    bytes: [...Buffer.from(text)],
  });
  const top = Object.entries(probabilities)
    .sort((a, b) => b[1] - a[1])
    .slice(0, alternatives)
    .map(([text, probability]) => entry(text, probability));
  return { ...entry(token, probabilities[token]!), top_logprobs: top };
}
