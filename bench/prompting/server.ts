/**
 * @file A service in a process of its own: answers chat completions after a fixed latency, and refuses what is above its limit. It does as little as
 * can be, since it shares the machine with what is measured. `node server.js PORT`; a line `{"perSecond": N, …}` begins a measurement, and is answered
 * with the counts of the last one.
 */
import { createServer, type ServerResponse } from "node:http";
import { createInterface } from "node:readline";

/** What the service allows. */
export interface ServiceLimit {
  /** Requests a second; none: no limit. */
  readonly perSecond?: number;
  /** Requests that may come at once after a rest. */
  readonly burst?: number;
  /** Whether answers carry `x-ratelimit-…` headers. */
  readonly hasHeaders?: boolean;
}

/** What came in since the last measurement began. */
export interface ServiceCounts {
  readonly answered: number;
  readonly refused: number;
}

const latencyMs = 50;

let limit: ServiceLimit = {};
let counts = { answered: 0, refused: 0 };
let tokens = 0;
let refilledAt = 0;

const answer = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1,
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, message: { role: "assistant", content: '{"label":"refund"}', refusal: null }, finish_reason: "stop" }],
  usage: { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 },
});

/** A bucket of tokens, as OpenAI describes its limits: true where the request is let in. */
function takeToken(): boolean {
  const { perSecond, burst = 1 } = limit;
  if (perSecond === undefined) return true;
  const now = performance.now();
  tokens = Math.min(burst, tokens + ((now - refilledAt) / 1000) * perSecond);
  refilledAt = now;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

function limitHeaders(): Record<string, string> {
  const { perSecond, burst = 1, hasHeaders } = limit;
  if (perSecond === undefined || hasHeaders !== true) return {};
  return {
    "x-ratelimit-limit-requests": String(burst),
    "x-ratelimit-remaining-requests": String(Math.floor(tokens)),
    "x-ratelimit-reset-requests": `${Math.ceil(((burst - tokens) / perSecond) * 1000)}ms`,
  };
}

function refuse(response: ServerResponse): void {
  counts.refused++;
  response.writeHead(429, { "content-type": "application/json", "retry-after": "1", ...limitHeaders() });
  response.end('{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded","param":null}}');
}

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    if (!takeToken()) return refuse(response);
    const headers = limitHeaders();
    setTimeout(() => {
      counts.answered++;
      response.writeHead(200, { "content-type": "application/json", "content-length": answer.length, ...headers });
      response.end(answer);
    }, latencyMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("ready\n"));

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  limit = JSON.parse(line) as ServiceLimit;
  counts = { answered: 0, refused: 0 };
  tokens = limit.burst ?? 1;
  refilledAt = performance.now();
}
server.closeAllConnections();
server.close();
