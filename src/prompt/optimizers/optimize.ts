/** @file A search from labeled rows to a prompt: rows cut, an optimizer run within its budget, and its choice checked on rows that it never saw. */

import { sha256 } from "../../lib/hash.js";
import { formatCount, formatPoints, formatPValue, formatScore, formatSeconds, formatUsd } from "../../lib/text/format.js";
import type { FitContext } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { PredictorFacts } from "../../types/identity.js";
import type { PromptProgram } from "../program.js";
import { createLedger, type LaterRows, type SearchBudget } from "./ledger.js";
import { accuracyOf, type Evaluate, type OptimizerContext, type RowResult } from "./optimizer.js";
import { chooseOptimizer, type OptimizerName, optimizers } from "./optimizers.js";
import { programKey } from "./program-key.js";
import { expectedOptimism, type Gain, pairedGain } from "./real-gain.js";
import { type Answerer, createSearch } from "./search.js";
import { openSearchLog } from "./search-log.js";
import { cutSearchRows } from "./search-rows.js";

export interface OptimizeOptions {
  /** What the search begins with, and what is kept unless something is better. */
  readonly program: PromptProgram;
  readonly train: Dataset;
  readonly optimizer: OptimizerName | "auto";
  readonly budget: SearchBudget;
  readonly answerer: Answerer;
  /** Names the model that answers: the log of another one does not count. */
  readonly model: string;
  /** Where the search is kept; `null`: nowhere. */
  readonly logPath: string | null;
}

/** A prompt that was tried. */
export interface TriedPrompt {
  readonly program: PromptProgram;
  /** Selection rows that it was asked about, and how many it got right. */
  readonly rows: number;
  readonly right: number;
}

/** What a search came to. */
export interface Optimized {
  readonly program: PromptProgram;
  /** For `PredictorFacts.chosen`. */
  readonly chosen: PredictorFacts["chosen"];
  /** Labelled rows that were looked at. */
  readonly labels: number;
  /** In the order in which they were tried. */
  readonly tried: readonly TriedPrompt[];
  readonly spent: SearchBudget;
}

/** How many rows tell what one costs. */
const pricedRows = 32;

/**
 * Searches for a better prompt within the budget. The one it began with is kept unless the best found is better on the deciding rows by a
 * one-sided 95 % bound (`real-gain.ts`). Equal seeds, rows and answers give equal prompts, also where the search was killed and begun again.
 */
