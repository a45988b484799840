/** @file Training arguments as numbers of updates and settings of the loop, for a number of rows. Formulas of transformers' `Trainer`. */
import { updatesPerEpoch as epochUpdateCount } from "../tune/training/batches.js";
import type { LoopSettings } from "../tune/training/training-job.js";
import type { IntervalStrategy, ResolvedArguments } from "./training-arguments.js";

/** When something is done: never, after each epoch, after so many steps. */
export type Every = "epoch" | number | undefined;

/** What arguments come to. */
export interface TrainingPlan {
  readonly settings: LoopSettings;
  readonly updatesPerEpoch: number;
  /** Updates in all. */
  readonly steps: number;
  readonly logging: Every;
  readonly evaluation: Every;
  readonly saving: Every;
}

/** 8 texts of 512 tokens, the article's batch: what bounds the memory of a step. */
const tokensPerPass = 4096;

/** The plan for training on `rows` rows. */
export function trainingPlan(args: ResolvedArguments, rows: number, dropout: number): TrainingPlan {
  // The mean over a batch of batches; only where the last one of an epoch is smaller does Python, which takes the mean of means, differ.
  const batchSize = args.perDeviceTrainBatchSize * args.gradientAccumulationSteps;
  const updatesPerEpoch = epochUpdateCount(rows, { batchSize });
  const steps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * updatesPerEpoch);
  const every = (strategy: IntervalStrategy, interval: number): Every => {
    if (strategy !== "steps") return strategy === "no" ? undefined : "epoch";
    return interval < 1 ? Math.ceil(steps * interval) : interval;
  };
  return {
    updatesPerEpoch,
    steps,
    logging: every(args.loggingStrategy, args.loggingSteps),
    evaluation: every(args.evalStrategy, args.evalSteps ?? args.loggingSteps),
    saving: every(args.saveStrategy, args.saveSteps),
    settings: {
      epochs: args.maxSteps > 0 ? 0 : args.numTrainEpochs,
      minSteps: args.maxSteps > 0 ? args.maxSteps : 0,
      batchSize,
      tokensPerPass,
      seed: args.seed,
      order: args.trainSamplingStrategy,
      learningRate: args.learningRate,
      schedule: args.lrSchedulerType === "constant_with_warmup" ? "constant" : args.lrSchedulerType,
      warmupRatio: args.lrSchedulerType === "constant" ? 0 : warmupRatio(args.warmupSteps, steps),
      weightDecay: args.weightDecay,
      maxGradNorm: args.maxGradNorm === 0 ? Number.POSITIVE_INFINITY : args.maxGradNorm,
      dropout,
    },
  };
}

/** The ratio of which the loop makes so many steps: half a step less, since it rounds up and quotients are not exact. */
function warmupRatio(warmupSteps: number, steps: number): number {
  return warmupSteps < 1 ? warmupSteps : (warmupSteps - 0.5) / steps;
}

/** Whether it is time for something after a step. */
export function isDue(every: Every, step: number, { updatesPerEpoch, steps }: TrainingPlan): boolean {
  if (every === "epoch") return step % updatesPerEpoch === 0 || step === steps;
  return every !== undefined && step % every === 0;
}
