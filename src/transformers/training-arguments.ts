/**
 * @file Hugging Face's `TrainingArguments`: its names in our spelling, its defaults (golden/transformers.json has them from Python). What can't
 * be honored here is refused by name rather than ignored.
 */
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { RowOrder } from "../tune/training/batches.js";

/** When something happens: never, after so many steps, after each epoch. */
export type IntervalStrategy = "no" | "steps" | "epoch";

/** How the learning rate moves. In Python `constant` has no warm-up, `constant_with_warmup` has one. */
export type SchedulerType = "linear" | "cosine" | "constant" | "constant_with_warmup";

/** Every argument, with the defaults filled in. */
export interface ResolvedArguments {
  /** The folder that checkpoints are written to. */
  readonly outputDir: string;
  /** Passes over the training rows; may be a fraction. @default 3 */
  readonly numTrainEpochs: number;
  /** Total number of updates, in place of `numTrainEpochs`; −1: as many as the epochs take. @default -1 */
  readonly maxSteps: number;
  /** Rows in a training batch. @default 8 */
  readonly perDeviceTrainBatchSize: number;
  /** Rows in an evaluation batch. Batches hold rows of similar length, so this bounds memory and changes no result. @default 8 */
  readonly perDeviceEvalBatchSize: number;
  /** Batches per update. @default 1 */
  readonly gradientAccumulationSteps: number;
  /** The peak learning rate. @default 5e-5 */
  readonly learningRate: number;
  /** How the learning rate changes. @default "linear" */
  readonly lrSchedulerType: SchedulerType;
  /** Updates during which the learning rate rises; a number below 1 is a share of all updates. @default 0 */
  readonly warmupSteps: number;
  /** Weight decay of matrices; biases and normalization weights have none. @default 0 */
  readonly weightDecay: number;
  /** The global gradient norm above which gradients are clipped; 0: never. @default 1 */
  readonly maxGradNorm: number;
  /** Share of the target that label smoothing spreads over all classes. @default 0 */
  readonly labelSmoothingFactor: number;
  /** Seed of the row order and of dropout. @default 42 */
  readonly seed: number;
  /** `random` shuffles every epoch, `group_by_length` batches texts of similar length, `sequential` keeps the order. @default "random" */
  readonly trainSamplingStrategy: RowOrder;
  /** When the evaluation dataset is evaluated during training. @default "no" */
  readonly evalStrategy: IntervalStrategy;
  /** Updates between evaluations; a number below 1 is a share of all updates. @default loggingSteps */
  readonly evalSteps: number | null;
  /** When an entry is added to `state.logHistory`. @default "steps" */
  readonly loggingStrategy: IntervalStrategy;
  /** Updates between log entries; a number below 1 is a share of all updates. @default 500 */
  readonly loggingSteps: number;
  /** Whether the first step is logged too. @default false */
  readonly loggingFirstStep: boolean;
  /** When the model is saved to `outputDir/checkpoint-N`. @default "steps" */
  readonly saveStrategy: IntervalStrategy;
  /** Updates between checkpoints; a number below 1 is a share of all updates. @default 500 */
  readonly saveSteps: number;
  /** Whether training ends with the weights that had the lowest evaluation loss instead of the last ones. @default false */
  readonly loadBestModelAtEnd: boolean;
  /** The metric that `loadBestModelAtEnd` compares; only `eval_loss` is supported. */
  readonly metricForBestModel: string | null;
  readonly disableTqdm: boolean;
}

/** What `TrainingArguments` takes. */
export interface TrainingOptions extends Partial<ResolvedArguments> {
  readonly outputDir: string;
  /** Former name of `evalStrategy`. */
  readonly evaluationStrategy?: IntervalStrategy;
  /** Former way to say `warmupSteps` as a share of all updates. */
  readonly warmupRatio?: number;
  /** Former way to say `trainSamplingStrategy: "group_by_length"`. */
  readonly groupByLength?: boolean;
}