export async function optimize(options: OptimizeOptions, context: FitContext): Promise<Optimized> {
  const { program: seedProgram, train, budget, answerer } = options;
  const { expected } = await answerer.rowPrice(seedProgram, train.examples.slice(0, pricedRows), context);
  const rowsInDollars = expected.usd > 0 ? budget.usd / expected.usd : Number.POSITIVE_INFINITY;
  const rowsInBudget = Math.min(budget.calls / seedProgram.samples, rowsInDollars);
  const rows = cutSearchRows(train, rowsInBudget, context.seed);
  if (typeof rows === "string") {
    context.log({ kind: "note", text: `No other prompt was tried: ${rows}.` });
    const chosen = { prompt: `the one to begin with: ${rows}` };
    return { program: seedProgram, chosen, labels: 0, tried: [], spent: { calls: 0, usd: 0, seconds: 0 } };
  }
  const { learning, selection, deciding } = rows;
  const evaluations = (rowsInBudget - 2 * deciding.length) / selection.length;
  const { name, reason } =
    options.optimizer === "auto"
      ? chooseOptimizer(learning, selection.length, evaluations)
      : { name: options.optimizer, reason: "as it was asked for" };
  const sizes = `${formatCount(learning.examples.length)} rows to learn from, ${formatCount(selection.length)} to choose by, ${formatCount(deciding.length)} to decide by`;
  context.log({ kind: "note", text: `Optimizes with ${name}: ${reason}. ${sizes}.` });

  const ledger = createLedger(budget);
  const log = openSearchLog(options.logPath, fingerprintOf(options, name, rows, context.seed));
  const search = createSearch(name, answerer, ledger, log, context);
  const tried = new Map<string, TriedPrompt>();
  const isSelection = new Set(selection.map(({ id }) => id));
  const evaluate: Evaluate = async (program, asked) => {
    const results = await search.evaluate(program, asked);
    const judged = asked.flatMap(({ id }, i) => (results !== null && isSelection.has(id) ? [results[i]!] : []));
    const key = programKey(program);
    // Of a minibatch and all rows the latter says more.
    if (judged.length > (tried.get(key)?.rows ?? 0)) tried.set(key, { program, rows: judged.length, right: rightOf(judged) });
    return results;
  };
  const optimizerContext: OptimizerContext = {
    seed: context.seed,
    learning,
    selection,
    ask: search.ask,
    rowsLeft: ledger.rowsLeft,
    report: search.report,
  };

  // For the check at the end: as the prompt to begin with answers the deciding rows, and as the winner does, whichever that will be.
  const forWinner: LaterRows = { count: deciding.length, price: "dearest" };
  const forSeed: LaterRows = { count: deciding.length, price: await answerer.rowPrice(seedProgram, deciding, context) };
  ledger.setAside([forSeed, forWinner]);
  const winner = await optimizers[name](seedProgram, evaluate, optimizerContext);
  const isOther = programKey(winner) !== programKey(seedProgram);
  ledger.setAside([forWinner]);
  const before = isOther ? await search.evaluate(seedProgram, deciding) : null;
  ledger.setAside([]);
  const after = before === null ? null : await search.evaluate(winner, deciding);
  const gain = before === null || after === null ? null : pairedGain(deciding, before, after);
  const program = gain?.isReal === true ? winner : seedProgram;

  const score = tried.get(programKey(program));
  const { spent } = ledger;
  const chosen = {
    optimizer: name,
    prompt: verdict(isOther, gain, deciding.length),
    ...(score === undefined
      ? {}
      : {
          "selection accuracy": Number(formatScore(score.right / score.rows)),
          // The prompt to begin with was not chosen for its score.
          "expected optimism": Number(
            formatScore(program === seedProgram ? 0 : expectedOptimism(score.right, score.rows, tried.size)),
          ),
        }),
    ...(gain === null ? {} : { "accuracy on deciding rows": Number(formatScore(accuracyOf(gain.isReal ? after! : before!))) }),
    "prompts tried": tried.size,
    rows: sizes,
    "search cost": `${formatCount(spent.calls)} calls, ${formatUsd(spent.usd)}, ${formatSeconds(spent.seconds)}`,
  };
  context.log({ kind: "note", text: `${tried.size} prompts tried; kept is ${chosen.prompt}.` });
  const labels = learning.examples.length + selection.length + deciding.length;
  return { program, chosen, labels, tried: [...tried.values()], spent };
}

function verdict(isOther: boolean, gain: Gain | null, rows: number): string {
  const kept = "the one to begin with";
  if (!isOther) return `${kept}: none was better on the selection rows`;
  if (gain === null) return `${kept}: the budget did not reach to check the best one found`;
  const measured = `${formatPoints(gain.gain)} on ${formatCount(rows)} rows held back, one-sided ${formatPValue(gain.pValue)}`;
  return gain.isReal ? `the best one found: ${measured}` : `${kept}: the best one found is not surely better (${measured})`;
}

/** Everything that decides what a search does. */
function fingerprintOf(
  { program, budget, model, train }: OptimizeOptions,
  name: OptimizerName,
  rows: { readonly learning: Dataset },
  seed: number,
): string {
  return sha256(
    "search-1",
    model,
    name,
    String(seed),
    programKey(program),
    JSON.stringify([budget.calls, String(budget.usd), String(budget.seconds)]),
    ...train.examples.flatMap(({ id, text, labels }) => [id, text, labels.join("\n")]),
    String(rows.learning.examples.length),
  );
}

function rightOf(results: readonly RowResult[]): number {
  return results.filter(({ isRight }) => isRight).length;
}
