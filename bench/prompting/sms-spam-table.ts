/**
 * @file The recorded answers of four models to 5,160 SMS messages: how good, how dear, and how near the estimates come to their bills. Every figure
 * of the first table is counted again by `recount.py`, which shares no code with this.
 *
 *     DATA=folder npm run bench sms-spam      DATA has messages.csv, openai-batch-output.MODEL.jsonl.gz and openai-batch-input.gpt-5.jsonl.gz
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { gunzipSync } from "node:zlib";
import { readDataset } from "../../src/data/data.js";
import { formatCount, formatUsd } from "../../src/lib/text/format.js";
import { assumedOutput, type OutputEstimate, pilotOf, pilotOutput } from "../../src/prompt/asking/output-estimate.js";
import { tokenCounter } from "../../src/prompt/asking/token-counter.js";
import type { Message } from "../../src/prompt/llm.js";
import { listPrices } from "../../src/prompt/prices/price-table.js";
import { batchCostOfUsage, costOfUsage, findPrice } from "../../src/prompt/prices/prices.js";
import { recordedPrompt } from "../../src/prompt/recorded/recorded-prompt.js";
import type { Dataset } from "../../src/types/data.js";
import type { Prediction, Usage } from "../../src/types/prediction.js";
import { python } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";

const models = ["gpt-3.5-turbo-0125", "gpt-5-nano", "gpt-5-mini", "gpt-5"] as const;

/** What one model's answers come to. The names are those of `recount.py`. */
interface Counted {
  readonly rows: number;
  readonly missing: number;
  readonly malformed: number;
  readonly right: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly answeredAccuracy: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usdPerThousand: number;
  readonly batchUsdPerThousand: number;
  readonly rightIds: string;
  readonly malformedIds: string;
}

/** Counts, has them counted again, and keeps the tables. */
export async function smsSpam(): Promise<void> {
  const { DATA } = env;
  if (DATA === undefined) throw new Error("Set DATA to the folder with messages.csv and the recorded answers.");
  const folder = resolve(DATA);
  const data = await readDataset(join(folder, "messages.csv"));
  const counted = new Map<string, Counted>();
  const bills: string[][] = [];
  for (const model of models) {
    const predictions = await replay(join(folder, `openai-batch-output.${model}.jsonl.gz`), data);
    counted.set(model, countAnswers(model, data, predictions));
    bills.push(await compareWithBill(model, folder, data, predictions));
  }
  const again = JSON.parse(execFileSync(python, ["bench/prompting/recount.py", folder], { encoding: "utf8" })) as Record<
    string,
    Counted
  >;
  const differences = models.flatMap((model) => differencesOf(model, counted.get(model)!, again[model]!));
  if (differences.length > 0) throw new Error(`The recount differs: ${differences.join("; ")}`);
  keep(
    "sms-spam",
    "Recorded answers on sms-spam",
    `${answersText(data, counted)}\n\n${billsText(bills)}`,
    `prices of ${listPrices.asOf}`,
  );
}

async function replay(path: string, data: Dataset): Promise<readonly Prediction[]> {
  const approach = await recordedPrompt({ path });
  const signal = new AbortController().signal;
  await using predictor = await approach.fit(data, { seed: 0, signal, spend: () => {}, log: () => {} });
  return predictor.predict(data.examples, { signal, useCache: true, spend: () => {}, log: () => {} });
}

const digest = (ids: readonly string[]): string =>
  createHash("sha256")
    .update([...ids].sort().join("\n"))
    .digest("hex");

function countAnswers(model: string, { examples }: Dataset, predictions: readonly Prediction[]): Counted {
  const idsWhere = (holds: (prediction: Prediction, truth: string) => boolean): string[] =>
    examples.filter(({ labels: [truth] }, i) => holds(predictions[i]!, truth!)).map(({ id }) => id);
  const right = idsWhere(({ answer }, truth) => answer?.[0] === truth);
  const malformed = idsWhere(({ failure }) => failure === "unparseable");
  const usages = usagesOf(predictions);
  const price = findPrice(listPrices, "openai", model)!;
  const total = (of: (usage: Usage) => number): number => usages.reduce((sum, usage) => sum + of(usage), 0);
  return {
    rows: examples.length,
    missing: idsWhere(({ failure }) => failure === "missing").length,
    malformed: malformed.length,
    right: right.length,
    accuracy: right.length / examples.length,
    ...wilson(right.length, examples.length),
    answeredAccuracy: right.length / idsWhere(({ answer }) => answer !== null).length,
    inputTokens: total(({ inputTokens }) => inputTokens),
    outputTokens: total(({ outputTokens }) => outputTokens),
    usdPerThousand: (1000 * total((usage) => costOfUsage(price, usage))) / usages.length,
    batchUsdPerThousand: (1000 * total((usage) => batchCostOfUsage(price, usage)!)) / usages.length,
    rightIds: digest(right),
    malformedIds: digest(malformed),
  };
}

