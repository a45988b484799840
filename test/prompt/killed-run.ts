/** @file A run that asks a server about texts until it is done or killed. Arguments: store, address, number of texts. */

import { prompt } from "../../src/prompt/prompt.js";
import { openResponseCache } from "../../src/store/response-cache.js";

const [path, url, count] = process.argv.slice(2);
await using cache = await openResponseCache(path!);
const approach = prompt({
  llm: "openai:gpt-4o-mini",
  env: { OPENAI_BASE_URL: url },
  cache,
  maxConcurrency: 4,
});
const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
const train = { name: "t", labels: ["refund", "login"], isMultiLabel: false, descriptions: {}, examples: [] };
await using predictor = await approach.fit(train, context);
const queries = Array.from({ length: Number(count) }, (_, i) => ({ id: `q${i}`, text: `money ${i}` }));
const predictions = await predictor.predict(queries, context);
process.stdout.write(`${predictions.filter(({ answer }) => answer?.[0] === "refund").length}\n`);
