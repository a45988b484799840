import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build, type Rollup } from "vite";
import { expect, test } from "vitest";
import { compare } from "../../src/compare/compare.js";
import { assumptions, fake, majority, task, wrongEvery } from "./fakes.js";
import { decideAnew } from "./page.js";

/** `page.ts` and all that it imports as one script for browsers. */
async function bundledPage(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry: join(import.meta.dirname, "page.ts"), formats: ["iife"], name: "page" } },
  })) as Rollup.RollupOutput[];
  return built[0]!.output[0].code;
}

test("measurements are summarized and advised on where there is nothing but the language, as they are here", async () => {
  const {
    task: facts,
    measurements,
    failed,
  } = await compare(
    task(),
    [
      fake("baseline:majority", "baseline", majority).approach,
      fake("tune:probe", "tune", wrongEvery(12), { fitCost: { labels: 200 } }).approach,
      fake("tune:lora", "tune", wrongEvery(9), { fitCost: { labels: 200 } }).approach,
      fake("prompt:zero-shot@m", "prompt", (query) => ({ answer: [wrongEvery(5)(query)], costUsd: 0.004 })).approach,
    ],
    { seeds: [1, 2], assumptions },
  );
  const input = JSON.stringify({ task: facts, measurements, failed, assumptions: { ...assumptions, usdPerLabel: 3 } });
  // No process, no Buffer, no require: a name that is not of the language would throw.
  const context = createContext({ input });
  runInContext(await bundledPage(), context);
  expect(JSON.parse(runInContext("page.decideAnew(input)", context) as string)).toEqual(JSON.parse(decideAnew(input)));
});
