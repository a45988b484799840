/** @file What an optimizer must keep to go on to the bit where it was. */
import { UserError } from "../../lib/errors.js";

/** What a checkpoint must keep. Arrays are views of the optimizer's memory: write them out before the next step. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  readonly parameters: ReadonlyMap<string, ParameterState>;
}

/** One parameter's share of it. */
export interface ParameterState {
  readonly weights: Float32Array;
  /** Running means of the gradient and of its square; undefined for a frozen parameter. */
  readonly moments: { readonly first: Float32Array; readonly second: Float32Array } | undefined;
}

/** Throws a `UserError` where a state is not of a run with these parameters: to be called before any of it is used. */
export function checkState({ step, parameters }: OptimizerState, expected: ReadonlyMap<string, ParameterState>): void {
  const refusal = (fact: string): UserError =>
    new UserError(
      `The checkpoint does not belong to this training run: ${fact}. Resume with the model and options it was made with.`,
    );
  if (!(Number.isSafeInteger(step) && step >= 0)) throw refusal(`its step is ${step}`);
  for (const name of parameters.keys())
    if (!expected.has(name)) throw refusal(`it has a parameter "${name}", which the model does not have`);
  for (const [name, target] of expected) {
    const found = parameters.get(name);
    if (found === undefined) throw refusal(`parameter "${name}" is missing`);
    const lengths = [found.weights, found.moments?.first, found.moments?.second].map((values) => values?.length ?? 0);
    const wanted = [target.weights, target.moments?.first, target.moments?.second].map((values) => values?.length ?? 0);
    if (lengths.join() !== wanted.join())
      throw refusal(
        `parameter "${name}" has ${lengths.join(", ")} numbers for weights and two moments, expected ${wanted.join(", ")}`,
      );
  }
}
