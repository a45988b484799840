import { formatCount } from "../../lib/text/format.js";
import type { Approach, Context } from "../../types/approach.js";
import type { Query, Task } from "../../types/data.js";
import type { Traits } from "../../types/identity.js";
import type { Prediction, Usage } from "../../types/prediction.js";
import { listPrices } from "../prices/price-table.js";
import {
  batchCostOfUsage,
  batchPriceShare,
  costOfUsage,
  findRecordedPrice,
  type Price,
  type PriceTable,
  priceOn,
  priceWarnings,
} from "../prices/prices.js";
import type { Aliases } from "../reading/answer.js";
import { type AnsweredTask, readCompletion } from "../reading/read-completion.js";
import { scored } from "../scoring/scored.js";
import { type RecordedRow, type Recording, readRecording } from "./recording.js";
import { checkCoverage } from "./recording-coverage.js";

export interface RecordedPromptOptions {
  /** An output file of OpenAI's Batch API, optionally gzipped. */
  readonly path: string;
  /** Distinguishes recordings of the same model: `prompt:recorded@MODEL#SUFFIX`. */
  readonly suffix?: string;
  readonly aliases?: Aliases;
  readonly prices?: PriceTable;
  /** The rows that it will be asked about. If given, a recording without any of the test rows is a `UserError`. */
  readonly task?: Pick<Task, "train" | "test">;
  /** Facts about the prompt behind the answers, which a recording does not contain. */
  readonly told?: {
    /** Labeled examples that the answers rest on. */
    readonly labels?: number;
    /** Words that a person wrote for the prompt. */
    readonly words?: number;
  };
  /** Today as an ISO date, for warnings about retired models. */
  readonly today?: string;
}

/**
 * `prompt:recorded@MODEL`: replays a recording as if each row were asked now. Answers are looked up by the row's id; a row that the recording
 * lacks fails as `missing`, a row that failed in it as `error`. Costs are at the list price of single requests, as for the other approaches; the
 * summary has what the batch cost. Latency and the prompt are unknown.
 */
