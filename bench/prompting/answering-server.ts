/** @file A server on loopback that answers every chat completion with one label after some milliseconds: `node answering-server.js MS`. A line in, what it saw out. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";

const latencyMs = Number(process.argv[2] ?? 0);
const body = JSON.stringify({
  id: "x",
  object: "chat.completion",
  created: 1,
  model: "gpt-5-mini",
  choices: [{ index: 0, message: { role: "assistant", content: '{"label":"other"}' }, finish_reason: "stop" }],
  usage: { prompt_tokens: 200, completion_tokens: 20, total_tokens: 220 },
});
let requests = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    requests++;
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body);
    }, latencyMs);
  });
});
// A busy machine may leave a connection idle for long: closing it would be a fault of the harness.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.stdout.write("ready\n"));
for await (const _ of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port, requests })}\n`);
}
server.closeAllConnections();
server.close();