const usagesOf = (predictions: readonly Prediction[]): Usage[] => predictions.flatMap(({ usage }) => usage ?? []);

/** Wilson's score interval of a share, at 95 %. */
function wilson(right: number, n: number): { readonly low: number; readonly high: number } {
  const z = 1.959963984540054;
  const share = right / n;
  const middle = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { low: (middle - half) / (1 + z ** 2 / n), high: (middle + half) / (1 + z ** 2 / n) };
}

/** Counts and ids have to be the same, shares and dollars to six digits. */
function differencesOf(model: string, ours: Counted, theirs: Counted): string[] {
  return (Object.keys(ours) as (keyof Counted)[])
    .filter((key) => {
      const [a, b] = [ours[key], theirs[key]];
      return typeof a === "number" && typeof b === "number" ? a.toPrecision(6) !== b.toPrecision(6) : a !== b;
    })
    .map((key) => `${key} of ${model} is ${ours[key]}, recounted ${theirs[key]}`);
}

/** The row of a model in the table of estimates. */
async function compareWithBill(
  model: string,
  folder: string,
  { examples }: Dataset,
  predictions: readonly Prediction[],
): Promise<string[]> {
  const inputs = promptsIn(folder);
  const counter = await tokenCounter({ provider: "openai", model });
  const price = findPrice(listPrices, "openai", model)!;
  const usages = usagesOf(predictions);
  const answered = examples.filter((_, i) => predictions[i]!.usage !== undefined);
  const counted = answered.reduce((sum, { id }) => sum + counter.countMessages(inputs.get(id)!), 0);
  const billedTokens = usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const bill = usages.reduce((sum, usage) => sum + costOfUsage(price, usage), 0);
  const usd = (outputTokens: number): number =>
    usages.length *
    costOfUsage(price, { inputTokens: counted / usages.length, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 });
  const cell = ({ tokens, low, high }: OutputEstimate): string =>
    `${percent(usd(tokens) / bill - 1)} (${percent(usd(low) / bill - 1)} to ${percent(usd(high) / bill - 1)})`;
  const pilot = (rows: number): string => cell(pilotOutput(pilotOf(usages.slice(0, rows)), usages.length)!);
  const isReasoning = model.startsWith("gpt-5");
  return [
    model,
    formatCount(billedTokens),
    percent(counted / billedTokens - 1),
    formatUsd(bill),
    cell(assumedOutput({ model, isReasoning }, 1)),
    pilot(20),
    pilot(200),
  ];
}

/** The requests, which were the same for all four models. */
function promptsIn(folder: string): ReadonlyMap<string, readonly Message[]> {
  const lines = gunzipSync(readFileSync(join(folder, "openai-batch-input.gpt-5.jsonl.gz")))
    .toString("utf8")
    .trim()
    .split("\n");
  const requests = lines.map(
    (line) => JSON.parse(line) as { readonly custom_id: string; readonly body: { readonly messages: readonly Message[] } },
  );
  return new Map(requests.map(({ custom_id: id, body }) => [id, body.messages]));
}

const percent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
const points = (share: number): string => (share * 100).toFixed(2);

function answersText(data: Dataset, counted: ReadonlyMap<string, Counted>): string {
  const majority = Math.max(...data.labels.map((label) => data.examples.filter(({ labels }) => labels[0] === label).length));
  const rows = [...counted].map(([model, c]) => [
    `prompt:recorded@${model}`,
    `**${points(c.accuracy)}** (${points(c.low)} to ${points(c.high)})`,
    points(c.answeredAccuracy),
    formatCount(c.missing),
    formatCount(c.malformed),
    `$${c.usdPerThousand.toFixed(4)}`,
    `$${c.batchUsdPerThousand.toFixed(4)}`,
  ]);
  return (
    `${formatCount(data.examples.length)} messages, zero-shot, one prompt for all. Accuracy in percent with Wilson's 95 % interval: a row that is missing or names no label counts as wrong. ` +
    `Always "ham" would be right in ${points(majority / data.examples.length)} %. Counted again by \`recount.py\`: the same rows, the same figures to six digits.\n\n` +
    table(["approach", "accuracy", "of the answered", "missing", "malformed", "per 1,000", "as a batch"], rows)
  );
}

function billsText(rows: readonly (readonly string[])[]): string {
  return (
    "How far the estimate is from the bill: tokens of the prompts by the model's vocabulary; dollars with what is known before anything is asked " +
    "(of gpt-5 and its likes these very answers are where the assumption comes from), and after a pilot of the first 20 and 200 answers, each with its range.\n\n" +
    table(["model", "input tokens billed", "counted", "bill", "dollars, before", "after 20", "after 200"], rows)
  );
}
