/** @file Learning rates over a training run: the formulas of transformers' `get_*_schedule_with_warmup` (optimization.py). */

/** Transformers' `lr_scheduler_type`. */
export type ScheduleKind = "constant" | "linear" | "cosine";

/** How the learning rate moves over a run. */
export interface Schedule {
  readonly kind: ScheduleKind;
  /** Steps over which the rate rises from 0; `warmupStepsOf` makes them of a ratio. */
  readonly warmupSteps: number;
  /** Optimizer steps of the whole run. */
  readonly totalSteps: number;
}

/** The share of the peak after warm-up, when `done` of `all` further steps are taken. */
const shapes: { readonly [Kind in ScheduleKind]: (done: number, all: number) => number } = {
  constant: () => 1,
  // Not 1 - done / all: where warm-up takes the whole run (all = 0), what comes after it is the end.
  linear: (done, all) => Math.max(0, (all - done) / Math.max(1, all)),
  // Half a cosine (transformers' default `num_cycles` = 0.5). Beyond the end it would rise again: held at 0 here.
  cosine: (done, all) => 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done / Math.max(1, all)))),
};

/**
 * What multiplies the peak learning rate in the update number `step`, counted from 0.
 * With warm-up the very first update has rate 0, as in transformers. Compared with transformers in `golden/optimizer.json`.
 */
export function learningRateFactor({ kind, warmupSteps, totalSteps }: Schedule, step: number): number {
  if (step < warmupSteps) return step / warmupSteps;
  return shapes[kind](step - warmupSteps, totalSteps - warmupSteps);
}

/** Steps of warm-up for a ratio, rounded up: `TrainingArguments.get_warmup_steps`. */
export function warmupStepsOf(warmupRatio: number, totalSteps: number): number {
  return Math.ceil(totalSteps * warmupRatio);
}