interface Rule {
  readonly fallback: ResolvedArguments[keyof ResolvedArguments];
  readonly holds: (value: unknown) => boolean;
  readonly expected: string;
}

const number = (fallback: number | null, expected: string, holds: (value: number) => boolean): Rule => ({
  fallback,
  expected,
  holds: (value) => typeof value === "number" && Number.isFinite(value) && holds(value),
});
const whole = (fallback: number): Rule =>
  number(fallback, "a whole number above 0", (value) => Number.isInteger(value) && value > 0);
const fromZero = (fallback: number): Rule => number(fallback, "a number from 0 up", (value) => value >= 0);
/** Steps, or a share of all of them. */
const often = (fallback: number | null): Rule =>
  number(
    fallback,
    "a whole number of steps, or a share of all steps between 0 and 1",
    (value) => value > 0 && (value < 1 || Number.isInteger(value)),
  );
const flag = (fallback: boolean): Rule => ({ fallback, expected: "true or false", holds: (value) => typeof value === "boolean" });
const oneOf = (fallback: string, ...others: readonly string[]): Rule => {
  const names = [fallback, ...others];
  return {
    fallback,
    expected: names.map((name) => `"${name}"`).join(", "),
    holds: (value) => names.some((name) => name === value),
  };
};

const rules: { readonly [Name in keyof ResolvedArguments]: Rule } = {
  outputDir: { fallback: "", expected: "the path of a folder", holds: (value) => typeof value === "string" && value !== "" },
  numTrainEpochs: number(3, "a number above 0", (value) => value > 0),
  maxSteps: number(-1, "a whole number above 0, or -1", (value) => Number.isInteger(value) && (value > 0 || value === -1)),
  perDeviceTrainBatchSize: whole(8),
  perDeviceEvalBatchSize: whole(8),
  gradientAccumulationSteps: whole(1),
  learningRate: number(5e-5, "a number above 0, such as 5e-5", (value) => value > 0),
  lrSchedulerType: oneOf("linear", "cosine", "constant", "constant_with_warmup"),
  warmupSteps: number(
    0,
    "a whole number of steps, or a share of all steps below 1",
    (value) => value >= 0 && (value < 1 || Number.isInteger(value)),
  ),
  weightDecay: fromZero(0),
  maxGradNorm: fromZero(1),
  labelSmoothingFactor: number(0, "a share from 0, below 1", (value) => value >= 0 && value < 1),
  seed: number(42, "a whole number from 0 up", (value) => Number.isSafeInteger(value) && value >= 0),
  trainSamplingStrategy: oneOf("random", "sequential", "group_by_length"),
  evalStrategy: oneOf("no", "steps", "epoch"),
  evalSteps: often(null),
  loggingStrategy: oneOf("steps", "no", "epoch"),
  loggingSteps: often(500),
  loggingFirstStep: flag(false),
  saveStrategy: oneOf("steps", "no", "epoch"),
  saveSteps: often(500),
  loadBestModelAtEnd: flag(false),
  metricForBestModel: { ...oneOf("eval_loss", "loss"), fallback: null },
  disableTqdm: flag(false),
};

/** Of Python, and never honored here: the name's beginning, and why. */
const refused: readonly (readonly [beginning: string, why: string])[] = [
  ["fp16", "everything is computed in float32"],
  ["bf16", "everything is computed in float32"],
  ["tf32", "everything is computed in float32"],
  ["optim", "the optimizer is AdamW"],
  ["adam", "the optimizer is AdamW with betas 0.9 and 0.999 and epsilon 1e-8"],
  ["lrSchedulerKwargs", "the schedules have no further settings"],
  ["greaterIsBetter", "the best model is that of the lowest eval_loss"],
  ["saveTotalLimit", "no checkpoint is deleted"],
  ["reportTo", "nothing is sent anywhere; state.logHistory has all that was logged"],
  ["push", "nothing is uploaded"],
  ["hub", "nothing is uploaded"],
  ["dataloader", "rows come from memory"],
  ["gradientCheckpointing", "passes are cut to what fits instead"],
  ["deepspeed", "there is one process"],
  ["fsdp", "there is one process"],
  ["ddp", "there is one process"],
  ["torch", "there is no PyTorch below"],
];

