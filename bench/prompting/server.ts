/**
 * @file A service in a process of its own: answers chat completions after a fixed latency, and refuses what is above its limit. It does as little as
 * can be, since it shares the machine with what is measured: requests are counted by their heads, and not looked into. `node server.js PORT`; a line
 * `{"perSecond": N, …}` begins a measurement, and is answered with the counts of the last one.
 */
import { createServer, type Socket } from "node:net";
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
  /** From the request to its answer, of all that were answered together. */
  readonly latencyMs: number;
}

const latencyMs = 50;

let limit: ServiceLimit = {};
let counts = { answered: 0, refused: 0, latencyMs: 0 };
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

function limitHeaders(): string {
  const { perSecond, burst = 1, hasHeaders } = limit;
  if (perSecond === undefined || hasHeaders !== true) return "";
  return (
    `x-ratelimit-limit-requests: ${burst}\r\nx-ratelimit-remaining-requests: ${Math.floor(tokens)}\r\n` +
    `x-ratelimit-reset-requests: ${Math.ceil(((burst - tokens) / perSecond) * 1000)}ms\r\n`
  );
}

function respond(socket: Socket, status: string, headers: string, body: string): void {
  if (socket.destroyed) return;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${headers}\r\n`;
  socket.write(head + body, "latin1");
}

const refusal = '{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded","param":null}}';

/** What is to be answered, in the order in which it came. */
const due: { readonly socket: Socket; readonly headers: string; readonly at: number }[] = [];
let isWaiting = false;

/** Timers count whole milliseconds and come late by half of one on average: what is due within the next half goes out too. */
function answerDue(): void {
  isWaiting = false;
  const now = performance.now();
  while (due.length > 0 && due[0]!.at <= now + 0.5) {
    const { socket, headers, at } = due.shift()!;
    counts.answered++;
    counts.latencyMs += latencyMs + now - at;
    respond(socket, "200 OK", headers, answer);
  }
  if (due.length === 0) return;
  isWaiting = true;
  setTimeout(answerDue, Math.max(1, due[0]!.at - now));
}

function answerRequest(socket: Socket): void {
  const isTaken = takeToken();
  const headers = limitHeaders();
  if (!isTaken) {
    counts.refused++;
    respond(socket, "429 Too Many Requests", `retry-after: 1\r\n${headers}`, refusal);
    return;
  }
  due.push({ socket, headers, at: performance.now() + latencyMs });
  if (!isWaiting) answerDue();
}

/** Bytes of the first request that has come whole; 0: none has. */
function requestBytes(received: Buffer): number {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const body = /^content-length: *(\d+)/im.exec(received.toString("latin1", 0, head))?.[1];
  if (body === undefined) throw new Error("a request does not tell the length of its body");
  const bytes = head + 4 + Number(body);
  return received.length < bytes ? 0 : bytes;
}

const sockets = new Set<Socket>();
const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  let received: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (let bytes = requestBytes(received); bytes > 0; bytes = requestBytes(received)) {
      received = received.subarray(bytes);
      answerRequest(socket);
    }
  });
  // A client that is gone is no fault of the measurement.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("ready\n"));

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  limit = JSON.parse(line) as ServiceLimit;
  counts = { answered: 0, refused: 0, latencyMs: 0 };
  tokens = limit.burst ?? 1;
  refilledAt = performance.now();
}
for (const socket of sockets) socket.destroy();
server.close();
