import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { bundleChild, type ChildScript, ended } from "../../servers/child-process.js";

interface End {
  readonly winner: string;
  readonly calls: number;
  readonly usd: string;
  readonly seconds: number;
}

const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []);

async function finish(script: ChildScript, args: readonly string[]): Promise<End> {
  const child = script.start(...args);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) lines.push(line);
  expect(await ended(child)).toBe(0);
  return JSON.parse(lines[0]!) as End;
}

it("a search that is killed again and again has the winner and the totals of one that was not", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "crossover-killed-search-"));
  try {
    await using script = await bundleChild("test/prompt/optimizers/killed-search.ts");
    const stream = random(1, "kills");
    for (const name of ["miprov2", "gepa"]) {
      const whole = await finish(script, [name, join(folder, `${name}-whole.jsonl`), join(folder, `${name}-whole.txt`)]);
      const [log, asked] = [join(folder, `${name}.jsonl`), join(folder, `${name}.txt`)];
      for (let kills = 1; kills <= 3; kills++) {
        const child = script.start(name, log, asked);
        const until = linesOf(log).length + 40 + stream.integer(100);
        while (linesOf(log).length < until && child.exitCode === null) await delay(2);
        child.kill("SIGKILL");
        await ended(child);
        expect(child.signalCode).toBe("SIGKILL");
      }
      const resumed = await finish(script, [name, log, asked]);
      expect({ ...resumed, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
      // Of what was asked twice at most the four rows that were under way at each kill.
      const rows = linesOf(asked);
      expect(rows.length - new Set(rows).size).toBeLessThanOrEqual(3 * 4);
      expect(new Set(rows).size).toBe(new Set(linesOf(join(folder, `${name}-whole.txt`))).size);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
