/** @file Labeling that is open: its file is locked, and what is left to label is known and priced. */
import { owning } from "../lib/disposables.js";
import { packageVersion } from "../lib/version.js";
import type { RunHooks } from "../run/hooks.js";
import { localDownloadNotes } from "../run/llms/local-llms.js";
import { lockRun } from "../store/run-lock.js";
import type { RunEstimate } from "../types/approach.js";
import { failedPlaces, finishReplacing, isRetriable, passingFailures } from "./failed-rows.js";
import type { LabelInputs } from "./label-inputs.js";
import { checkState, type LabelState, labelFormat, stateFolder } from "./label-state.js";
import type { LabelTotals } from "./label-totals.js";
import { type LabelledLayout, namesFor, readTotals } from "./labelled-file.js";

/** Dispose of it: it holds the lock. */
export interface OpenLabeling extends AsyncDisposable {
  readonly inputs: LabelInputs;
  /** Where the journal, the bill and the state are. */
  readonly folder: string;
  readonly state: LabelState;
  /** Whether rows were labeled into this file before. */
  readonly isBegun: boolean;
  readonly before: LabelTotals;
  readonly layout: LabelledLayout;
  /** Places of rows that got no label and are asked about again. */
  readonly failed: readonly number[];
  readonly facts: LabelingFacts;
}

/** What is to be done, in numbers. */
export interface LabelingFacts {
  readonly file: string;
  readonly output: string;
  /** Rows to be labeled in the end, and those that are labeled already. */
  readonly rows: number;
  readonly done: number;
  /** Rows that had no label, and are asked about again. */
  readonly again: number;
  /** Texts that the estimate was made from. */
  readonly sampled: number;
  readonly estimate: RunEstimate;
}

/**
 * Locks the file of labels and says what is left. With `isPlan` nothing is locked or written; with `signal` other machines are then tried.
 *
 * @throws UserError where the file is another's, is held, or was labeled otherwise
 */
export function openLabeling(
  inputs: LabelInputs,
  { isPlan = false, signal }: { readonly isPlan?: boolean; readonly signal?: AbortSignal } = {},
): Promise<OpenLabeling> {
  return owning(async (held) => {
    const { options, labeller, source, rows: read } = inputs;
    const { output } = options;
    const state: LabelState = {
      format: labelFormat,
      version: packageVersion(),
      dataHash: read.dataHash,
      labelledBy: labeller.name,
      fingerprint: labeller.fingerprint,
      labels: labeller.labels,
      defusesFormulas: options.defuseFormulas,
    };
    const folder = stateFolder(output);
    if (!isPlan) {
      // Beside a file that is somebody else's no folder is made.
      await checkState(output, state, labeller.former);
      held.use(await lockRun(folder));
    }
    const isBegun = await checkState(output, state, labeller.former);
    if (isBegun && !isPlan) await finishReplacing(output, folder);
    const before = await readTotals(output, folder);
    const rows = Math.min(source.count, options.limit ?? source.count);
    const layout = {
      columns: source.columns,
      ...namesFor(source.columns, {
        probabilitiesOf: labeller.columns?.probabilities === true ? labeller.labels : [],
        isAnswererTold: labeller.columns?.answeredBy === true,
      }),
      isMultiLabel: labeller.isMultiLabel,
      defusesFormulas: options.defuseFormulas,
    };
    const isMeant = options.retryErrors === true ? isRetriable : (failure: string) => passingFailures.has(failure);
    const failed = await failedPlaces(output, folder, layout, isMeant, rows);
    const again = new Set(failed);
    const left = Math.max(0, rows - before.rows) + again.size;
    const sample = await read.sample((place) => place < rows && (place >= before.rows || again.has(place)));
    if (isPlan && signal !== undefined) await labeller.trial?.(sample, signal);
    const estimate = scaled(await labeller.estimate(sample, before), sample.length, left);
    const done = before.rows - again.size;
    const facts = { file: source.file, output, rows, done, again: again.size, sampled: sample.length, estimate };
    return { inputs, folder, state, isBegun, before, layout, failed, facts };
  });
}

/** Which local LLM would be downloaded first, in sentences. */
export function labelingDownloads({ options, env, labeller }: LabelInputs, { signal, onEvent }: RunHooks): Promise<string[]> {
  const llm = labeller.llm === undefined ? [] : [labeller.llm];
  return localDownloadNotes(llm, { env, offline: options.offline, signal, log: onEvent });
}

/** An estimate of some rows as one of all. */
function scaled(estimate: RunEstimate, sampled: number, rows: number): RunEstimate {
  const times = sampled === 0 ? 0 : rows / sampled;
  const { calls, inputTokens, outputTokens, usd, usdRange, seconds, basis } = estimate;
  return {
    calls: Math.round(calls * times),
    inputTokens: Math.round(inputTokens * times),
    outputTokens: Math.round(outputTokens * times),
    usd: usd === null ? null : usd * times,
    ...(usdRange === undefined ? {} : { usdRange: { low: usdRange.low * times, high: usdRange.high * times } }),
    ...(basis === undefined ? {} : { basis }),
    seconds: seconds * times,
  };
}
