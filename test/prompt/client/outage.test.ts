import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { createClient } from "../../../src/prompt/client/client.js";
import { createOutage, type ServiceWait } from "../../../src/prompt/client/outage.js";
import { LlmError, type LlmErrorKind } from "../../../src/prompt/llm.js";
import type { Fault, ReceivedRequest } from "../../servers/faulty-openai.js";
import { failureOf, queries, run, serve, truth } from "../ask-server.js";
import { fakeLlm } from "../fake-llm.js";

const never = new AbortController().signal;
const quick = { backoffSeconds: 0.005, maxWaitSeconds: 0.05, attempts: 3 };

/** A port before another one, that can be closed and opened again. */
async function door(target: number) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const inner = connect(target, "127.0.0.1");
    for (const each of [socket, inner]) {
      sockets.add(each);
      each.on("error", () => {}).on("close", () => sockets.delete(each));
    }
    socket.pipe(inner).pipe(socket);
  });
  let port = 0;
  const open = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  };
  await open();
  return {
    port,
    open,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** After so many requests the fault on all of them, for so long. */
function gone(after: number, seconds: number, fault: Fault): (request: ReceivedRequest) => Fault | undefined {
  let since: number | undefined;
  return ({ index }) => {
    if (index < after) return undefined;
    since ??= performance.now();
    return performance.now() - since < seconds * 1000 ? fault : undefined;
  };
}

describe("a service that is gone for a while", () => {
  it.each(["closed connection", "503", "500", "429 with Retry-After", "half a JSON", "reset connection"] as Fault[])(
    "(%s) costs no row, though each had given up long before it was back",
    async (fault) => {
      await using server = await serve({ fault: gone(20, 0.7, fault) });
      const rows = queries(60);
      const { predictions } = await run(server, rows, quick);
      expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
      // While it is gone it is tried now and then, not by everybody.
      expect(server.requests.length).toBeLessThan(60 + 60);
    },
  );

  it("(nobody listens) costs no row and no money", async () => {
    await using server = await serve();
    const listener = await door(Number(new URL(server.url).port));
    const rows = queries(80);
    const budget = createBudget(1);
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `http://127.0.0.1:${listener.port}/v1` };
    const asking = run(server, rows, { ...quick, env, budget, maxConcurrency: 2 });
    while (server.requests.length < 20) await delay(1);
    await listener.close();
    const sent = server.requests.length;
    await delay(700);
    expect(server.requests.length - sent).toBeLessThan(3);
    await listener.open();
    const { predictions } = await asking;
    await listener.close();
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
    // Of the two that were open when it closed nobody knows.
    expect(budget.spentUsd - budget.uncertainUsd).toBeCloseTo(80 * (100 * 1.5e-7 + 2 * 6e-7), 9);
    expect(budget.uncertainUsd).toBeLessThanOrEqual(3 * (100 * 1.5e-7 + 2 * 6e-7) + 1e-9);
  });

  it("stops the run when it stays away, with all that was answered kept, and says why", async () => {
    await using server = await serve({ fault: gone(20, 1e6, "closed connection") });
    const error = await failureOf(run(server, queries(60), { ...quick, patienceSeconds: 0.3 }));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/has answered nothing for .*run again to continue/);
    expect(server.requests.length).toBeLessThan(60);
  });

  it("is not waited for where it never answered: the address is most likely wrong", async () => {
    await using server = await serve({ fault: () => "closed connection" });
    const error = await failureOf(run(server, queries(60), quick));
    expect(String(error)).toMatch(/first 20 requests .* all failed/);
  });

  it("is told of, with a countdown, and ends at once when the user stops", async () => {
    const waits: (ServiceWait | null)[] = [];
    const outage = createOutage("openai:x");
    const manner = {
      patienceSeconds: 10,
      firstSeconds: 0.05,
      mostSeconds: 5,
      onWait: (wait: ServiceWait | null) => void waits.push(wait),
    };
    using first = await outage.pass(never, manner);
    first.answered(0);
    for (let i = 0; i < 3; i++) first.failed(new LlmError("unreachable", "cannot be reached"), "row");
    expect(outage.isOn).toBe(true);
    {
      using trying = await outage.pass(never, manner);
      // One only: who comes now waits.
      const stop = new AbortController();
      const waiting = outage.pass(stop.signal, manner);
      await delay(10);
      stop.abort(new Error("stopped"));
      await expect(waiting).rejects.toThrow("stopped");
      const patient = outage.pass(never, manner);
      trying.answered(0);
      (await patient)[Symbol.dispose]();
    }
    expect(outage.isOn).toBe(false);
    expect(waits[0]).toMatchObject({ reason: "cannot be reached" });
    expect(waits.at(-1)).toBeNull();
  });
});

