/** @file Labeling that is simulated: a model chooses rows, they are given their labels, and it learns anew. */
import { random } from "../../src/lib/random.js";
import { fitHead, headProbabilities } from "../../src/tune/regression/head.js";
import { type Matrix, selectRows } from "../../src/tune/regression/matrix.js";
import { chooseRows, type NextWay } from "../../src/upkeep/next/choose-rows.js";
import type { EmbeddedRows } from "./pools.js";

export interface SimulationOptions {
  readonly way: NextWay;
  readonly seed: number;
  /** Labels at first, drawn at random; and in the end. */
  readonly first: number;
  readonly last: number;
  /** Labels made before the model learns anew. */
  readonly batch: number;
}

/** Accuracy on the test rows, with so many labels. */
export interface MeasuredLabels {
  readonly labels: number;
  readonly accuracy: number;
}

const context = { signal: new AbortController().signal, log: () => {}, spend: () => {}, useCache: true };

/** One person's labeling from the first rows to the last. Ways of one seed begin with the same rows. */
export async function simulatedLabeling(
  pool: EmbeddedRows,
  test: EmbeddedRows,
  { way, seed, first, last, batch }: SimulationOptions,
): Promise<MeasuredLabels[]> {
  const { examples } = pool.rows;
  const order = random(seed, "first rows").shuffle(examples.map((_, row) => row));
  const labelled = order.slice(0, first);
  const measured: MeasuredLabels[] = [];
  for (;;) {
    const train = { ...pool.rows, examples: labelled.map((row) => examples[row]!) };
    const { head } = await fitHead(train, selectRows(pool.features, labelled), { seed, classWeight: "none" }, context);
    const answers = headProbabilities(head, test.features);
    const right = test.rows.examples.filter(({ labels }, row) => head.labels[largest(rowOf(answers, row))] === labels[0]);
    measured.push({ labels: labelled.length, accuracy: right.length / test.rows.examples.length });
    if (labelled.length >= last) return measured;
    const known = new Set(labelled);
    const left = order.filter((row) => !known.has(row));
    const features = selectRows(pool.features, left);
    const probabilities = headProbabilities(head, features);
    const rows = {
      vectors: left.map((_, row) => rowOf(features, row)),
      probabilities: left.map((_, row) => rowOf(probabilities, row)),
      isMultiLabel: false,
    };
    const count = Math.min(batch, last - labelled.length);
    const chosen = await chooseRows(rows, { way, count, seed: seed * 1000 + labelled.length });
    labelled.push(...chosen.map((place) => left[place]!));
  }
}

const rowOf = ({ data, columns }: Matrix, row: number): Float64Array => data.subarray(row * columns, (row + 1) * columns);

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}