/**
 * How to train. `UserError` where a name or a value is none of Python's, or can't be honored here.
 *
 * ```ts
 * const args = new TrainingArguments({ outputDir: "./results", numTrainEpochs: 1, evalStrategy: "epoch", saveStrategy: "no" });
 * ```
 */
export class TrainingArguments {
  readonly values: ResolvedArguments;

  constructor(options: TrainingOptions) {
    const given = current(options);
    for (const name of Object.keys(given)) if (!Object.hasOwn(rules, name)) throw unknownArgument(name);
    if (given.outputDir === undefined) throw new UserError('TrainingArguments needs outputDir, such as "./results".');
    const entries = Object.entries(rules).map(([name, { fallback, holds, expected }]) => {
      const value: unknown = Object.entries(given).find(([own]) => own === name)?.[1];
      if (value === undefined || (value === null && fallback === null)) return [name, fallback];
      if (holds(value)) return [name, value];
      throw new UserError(`${name} is ${JSON.stringify(value)}. Give ${expected}.`);
    });
    // Complete and checked by the table, whose keys are those of the type.
    this.values = Object.fromEntries(entries) as ResolvedArguments;
    checkTogether(this.values);
  }
}

/** The options under their present names. */
function current({ evaluationStrategy, warmupRatio, groupByLength, ...options }: TrainingOptions): Partial<ResolvedArguments> {
  const once = <Value>(former: string, formerValue: Value | undefined, name: keyof TrainingOptions): void => {
    if (formerValue !== undefined && options[name as keyof typeof options] !== undefined)
      throw new UserError(`${former} is the former name of ${name}: give one of the two.`);
  };
  once("evaluationStrategy", evaluationStrategy, "evalStrategy");
  once("warmupRatio", warmupRatio, "warmupSteps");
  once("groupByLength", groupByLength, "trainSamplingStrategy");
  if (warmupRatio !== undefined && !(warmupRatio >= 0 && warmupRatio < 1))
    throw new UserError(`warmupRatio is ${warmupRatio}. Give a share of all steps from 0, below 1.`);
  return {
    ...options,
    ...(evaluationStrategy !== undefined && { evalStrategy: evaluationStrategy }),
    ...(warmupRatio !== undefined && { warmupSteps: warmupRatio }),
    ...(groupByLength === true && { trainSamplingStrategy: "group_by_length" as const }),
  };
}

function unknownArgument(name: string): UserError {
  const camel = name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
  const found = refused.find(([beginning]) => camel.startsWith(beginning));
  if (found !== undefined) return new UserError(`${name} can't be honored here: ${found[1]}. Leave it out.`);
  const names = [...Object.keys(rules), "evaluationStrategy", "warmupRatio", "groupByLength"];
  const suggestion = names.includes(camel) ? ` Did you mean "${camel}"?` : didYouMean(camel, names);
  return new UserError(`"${name}" is not an argument of training.${suggestion} Arguments: ${names.join(", ")}.`);
}

function checkTogether({ loadBestModelAtEnd, evalStrategy, metricForBestModel }: ResolvedArguments): void {
  if (loadBestModelAtEnd && evalStrategy === "no")
    throw new UserError('loadBestModelAtEnd needs evaluations to go by: set evalStrategy to "epoch" or "steps".');
  if (metricForBestModel !== null && !loadBestModelAtEnd)
    throw new UserError("metricForBestModel has no part without loadBestModelAtEnd: true. Set it, or leave both out.");
}