describe("a single row that the service sends away for long", () => {
  it("waits with a sentence, not in silence", async () => {
    const waits: (ServiceWait | null)[] = [];
    let asked = 0;
    const llm = fakeLlm(() => (asked++ === 0 ? new LlmError("limit", "The daily limit is reached.", 3600) : "ham"));
    const client = createClient(llm, { backoffSeconds: 0.001, maxWaitSeconds: 0.05 });
    const signals = { wait: never, request: never, onWait: (wait: ServiceWait | null) => void waits.push(wait) };
    await client.ask(() => ({ messages: [{ role: "user", content: "x" }], maxOutputTokens: 8 }), signals);
    expect(waits).toEqual([
      { reason: "The daily limit is reached.", waitedSeconds: 0, secondsLeft: 0.05, patienceSeconds: null },
      null,
    ]);
  });
});

describe("rows that make a good service stumble", () => {
  it("fail by themselves, though nothing else is left to ask", async () => {
    const bad = new Set(["lost 21", "lost 23"]);
    await using server = await serve({
      fault: ({ lastMessage }) => ([...bad].some((text) => lastMessage.includes(text)) ? "closed connection" : undefined),
    });
    const rows = queries(24);
    const { predictions } = await run(server, rows, { ...quick, patienceSeconds: 0.5 });
    expect(predictions.flatMap(({ failure }, i) => (failure === "error" ? [i] : []))).toEqual([21, 23]);
  });
});

describe("the early stop", () => {
  const failing = async (kinds: readonly LlmErrorKind[], answered: number, rows = 200) => {
    let asked = 0;
    const llm = fakeLlm(() => (asked++ < answered ? "ham" : new LlmError(kinds[asked % kinds.length]!, `failed ${asked}`)));
    const client = createClient(llm, { attempts: 1, backoffSeconds: 0.001, patienceSeconds: 0.05, maxWaitSeconds: 0.01 });
    for (let i = 0; i < rows; i++) {
      const request = { messages: [{ role: "user" as const, content: `text ${i}` }], maxOutputTokens: 5 };
      const error = await failureOf(client.ask(() => request, { wait: never, request: never }));
      if (error instanceof UserError) return { asked, message: error.message };
    }
    return { asked, message: null };
  };

  it.each([
    [["malformed", "server", "timeout", "request"], 10],
    [["request"], 10],
    [["limit", "overload", "connection"], 10],
  ] as [LlmErrorKind[], number][])("finds a run that cannot succeed, whatever mix of %j it is", async (kinds, most) => {
    const { asked, message } = await failing(kinds, 0);
    expect(message).toMatch(/first 10 requests/);
    expect(asked).toBe(most);
  });

  it("finds it after answers, too: where requests are refused one after the other", async () => {
    const { asked, message } = await failing(["request"], 30);
    expect(message).toMatch(/50 requests .* failed one after the other/);
    expect(asked).toBe(80);
  });

  it("finds it after answers where the service is gone in several ways at once", async () => {
    const { asked, message } = await failing(["malformed", "server", "connection"], 30);
    expect(message).toMatch(/answered nothing/);
    expect(asked).toBeLessThan(80);
  });
});

describe("what a service says of its limits", () => {
  it("never stops a run that it answers: what cannot be so is waited for once, and then no more", async () => {
    const resets = {
      "x-ratelimit-limit-requests": "1000",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "999999d",
    };
    for (const headers of [resets, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "999999d" }]) {
      await using server = await serve({ headers });
      const startedAt = performance.now();
      const rows = queries(40);
      const { predictions } = await run(server, rows, { maxWaitSeconds: 0.2 });
      expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
      expect(performance.now() - startedAt).toBeGreaterThan(190);
      expect(performance.now() - startedAt).toBeLessThan(4000);
    }
  });
});
