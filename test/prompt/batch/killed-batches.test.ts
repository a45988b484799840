import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { listPrices } from "../../../src/prompt/prices/price-table.js";
import { batchCostOfUsage, findPrice } from "../../../src/prompt/prices/prices.js";
import { bundleChild, ended } from "../../servers/child-process.js";
import { serveBatches } from "./ask-batches.js";

const rows = 60;
const price = findPrice(listPrices, "openai", "gpt-4o-mini")!;

it.each([1, 2, 3])(
  "a run that is killed again and again hands over each request once, and its bill is right (%i)",
  async (seed) => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-killed-batches-"));
    try {
      const chance = random(seed, "kill");
      const calls = { due: Number.POSITIVE_INFINITY, kill: (): void => {} };
      // Killed while the service does what it was asked, so that the answer is lost.
      await using server = await serveBatches({
        batches: {
          delayMs: 300,
          callFault: () => {
            if (--calls.due === 0) calls.kill();
            return undefined;
          },
        },
      });
      await using script = await bundleChild("test/prompt/batch/killed-batches.ts");
      for (let kill = 0; kill < 3; kill++) {
        const child = script.start(folder, server.url, String(rows));
        calls.kill = () => child.kill("SIGKILL");
        // At one of the first calls, or at any moment of what comes before them.
        if (chance.uniform() < 0.6) calls.due = 1 + chance.integer(3);
        else {
          await new Promise((resolve) => child.stdout!.once("data", resolve));
          await delay(chance.integer(200));
          child.kill("SIGKILL");
        }
        await ended(child);
      }
      calls.due = Number.POSITIVE_INFINITY;
      const child = script.start(folder, server.url, String(rows));
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stdout! })) lines.push(line);
      expect(await ended(child)).toBe(0);
      const { right, paidUsd, uncertainUsd } = JSON.parse(lines.at(-1)!) as Record<"right" | "paidUsd" | "uncertainUsd", number>;
      expect(right).toBe(rows);
      const keys = server.batches.flatMap((batch) => batch.keys);
      expect(keys.length).toBe(rows);
      expect(new Set(keys).size).toBe(rows);
      const billed = batchCostOfUsage(price, server.usage)!;
      // An answer that was stored when the kill came, and not yet entered, stays in the bill as what it may have cost.
      const isCaught = billed - paidUsd > 1e-9;
      if (!isCaught) expect(paidUsd).toBeCloseTo(billed, 9);
      expect(billed - paidUsd).toBeLessThanOrEqual(isCaught ? uncertainUsd : 1e-9);
      expect((billed - paidUsd) / (billed / rows)).toBeLessThanOrEqual(3);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