export async function recordedPrompt(options: RecordedPromptOptions): Promise<Approach> {
  const recording = await readRecording(options.path);
  if (options.task !== undefined) checkCoverage(recording, options.task);
  const { model } = recording;
  const { told = {} } = options;
  const prices = options.prices ?? listPrices;
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const listed = findRecordedPrice(prices, model, recording.isDecided);
  const price = listed === null ? null : priceOn(listed, today);
  const facts = recordedFacts(recording, price);
  const share = price === null ? undefined : batchPriceShare(price);
  const noted = new Set<string>();
  /** Tells a note once, however often the recording is fitted and asked. */
  const note = (text: string, log: Context["log"]): void => {
    if (!noted.has(text)) log({ kind: "note", text });
    noted.add(text);
  };
  return {
    name: `prompt:recorded@${model.replace(/\s+/g, "-")}${options.suffix === undefined ? "" : `#${options.suffix}`}`,
    arm: "prompt",
    method: "recorded",
    model,
    ...(options.suffix !== undefined && { variant: `#${options.suffix}` }),
    traits: { asksLlm: true, isRecording: true, learnsFrom: sourceOf(told.labels) },
    summary: `Replays ${recording.rows.size} recorded answers of ${model}${batchNote(facts.batchUsdPerThousand)}.`,
    async estimate(_train, queries) {
      const usages = queries.map(({ id }) => usageOf(recording, id));
      return {
        calls: 0,
        inputTokens: usages.reduce((sum, usage) => sum + (usage?.inputTokens ?? 0), 0),
        outputTokens: usages.reduce((sum, usage) => sum + (usage?.outputTokens ?? 0), 0),
        usd: 0,
        seconds: 0,
      };
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      for (const text of [...recording.warnings, ...priceWarnings(prices, model, listed, today)]) note(text, context.log);
      const { labels, descriptions, isMultiLabel } = train;
      const mayHaveNoLabel = train.examples.some((example) => example.labels.length === 0);
      const task = { labels, descriptions, isMultiLabel, mayHaveNoLabel, aliases: { ...train.aliases, ...options.aliases } };
      const replay = ({ id }: Query): Prediction => {
        const row = recording.rows.get(id);
        if (row === undefined) return { answer: null, failure: "missing" };
        if ("error" in row) return { answer: null, failure: "error", rawAnswer: row.error.slice(0, 500) };
        const read = readCompletion(row, task);
        return {
          ...scored(row, read, task),
          ...(isContradicted(read, recording.earlier.get(id) ?? [], task) && { isDisputed: true as const }),
          ...(row.usage === null ? {} : { usage: row.usage }),
          costUsd: price === null || row.usage === null ? null : costOfUsage(price, row.usage),
          isCached: true,
        };
      };
      return {
        facts: {
          trainedParameters: 0,
          totalParameters: null,
          promptTokens: facts.leastInputTokens,
          humanWords: told.words ?? 0,
          chosen: {},
          artifactBytes: null,
          needs: [],
          ...(share !== undefined && { batchPriceShare: share }),
          recording: { labels: told.labels ?? null, words: told.words ?? null },
        },
        async predict(queries, predictContext) {
          predictContext.signal.throwIfAborted();
          const predictions = queries.map(replay);
          for (const { usage, costUsd } of predictions) {
            predictContext.spend({
              usd: costUsd ?? 0,
              inputTokens: usage?.inputTokens ?? 0,
              outputTokens: usage?.outputTokens ?? 0,
            });
          }
          for (const text of gapNotes(predictions, recording)) note(text, predictContext.log);
          return predictions;
        },
        async files() {
          const settings = { format: 1, recordedFrom: model, rows: recording.rows.size, labels: train.labels };
          return new Map([["prompt.json", new TextEncoder().encode(`${JSON.stringify(settings, null, 2)}\n`)]]);
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/** What the answers rest on, by the number of labeled examples that the user told. */
function sourceOf(labels: number | undefined): Traits["learnsFrom"] {
  if (labels === undefined) return "unknown";
  return labels > 0 ? "labels" : "nothing";
}

/** Whether an earlier answer to the same row gave other labels. One that could not be read was rightly asked again. */
function isContradicted({ answer }: Pick<Prediction, "answer">, earlier: readonly RecordedRow[], task: AnsweredTask): boolean {
  if (answer === null) return false;
  return earlier.some((row) => {
    const other = "error" in row ? null : readCompletion(row, task).answer;
    return other !== null && (other.length !== answer.length || other.some((label) => !answer.includes(label)));
  });
}

interface RecordedFacts {
  /** Input of the shortest request: an upper bound of what instruction and framing take. */
  readonly leastInputTokens: number;
  readonly batchUsdPerThousand: number | null;
}

function recordedFacts(recording: Recording, price: Price | null): RecordedFacts {
  let least = Number.POSITIVE_INFINITY;
  let batchUsd: number | null = 0;
  let count = 0;
  for (const id of recording.rows.keys()) {
    const usage = usageOf(recording, id);
    if (usage === null) continue;
    least = Math.min(least, usage.inputTokens);
    const usd: number | null = price === null ? null : batchCostOfUsage(price, usage);
    batchUsd = batchUsd === null || usd === null ? null : batchUsd + usd;
    count++;
  }
  return {
    leastInputTokens: count === 0 ? 0 : least,
    batchUsdPerThousand: batchUsd === null || count === 0 ? null : Number(((1000 * batchUsd) / count).toPrecision(4)),
  };
}

function usageOf(recording: Recording, id: string): Usage | null {
  const row = recording.rows.get(id);
  return row === undefined || "error" in row ? null : row.usage;
}

function batchNote(usdPerThousand: number | null): string {
  return usdPerThousand === null ? "" : `, which cost $${usdPerThousand} per 1,000 at the batch price`;
}

/** What the recording lacks of these rows, in sentences. */
function gapNotes(predictions: readonly Prediction[], { path }: Recording): string[] {
  const missing = predictions.filter(({ failure }) => failure === "missing").length;
  const failed = predictions.filter(({ failure }) => failure === "error").length;
  const disputed = predictions.filter(({ isDisputed }) => isDisputed === true).length;
  const rows = predictions.length;
  return [
    ...(disputed > 0
      ? [
          `${formatCount(disputed)} of ${formatCount(rows)} rows have answers that differ in ${path}: the last one counts. Is it one run of one prompt?`,
        ]
      : []),
    ...(missing > 0 ? [`${formatCount(missing)} of ${formatCount(rows)} rows are not in ${path}: they are left out.`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} of ${formatCount(rows)} rows hold an error in ${path}: they are left out.`] : []),
  ];
}
