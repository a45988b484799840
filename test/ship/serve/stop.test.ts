import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleChild, type ChildScript, ended } from "../../servers/child-process.js";
import { fake, gated, predictionFor, rawPost, serving, until } from "./serving.js";

const folder = join(import.meta.dirname, "..", "..", "..", "golden", "classifier-bert");

describe("a server that is told to stop", () => {
  it("answers whoever was let in, refuses whoever comes, and then is gone", async () => {
    const gate = gated();
    await using to = await serving(fake({ classify: gate.classify }));
    const inside = Array.from({ length: 20 }, (_, i) => to.post("/predict", { text: `spam ${i}` }));
    // One whose body is still on its way.
    const late = rawPost(`${to.url}/predict`, { "content-length": "15" }, null);
    late.sent.write('{"text":');
    await until(() => to.server.inside === 21);
    const stopped = to.server.stop();
    const refused = await to.post("/predict", { text: "login" });
    expect([refused.status, refused.headers.get("connection")]).toEqual([503, "close"]);
    expect((await to.get("/healthz")).status).toBe(503);
    late.sent.end('"spam"}');
    gate.open();
    const answers = await Promise.all(inside);
    expect(answers.map(({ status, body }) => [status, body.answer])).toEqual(Array(20).fill([200, "spam"]));
    expect((await late.answer).status).toBe(200);
    await stopped;
    expect([to.server.admitted, to.server.inside]).toEqual([21, 0]);
    await expect(to.get("/healthz")).rejects.toThrow();
  });

  it("waits for nobody where nobody is in, though connections are open", async () => {
    await using to = await serving();
    await to.post("/predict", { text: "x" });
    const startedAt = performance.now();
    await to.server.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it("is not kept by a client that leaves", async () => {
    const gate = gated();
    await using to = await serving(fake({ classify: gate.classify }));
    const leaving = rawPost(`${to.url}/predict`, {}, '{"text":"x"}');
    leaving.answer.catch(() => {});
    await until(() => gate.calls.length === 1);
    const stopped = to.server.stop();
    leaving.sent.destroy();
    await stopped;
    expect(predictionFor("x").answer).toHaveLength(1);
  });
});

/** Waits until the server says that so many requests are inside. */
async function untilInside(url: string, count: number): Promise<void> {
  const line = `crossover_requests_inside ${count}`;
  for (let i = 0; i < 100; i++) {
    if ((await (await fetch(`${url}/metrics`)).text()).includes(line)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`there is no ${line}`);
}

describe("crossover serve", () => {
  let program: ChildScript;
  beforeAll(async () => {
    program = await bundleChild("src/cli/cli.ts");
  }, 60_000);
  afterAll(() => program[Symbol.asyncDispose]());

  const started = async (...words: readonly string[]) => {
    const child = program.start("serve", folder, "--port", "0", "--threads", "1", ...words);
    const url = await new Promise<string>((resolve) =>
      child.stdout!.once("data", (data: Buffer) => resolve(data.toString().trim())),
    );
    return { child, url };
  };

  it("ends with 0 when it is told to stop under load, and answers all that it let in", async () => {
    const { child, url } = await started();
    const counts = { answered: 0, refused: 0, gone: 0, wrong: 0 };
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) {
        try {
          const response = await fetch(`${url}/predict`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ text: "The parcel is late." }),
          });
          const body = (await response.json()) as { answer?: string };
          if (response.status === 200 && typeof body.answer === "string") counts.answered++;
          else if (response.status === 503) counts.refused++;
          else counts.wrong++;
        } catch (error) {
          // What was begun and breaks off would be an answer that is lost; a connection that cannot be made is none.
          const { cause } = error as { cause?: { code?: string } };
          if (cause?.code === "ECONNREFUSED" || cause?.code === "ECONNRESET" || cause?.code === "UND_ERR_SOCKET") counts.gone++;
          else counts.wrong++;
          isOver = true;
        }
      }
    };
    const clients = Array.from({ length: 16 }, client);
    await until(() => counts.answered > 50);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain("crossover_pass_texts_count");
    child.kill("SIGTERM");
    await Promise.all(clients);
    expect([await ended(child), child.signalCode]).toEqual([0, null]);
    expect([counts.wrong, counts.answered > 50]).toEqual([0, true]);
  });

  it("takes two signals that npm makes of one for one, and ends at once at a second one", async () => {
    const { child, url } = await started();
    // Whoever is still sending keeps it open.
    const slow = rawPost(`${url}/predict`, { "content-length": "12" }, null);
    slow.sent.write('{"text":');
    await untilInside(url, 1);
    child.kill("SIGINT");
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    slow.sent.end('"x"}');
    expect((await slow.answer).status).toBe(200);
    expect(await ended(child)).toBe(0);

    const { child: other, url: second } = await started();
    const never = rawPost(`${second}/predict`, { "content-length": "12" }, null);
    never.answer.catch(() => {});
    never.sent.write('{"text":');
    await untilInside(second, 1);
    other.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 700));
    other.kill("SIGTERM");
    expect(await ended(other)).toBe(143);
  });

  it("takes its token from the variable, and says so before anything is loaded where it needs one", async () => {
    const child = program.start("serve", folder, "--host", "0.0.0.0", "--port", "0");
    expect(await ended(child)).toBe(2);
    process.env["CROSSOVER_TOKEN"] = "a-token-of-many-letters";
    try {
      const { child: other, url } = await started();
      expect((await fetch(`${url}/openapi.json`)).status).toBe(401);
      other.kill("SIGINT");
      expect(await ended(other)).toBe(0);
    } finally {
      delete process.env["CROSSOVER_TOKEN"];
    }
  });
});
