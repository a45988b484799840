import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { isLoopback } from "../../../src/ship/serve/access.js";
import { startServer } from "../../../src/ship/serve/serve.js";
import { fake, gated, predictionFor, rawPost, serving, until } from "./serving.js";

const token = "0123456789abcdef0123";

describe("bodies that are none", () => {
  it.each<[string, number, string | Buffer, Record<string, string>]>([
    ["no JSON", 400, "{text: 1", {}],
    ["an empty one", 400, "", {}],
    ["no object", 400, "[1]", {}],
    ["null", 400, "null", {}],
    ["both of two fields", 400, '{"text":"a","texts":[]}', {}],
    ["another field", 400, '{"text":"a","txt":"b"}', {}],
    ["a number for a text", 400, '{"text":1}', {}],
    ["a number among the texts", 400, '{"texts":["a",1]}', {}],
    ["nested deeply", 400, `{"text":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, {}],
    ["bytes that are not UTF-8", 400, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), {}],
    ["another charset", 415, '{"text":"a"}', { "content-type": "application/json; charset=latin1" }],
    ["a form's type", 415, '{"text":"a"}', { "content-type": "text/plain" }],
    ["compressed", 415, '{"text":"a"}', { "content-encoding": "gzip" }],
  ])("%s", async (_, status, body, headers) => {
    await using to = await serving();
    const answer = await rawPost(`${to.url}/predict`, headers, body).answer;
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) as string });
    expect(answer.text).not.toMatch(/\bat \w+.*:\d+/);
    await until(() => to.server.inside === 0);
    expect(to.errors).toEqual([]);
    expect((await to.post("/predict", { text: "spam" })).status).toBe(200);
  });

  it("of odd texts are read: empty, null bytes, halves of pairs, a byte order mark", async () => {
    const seen: string[] = [];
    const classify = async (texts: readonly string[]) => {
      seen.push(...texts);
      return texts.map(predictionFor);
    };
    await using to = await serving(fake({ classify }));
    const body = '\ufeff{"texts":["","\\u0000","a\\ud800b","\\udc00","😀"]}';
    const answer = await to.post("/predict", body, { "content-type": 'Application/JSON; charset="UTF-8"' });
    expect([answer.status, seen]).toEqual([200, ["", "\0", "a\ufffdb", "\ufffd", "😀"]]);
  });

  it("are refused where they are too large, told or not", async () => {
    await using to = await serving(fake(), { mostBodyBytes: 1000 });
    const large = JSON.stringify({ text: "x".repeat(5000) });
    expect((await rawPost(`${to.url}/predict`, {}, large).answer).status).toBe(413);
    const { sent, answer } = rawPost(`${to.url}/predict`, { "transfer-encoding": "chunked" }, null);
    sent.write(large.slice(0, 600));
    sent.write(large.slice(600));
    expect((await answer).status).toBe(413);
    sent.destroy();
    await until(() => to.server.inside === 0);
  });

  it("may have ten thousand texts, and no more", async () => {
    await using to = await serving();
    const texts = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? "refund" : "spam"));
    const { body } = await to.post("/predict", { texts });
    expect(body.predictions.map(({ answer }: { answer: string }) => answer)).toEqual(texts);
    expect((await to.post("/predict", { texts: [...texts, "x"] })).status).toBe(413);
    expect((await to.post("/", { inputs: [...texts, "x"] })).status).toBe(413);
  });
});

describe("what goes wrong inside", () => {
  it("is told to whoever runs the server, and to no client", async () => {
    const classify = async (): Promise<never> => {
      throw new Error("ENOENT /home/secret/model.onnx");
    };
    await using to = await serving(fake({ classify }));
    for (const [path, body] of [
      ["/predict", { text: "x" }],
      ["/", { inputs: "x" }],
    ] as const) {
      const answer = await to.post(path, body);
      expect([answer.status, /secret|ENOENT|\.ts/.test(answer.text)]).toEqual([500, false]);
    }
    expect(to.errors).toHaveLength(2);
  });

  it("ends a request after its time", async () => {
    const gate = gated();
    await using to = await serving(fake({ classify: gate.classify }), { timeoutSeconds: 0.2 });
    expect((await to.post("/predict", { text: "x" })).status).toBe(504);
    await until(() => to.server.inside === 0);
    gate.open();
    expect((await to.post("/predict", { text: "x" })).status).toBe(200);
  });
});

describe("the queue", () => {
  it("is bounded: one more gets 429 and when to try again", async () => {
    const gate = gated();
    await using to = await serving(fake({ classify: gate.classify }), { mostRequests: 3 });
    const inside = [1, 2, 3].map((i) => to.post("/predict", { text: `spam ${i}` }));
    await until(() => to.server.inside === 3);
    const refused = await to.post("/predict", { text: "x" });
    expect([refused.status, Number(refused.headers.get("retry-after")) >= 1]).toEqual([429, true]);
    // Whoever looks after the server still gets in.
    expect((await to.get("/healthz")).status).toBe(200);
    expect((await to.get("/metrics")).text).toMatch(/^crossover_requests_inside 3$/m);
    gate.open();
    expect((await Promise.all(inside)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await to.post("/predict", { text: "x" })).status).toBe(200);
  });

  it("has the place again of a client that left while it waited, and nothing is computed for it", async () => {
    const gate = gated();
    await using to = await serving(fake({ classify: gate.classify }), { mostRequests: 2 });
    const first = to.post("/predict", { text: "login" });
    await until(() => gate.calls.length === 1);
    const leaving = rawPost(`${to.url}/predict`, {}, JSON.stringify({ text: "spam" }));
    leaving.answer.catch(() => {});
    await until(() => to.server.inside === 2);
    leaving.sent.destroy();
    await until(() => to.server.inside === 1);
    gate.open();
    expect((await first).status).toBe(200);
    expect(gate.calls).toEqual([["login"]]);
    expect(to.errors).toEqual([]);
  });

  it("has the place again of a client that left in the middle of its body", async () => {
    await using to = await serving();
    const { sent, answer } = rawPost(`${to.url}/predict`, { "content-length": "1000" }, null);
    answer.catch(() => {});
    sent.write('{"text":');
    await until(() => to.server.inside === 1);
    sent.destroy();
    await until(() => to.server.inside === 0);
    expect(to.errors).toEqual([]);
  });

  it("stops asking a service for a client that left", async () => {
    const gate = gated();
    let isAborted = false;
    const classify = async (texts: readonly string[], signal: AbortSignal) => {
      signal.addEventListener("abort", () => {
        isAborted = true;
      });
      return gate.classify(texts, signal);
    };
    await using to = await serving(fake({ classify, isBatched: false }));
    const { sent, answer } = rawPost(`${to.url}/predict`, {}, JSON.stringify({ text: "spam" }));
    answer.catch(() => {});
    await until(() => gate.calls.length === 1);
    sent.destroy();
    await until(() => isAborted && to.server.inside === 0);
    expect(to.errors).toEqual([]);
  });
});

describe("who may ask", () => {
  it("is whoever knows the token, where there is one", async () => {
    await using to = await serving(fake(), { token });
    const ask = async (authorization?: string) =>
      (await to.post("/predict", { text: "x" }, authorization === undefined ? {} : { authorization })).status;
    expect(await ask()).toBe(401);
    for (const wrong of [token, `Bearer ${token}0`, `Bearer ${token.slice(1)}`, "Bearer ", `Basic ${token}`])
      expect(await ask(wrong)).toBe(401);
    expect(await ask(`Bearer ${token}`)).toBe(200);
    expect(await ask(`bearer ${token}`)).toBe(200);
    for (const path of ["/metrics", "/openapi.json", "/nowhere"]) expect((await to.get(path)).status).toBe(401);
    expect((await to.get("/healthz")).body).toEqual({ status: "ok" });
    expect((await to.get("/openapi.json", { authorization: `Bearer ${token}` })).body.components.securitySchemes).toBeDefined();
  });

  it("is no page of the web that lets its name point here", async () => {
    await using to = await serving();
    const port = new URL(to.url).port;
    for (const [host, status] of [
      [`evil.example:${port}`, 403],
      ["127.0.0.1.evil.example", 403],
      [`localhost:${port}`, 200],
      ["[::1]:80", 200],
      ["127.0.0.1", 200],
    ] as const)
      expect([host, (await rawPost(`${to.url}/predict`, { host }, '{"text":"x"}').answer).status]).toEqual([host, status]);
  });

  it.each([
    ["0.0.0.0", undefined],
    ["192.0.2.1", undefined],
    ["example.com", undefined],
    ["127.0.0.1", "short"],
    ["127.0.0.1", "with a space in the middle"],
  ])("is decided before it listens: %s, %s", async (host, given) => {
    const started = startServer(fake(), { port: 0, host, ...(given !== undefined && { token: given }) });
    await expect(started).rejects.toMatchObject({ name: "UserError" });
  });

  it("is told of loopback by the address", () => {
    const found = [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "[::1]",
      "LOCALHOST",
      "0.0.0.0",
      "::",
      "127.0.0.1.example",
      "10.0.0.1",
      "",
    ].map(isLoopback);
    expect(found).toEqual([true, true, true, true, true, false, false, false, false, false]);
  });

  it("hears of a port that is taken", async () => {
    await using to = await serving();
    const port = Number(new URL(to.url).port);
    await expect(startServer(fake(), { port })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("--port") as string,
    });
  });
});

describe("other paths and methods", () => {
  it("are told apart", async () => {
    await using to = await serving();
    expect((await to.get("/nowhere")).status).toBe(404);
    const wrong = await to.get("/predict");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await to.post("/metrics", {})).headers.get("allow")).toBe("GET");
    expect((await fetch(`${to.url}/healthz`, { method: "HEAD" })).status).toBe(200);
    expect(
      (await fetch(`${to.url}/predict`, { method: "OPTIONS", headers: { origin: "https://evil.example" } })).headers.get(
        "access-control-allow-origin",
      ),
    ).toBeNull();
  });

  it("outlive what is no HTTP", async () => {
    await using to = await serving();
    const socket = connect(Number(new URL(to.url).port), "127.0.0.1");
    const said = new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
    socket.write("\x16\x03\x01 nonsense\r\n\r\n");
    expect(await said).toMatch(/^HTTP\/1\.1 400/);
    socket.destroy();
    expect((await to.get("/healthz")).status).toBe(200);
  });
});

describe("/metrics", () => {
  it("counts requests, texts, passes, seconds and money, in the form that Prometheus reads", async () => {
    const classify = async (texts: readonly string[]) => texts.map((text) => ({ ...predictionFor(text), costUsd: 0.5 }));
    await using to = await serving(fake({ classify }));
    await to.post("/predict", { texts: ["spam", "login"] });
    await to.post("/predict", "nonsense");
    const { text, headers } = await to.get("/metrics");
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = text.trimEnd().split("\n");
    // Of the exposition format: a comment, or a name with labels and a number.
    const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
    const sample = new RegExp(String.raw`^[a-z_]+(?:\{${label}(?:,${label})*\})? [0-9.e+-]+$`);
    expect(lines.filter((line) => !/^# (HELP|TYPE) [a-z_]+ .+$/.test(line) && !sample.test(line))).toEqual([]);
    for (const line of [
      'crossover_requests_total{route="predict",status="200"} 1',
      'crossover_requests_total{route="predict",status="400"} 1',
      'crossover_texts_total{outcome="answered",answered_by="tune:fake"} 2',
      "crossover_cost_usd_total 1",
      "crossover_queue_texts 0",
      'crossover_pass_texts_bucket{le="1"} 0',
      'crossover_pass_texts_bucket{le="2"} 1',
      'crossover_pass_texts_bucket{le="+Inf"} 1',
      'crossover_request_seconds_count{route="predict"} 2',
    ])
      expect(lines).toContain(line);
  });
});
