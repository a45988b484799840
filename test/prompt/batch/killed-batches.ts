/** @file A run in batches, in a process of its own, until it is done or killed. Arguments: folder, address, number of texts. Prints what it paid, and what it may have paid besides. */

import { join } from "node:path";
import { prompt } from "../../../src/prompt/prompt.js";
import { billedBudget } from "../../../src/run/approaches.js";
import { openBill } from "../../../src/store/bill.js";
import { openResponseCache } from "../../../src/store/response-cache.js";

const [folder = "", url, count] = process.argv.slice(2);
await using cache = await openResponseCache(join(folder, "answers.db"));
const bill = openBill(join(folder, "bill.jsonl"));
const approach = prompt({
  llm: "openai:gpt-4o-mini",
  env: { OPENAI_BASE_URL: url },
  cache,
  budget: billedBudget(1, bill),
  batch: { folder: join(folder, "batches"), gatherSeconds: 0.1, pollSeconds: 0.02 },
});
const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
const train = { name: "t", labels: ["refund", "login"], isMultiLabel: false, descriptions: {}, examples: [] };
await using predictor = await approach.fit(train, context);
const queries = Array.from({ length: Number(count) }, (_, i) => ({ id: `q${i}`, text: `money ${i}` }));
process.stdout.write("asking\n");
const predictions = await predictor.predict(queries, context);
const right = predictions.filter(({ answer }) => answer?.[0] === "refund").length;
process.stdout.write(`${JSON.stringify({ right, paidUsd: bill.paidUsd, uncertainUsd: bill.uncertainUsd })}\n`);
