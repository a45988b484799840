/** @file What a saved cascade of a run would have answered when the run was made: its rule, over the stored outcomes of its two approaches. */
import { noFacts } from "../../compare/define-approach.js";
import { isMissing } from "../../compare/missing.js";
import { UserError } from "../../lib/errors.js";
import { readCascadeFile } from "../../ship/cascade/cascade-file.js";
import { cascadePredictor } from "../../ship/cascade/cascade-predictor.js";
import type { Run } from "../../store/run.js";
import type { Predictor } from "../../types/approach.js";
import type { Outcome, Prediction } from "../../types/prediction.js";

/**
 * The outcomes of the test rows, in their order. A row that is handed on and that the run has no answer of the LLM to, since it was not asked about it,
 * is unasked.
 *
 * @param folder the cascade's
 * @param outcomesOf the stored outcomes of an approach
 */
export async function cascadeOutcomes(
  { manifest: { task }, folder: run }: Run,
  folder: string,
  outcomesOf: (approach: string) => readonly Outcome[],
): Promise<readonly Outcome[]> {
  const told = await readCascadeFile(folder);
  const [small, llm] = [outcomesOf(told.small), outcomesOf(told.llm)];
  const handedOn = new Set<string>();
  const space = { labels: task.labels, isMultiLabel: task.isMultiLabel };
  const predictor = cascadePredictor(
    { small: { ...space, predictor: replayed(small) }, llm: { ...space, predictor: replayed(llm, handedOn) } },
    told,
  );
  const queries = small.map(({ id }) => ({ id, text: "" }));
  const context = { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} };
  const said = await predictor.predict(queries, context);
  const others = new Map(llm.map((outcome) => [outcome.id, outcome]));
  const found = small.map(({ id, truth, characters, group }, row): Outcome => {
    const base = { id, truth, ...(characters !== undefined && { characters }), ...(group !== undefined && { group }) };
    const other = others.get(id);
    if (handedOn.has(id) && (other === undefined || isMissing(other))) return { ...base, answer: null, failure: "unasked" };
    return { ...base, ...said[row]! };
  });
  if (found.every(isMissing))
    throw new UserError(`${run} has no answers of ${told.small} and ${told.llm} to the same rows: ${folder} is of another run.`);
  return found;
}

/** Says what was said, and tells of which rows it was asked. */
function replayed(outcomes: readonly Outcome[], asked?: Set<string>): Predictor {
  const known = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return {
    facts: noFacts,
    predict: async (queries) =>
      queries.map(({ id }): Prediction => {
        asked?.add(id);
        const { id: _, truth: __, characters: ___, group: ____, ...said } = known.get(id) ?? unasked;
        return said;
      }),
    files: async () => new Map(),
    async [Symbol.asyncDispose]() {},
  };
}

const unasked: Outcome = { id: "", truth: [], answer: null, failure: "unasked" };
