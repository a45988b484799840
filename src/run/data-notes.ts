/** @file What the quick checks of `crossover check` find in a run's data: told before anything is asked, and in the report. */
import { auditTask } from "../data/audit/audit.js";
import type { FindingName } from "../data/audit/audit-findings.js";
import { formatCount } from "../lib/text/format.js";
import { outOfFoldProbabilities } from "../tune/regression/cross-fit.js";
import type { Context } from "../types/approach.js";
import type { Task } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";

/** Findings that the reader of the data does not tell by itself. */
const told: ReadonlySet<FindingName> = new Set(["conflicts", "suspects", "personalData", "modelLanguages", "languages"]);

/** More rows than this take longer than a run should be held up by what was not asked for. */
const mostRows = 50_000;
/** The same, for judging labels: one more fit of the probe on its folds. */
const mostJudgedRows = 5_000;

/**
 * Sentences about suspicious labels, personal data, conflicting labels and languages that the encoder does not know.
 *
 * @param judgesLabels whether labels are judged by the encoder's vectors, which every text has to be embedded for
 */
export async function dataNotes(
  task: Task,
  encoder: Encoder,
  { judgesLabels, seed, context }: { readonly judgesLabels: boolean; readonly seed: number; readonly context: Context },
): Promise<readonly string[]> {
  const rows = task.train.examples.length + task.test.examples.length;
  if (rows > mostRows)
    return [`${formatCount(rows)} rows are too many for the quick checks of a run: \`crossover check\` makes them.`];
  const isJudged = judgesLabels && !task.train.isMultiLabel && task.train.examples.length <= mostJudgedRows;
  const isTooLarge = judgesLabels && !task.train.isMultiLabel && !isJudged;
  const outOfFold = isJudged ? await outOfFoldProbabilities(task.train, encoder, context, seed) : undefined;
  const { findings } = auditTask(task, {
    hasNearDuplicates: false,
    ...(encoder.languages === undefined ? {} : { modelLanguages: encoder.languages }),
    ...(outOfFold === undefined ? {} : { outOfFold }),
  });
  const unjudged = `Wrong labels were not looked for: more than ${formatCount(mostJudgedRows)} training rows take a while. \`crossover check\` does it.`;
  const notes = findings
    .filter(({ about }) => told.has(about))
    .map(({ message, remedy, examples }) =>
      [message, remedy, examples.length > 0 ? "`crossover check` lists the rows." : null].filter(Boolean).join(" "),
    );
  return isTooLarge ? [...notes, unjudged] : notes;
}
