import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { openResponseCache, type StoredResponse } from "../../src/store/response-cache.js";
import { bundleChild, ended } from "../servers/child-process.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-responses-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const response: StoredResponse = {
  text: '{"label":"ham"}\u0000 ü',
  finish: "stop",
  usage: { inputTokens: 12, cachedInputTokens: 3, outputTokens: 2, reasoningTokens: 1 },
  latencySeconds: 0.25,
  servedBy: "gpt-5-mini-2025-08-07",
};

describe("the response cache", () => {
  it("gives back what was stored, also to the next who opens it", async () => {
    const path = join(folder, "deep", "answers.db");
    {
      await using cache = await openResponseCache(path);
      expect(await cache.get("a")).toBeUndefined();
      await cache.set("a", response);
      await cache.set("b", { ...response, usage: null, servedBy: null });
      expect(await cache.get("a")).toEqual(response);
    }
    await using cache = await openResponseCache(path);
    expect(await cache.get("a")).toEqual(response);
    expect(await cache.get("b")).toEqual({ ...response, usage: null, servedBy: null });
    expect(await cache.count()).toBe(2);
  });

  it("keeps how likely each of several answers was", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const answerLogprobs = [
      { logprob: -1.25, tokens: 2 },
      { logprob: -70.5, tokens: 3 },
    ];
    await cache.set("a", { ...response, answerLogprobs });
    expect((await cache.get("a"))!.answerLogprobs).toEqual(answerLogprobs);
  });

  it("keeps log-probabilities, and of them nothing that was not asked for", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const logprobs = [
      {
        token: "ham",
        logprob: -0.25,
        top: [
          { token: "ham", logprob: -0.25 },
          { token: "\u0000", logprob: -3 },
        ],
      },
    ];
    const richer = logprobs.map((token) => ({
      ...token,
      secret: "sk-123",
      top: token.top.map((other) => ({ ...other, secret: "sk-123" })),
    }));
    await cache.set("a", { ...response, logprobs: richer });
    expect(await cache.get("a")).toEqual({ ...response, logprobs });
  });

  it("reads what early versions stored", async () => {
    const path = join(folder, "answers.db");
    {
      await using _ = await openResponseCache(path);
    }
    const database = new Database(path);
    const answer = '{"text":"ham","finish":"stop","usage":null,"latencySeconds":0.5,"servedBy":null}';
    database.prepare("INSERT INTO response VALUES (?, ?, ?)").run(["old", answer, "2025-01-01T00:00:00.000Z"]);
    database.close();
    await using cache = await openResponseCache(path);
    expect(await cache.get("old")).toEqual({ text: "ham", finish: "stop", usage: null, latencySeconds: 0.5, servedBy: null });
  });

  it("replaces an answer of the same key", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    await cache.set("a", response);
    await cache.set("a", { ...response, text: "spam" });
    expect((await cache.get("a"))?.text).toBe("spam");
    expect(await cache.count()).toBe(1);
  });

  it("serves two at once", async () => {
    const path = join(folder, "answers.db");
    await using one = await openResponseCache(path);
    await using two = await openResponseCache(path);
    await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? one : two).set(`k${i}`, response)));
    expect(await one.count()).toBe(50);
    expect(await two.get("k0")).toEqual(response);
  });

  it("never starts anew over a file that is something else", async () => {
    const path = join(folder, "answers.db");
    await writeFile(path, "id,text,label\n1,hello,ham\n".repeat(100));
    await expect(openResponseCache(path)).rejects.toThrow(UserError);
    await expect(openResponseCache(path)).rejects.toThrow(/answers\.db/);
  });

  it("takes over what a killed process left in a log, but nothing that is older than what it has", async () => {
    const path = join(folder, "answers.db");
    {
      await using cache = await openResponseCache(path);
      await cache.set("a", response);
    }
    const row = (key: string): string =>
      `\n${JSON.stringify([key, JSON.stringify({ ...response, text: "left" }), "2025-01-01T00:00:00.000Z"])}`;
    // More than any process number.
    await writeFile(`${path}.99999999.0123abcd.log`, `${row("a")}${row("b")}\n["c","torn`);
    await using cache = await openResponseCache(path);
    expect((await cache.get("a"))?.text).toBe(response.text);
    expect((await cache.get("b"))?.text).toBe("left");
    expect(await cache.count()).toBe(2);
    expect((await readdir(folder)).filter((name) => name.endsWith(".log"))).toEqual([]);
  });

  it("leaves no log when it is closed", async () => {
    {
      await using cache = await openResponseCache(join(folder, "answers.db"));
      await cache.set("a", response);
      expect(await readdir(folder)).toContainEqual(expect.stringMatching(/\.log$/));
    }
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/\.log$/));
  });

  it("says where an answer cannot be stored", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    await rm(folder, { recursive: true });
    await expect(cache.set("a", response)).rejects.toThrow(UserError);
    await expect(cache.set("a", response)).rejects.toThrow(/answers\.db: ENOENT/);
  });

  it("can be disposed of twice", async () => {
    const cache = await openResponseCache(join(folder, "answers.db"));
    await cache[Symbol.asyncDispose]();
    await expect(cache[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it("has every answer that was said to be stored when the process was killed", async () => {
    const path = join(folder, "answers.db");
    await using script = await bundleChild("test/store/response-writer.ts");
    for (const untilRow of [40, 75]) {
      const child = script.start(path);
      let last = -1;
      for await (const line of createInterface({ input: child.stdout! })) {
        last = Number(line);
        if (last >= untilRow) child.kill("SIGKILL");
      }
      await ended(child);
      expect(child.signalCode).toBe("SIGKILL");
      await using cache = await openResponseCache(path);
      for (let i = 0; i <= last; i++) expect((await cache.get(`key-${i}`))?.usage?.inputTokens).toBe(i);
    }
  });
});
