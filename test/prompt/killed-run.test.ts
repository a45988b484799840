import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { random } from "../../src/lib/random.js";
import { openResponseCache } from "../../src/store/response-cache.js";
import { bundleChild, ended } from "../servers/child-process.js";
import { startFaultyServer } from "../servers/faulty-openai.js";

it("a run that is killed at twenty random moments asks only what was not answered yet", async () => {
  const folder = await mkdtemp(join(tmpdir(), "crossover-killed-"));
  try {
    const path = join(folder, "answers.db");
    const rows = 600;
    const chance = random(3, "kill");
    let killAt = Number.POSITIVE_INFINITY;
    let kill = (): void => {};
    await using server = await startFaultyServer({
      keywords: { refund: "money" },
      otherwise: "login",
      latencyMs: 5,
      fault: ({ index }) => {
        if (index >= killAt) kill();
        return undefined;
      },
    });
    await using script = await bundleChild("test/prompt/killed-run.ts");
    for (let kills = 0; kills < 20; kills++) {
      const before = server.requests.length;
      await using cache = await openResponseCache(path);
      const stored = await cache.count();
      killAt = before + chance.integer(40);
      const afterMs = chance.integer(10);
      const child = script.start(path, server.url, String(rows));
      kill = () => void setTimeout(() => child.kill("SIGKILL"), afterMs);
      await ended(child);
      expect(child.signalCode).toBe("SIGKILL");
      // At most the answers to requests that were open when it died are not stored.
      expect(await cache.count()).toBeGreaterThanOrEqual(stored + server.requests.length - before - 4);
    }
    killAt = Number.POSITIVE_INFINITY;
    const before = server.requests.length;
    await using cache = await openResponseCache(path);
    const stored = await cache.count();
    const child = script.start(path, server.url, String(rows));
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) lines.push(line);
    expect(await ended(child)).toBe(0);
    expect(lines).toEqual([String(rows)]);
    expect(server.requests.length - before).toBe(rows - stored);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
