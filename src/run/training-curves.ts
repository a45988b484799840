/** @file The trainings of a run, read back from the files beside its models. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TrainingCurve } from "../report/charts/training-chart.js";
import { artifactFolder } from "../store/artifact-folder.js";

/** The curves of the approaches that left a `trainer_state.json` (as Hugging Face's `Trainer` writes it). What is none is passed over. */
export async function readTrainingCurves(run: string, approaches: readonly string[]): Promise<TrainingCurve[]> {
  const curves: TrainingCurve[] = [];
  for (const approach of approaches) {
    const text = await readFile(join(artifactFolder(run, approach), "trainer_state.json"), "utf8").catch(() => null);
    const curve = text === null ? null : curveOf(approach, text);
    if (curve !== null) curves.push(curve);
  }
  return curves;
}

/** `null` where the text holds no training of at least two steps. */
function curveOf(approach: string, text: string): TrainingCurve | null {
  const log = entriesOf(text);
  const steps = log.flatMap(({ step, loss, learning_rate: learningRate }) =>
    isNumber(step) && isNumber(loss) ? [{ step, loss, ...(isNumber(learningRate) && { learningRate }) }] : [],
  );
  const evaluations = log.flatMap(({ step, eval_loss: loss }) => (isNumber(step) && isNumber(loss) ? [{ step, loss }] : []));
  return steps.length < 2 ? null : { approach, steps, evaluations };
}

function entriesOf(text: string): Readonly<Record<string, unknown>>[] {
  try {
    const { log_history: log } = JSON.parse(text) as { readonly log_history?: unknown };
    return Array.isArray(log) ? log.filter((entry) => typeof entry === "object" && entry !== null) : [];
  } catch {
    return [];
  }
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
