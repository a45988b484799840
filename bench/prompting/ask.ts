/**
 * @file One run of the prompted arm, in a process of its own: `node ask.js URL ROWS CONCURRENCY STORE`. Prints what it took as one line of JSON.
 * All that a real run has is on: the store of answers on disk, the budget, the parser.
 */
import { createBudget } from "../../src/prompt/client/budget.js";
import { prompt } from "../../src/prompt/prompt.js";
import { openResponseCache } from "../../src/store/response-cache.js";

/** What a run took. */
export interface Asked {
  readonly seconds: number;
  /** User and system time of the process while it asked. */
  readonly cpuSeconds: number;
  /** The most memory the process ever had. */
  readonly peakMb: number;
  readonly rightRows: number;
}

const [url = "", rows = "", concurrency = "", store = ""] = process.argv.slice(2);
await using cache = await openResponseCache(store);
const approach = prompt({
  llm: "openai:gpt-4o-mini",
  env: { OPENAI_BASE_URL: url },
  cache,
  budget: createBudget(1000),
  maxConcurrency: Number(concurrency),
});
const train = {
  name: "requests",
  labels: ["refund", "login"],
  isMultiLabel: false,
  descriptions: { refund: "wants money back" },
  examples: [],
};
const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
const queries = Array.from({ length: Number(rows) }, (_, i) => ({
  id: `q${i}`,
  text: `Please send back the money for order ${i}.`,
}));
await using predictor = await approach.fit(train, context);
const cpuBefore = process.cpuUsage();
const start = performance.now();
const predictions = await predictor.predict(queries, context);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const asked: Asked = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1024,
  rightRows: predictions.filter(({ answer }) => answer?.[0] === "refund").length,
};
process.stdout.write(`${JSON.stringify(asked)}\n`);
