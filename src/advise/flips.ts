/**
 * @file At which value of what is assumed the answer turns. Each is found by deciding anew: over a range of values, then halved down to between
 * the last value that keeps the answer and the first that turns it.
 */
import { summarize } from "../compare/summarize.js";
import type { Comparison } from "../types/comparison.js";
import type { Criterion } from "../types/criteria.js";
import type { Assumptions } from "../types/prices.js";
import { type Decision, decide } from "./decision.js";
import type { Flip, FlipParameter } from "./findings/parts.js";
import { usualWeights } from "./weighing.js";

interface Parameter {
  /** What is assumed now; `null` where nobody told. */
  readonly now: (assumptions: Assumptions) => number | null;
  /** Values to try, ascending. */
  readonly values: readonly number[];
  readonly with: (assumptions: Assumptions, value: number) => Assumptions;
}

/** So many values a power of ten. */
const perDecade = 4;

function powers(from: number, to: number): number[] {
  const steps = Math.round(perDecade * Math.log10(to / from));
  return Array.from({ length: steps + 1 }, (_, step) => Number((from * 10 ** (step / perDecade)).toPrecision(4)));
}

const shares = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(6)));

/** Relative to that of accuracy. */
function weightOf(criterion: Exclude<Criterion, "accuracy">): Parameter {
  const weightsOf = ({ weights = usualWeights }: Assumptions) => weights;
  return {
    now: (assumptions) => {
      const { accuracy, [criterion]: own } = weightsOf(assumptions);
      return accuracy === 0 ? null : own / accuracy;
    },
    values: [0, 0.125, 0.25, 0.5, 1, 1.5, 2, 4],
    with: (assumptions, value) => {
      const weights = weightsOf(assumptions);
      return { ...assumptions, weights: { ...weights, [criterion]: value * weights.accuracy } };
    },
  };
}

const parameters: Readonly<Record<FlipParameter, Parameter>> = {
  margin: {
    now: ({ margin }) => margin,
    values: shares(0, 0.2, 0.005),
    with: (assumptions, margin) => ({ ...assumptions, margin }),
  },
  "requests-per-month": {
    now: ({ requestsPerMonth = null }) => requestsPerMonth,
    values: powers(100, 1e9),
    with: (assumptions, value) => ({ ...assumptions, requestsPerMonth: Math.round(value) }),
  },
  "usd-per-label": {
    now: ({ usdPerLabel = null }) => usdPerLabel,
    values: [0, ...powers(0.001, 100)],
    with: (assumptions, usdPerLabel) => ({ ...assumptions, usdPerLabel }),
  },
  "llm-price": {
    now: ({ llmPrice = 1 }) => llmPrice,
    values: powers(0.01, 100),
    with: (assumptions, llmPrice) => ({ ...assumptions, llmPrice }),
  },
  needed: {
    now: ({ needed = null }) => needed,
    values: shares(0, 1, 0.02),
    with: (assumptions, needed) => ({ ...assumptions, needed }),
  },
  "weight-cost": weightOf("cost"),
  "weight-independence": weightOf("independence"),
  "weight-latency": weightOf("latency"),
};

/** Grounds on which other prices or weights say nothing: there is no pair to decide between. */
const withoutPair: readonly Decision["ground"][] = ["nothing", "one-arm", "unanswered", "no-llm", "unranked"];

/**
 * The nearest value on either side of what is assumed at which another approach, or none, would be chosen. Where nobody told a value, every value at which the
 * choice turns, the smallest first.
 */
export function flipsOf(comparison: Comparison, decision: Decision): Flip[] {
  if (withoutPair.includes(decision.ground)) return [];
  const { task, measurements, failed, assumptions } = comparison;
  const under = (changed: Assumptions): Decision => decide(summarize({ task, measurements, failed, assumptions: changed }));
  // Who told no weights thinks in none.
  const names = (Object.keys(parameters) as FlipParameter[]).filter(
    (name) => assumptions.weights !== undefined || !name.startsWith("weight-"),
  );
  return names.flatMap((name) => {
    const parameter = parameters[name];
    const now = parameter.now(assumptions);
    const at = (value: number): Decision => under(parameter.with(assumptions, value));
    return (now === null ? turnsOver(parameter.values, at) : turnsAround(parameter.values, now, at, decision)).map(
      (turn): Flip => ({ parameter: name, now, ...turn }),
    );
  });
}

type Turn = Pick<Flip, "at" | "side" | "choice" | "ground">;

const choiceOf = ({ choice }: Decision): string | null => choice?.approach ?? null;

/** Looked at from the present value, up and down. */
function turnsAround(values: readonly number[], now: number, at: (value: number) => Decision, decision: Decision): Turn[] {
  const same = choiceOf(decision);
  const walk = (path: readonly number[], side: Turn["side"]): Turn[] => {
    let last = now;
    for (const value of path) {
      if (choiceOf(at(value)) !== same) return [turnBetween(last, value, at, side)];
      last = value;
    }
    return [];
  };
  const below = values.filter((value) => value < now).reverse();
  const above = values.filter((value) => value > now);
  return [...walk(below, "up-to"), ...walk(above, "from")];
}

/** Every turn from the smallest to the largest value. */
function turnsOver(values: readonly number[], at: (value: number) => Decision): Turn[] {
  const choices = values.map((value) => choiceOf(at(value)));
  return values
    .slice(1)
    .flatMap((value, i) => (choices[i] === choices[i + 1] ? [] : [turnBetween(values[i]!, value, at, "from")]));
}

/** To three digits: nobody knows what is assumed any better. */
const precision = 1e-3;
const mostHalvings = 12;

function turnBetween(keeps: number, turns: number, at: (value: number) => Decision, side: Turn["side"]): Turn {
  const same = choiceOf(at(keeps));
  let [last, first] = [keeps, turns];
  // A turn at once above 0 is never that near to it.
  for (let step = 0; step < mostHalvings; step++) {
    if (Math.abs(first - last) <= precision * Math.max(Math.abs(first), Math.abs(last))) break;
    const middle = (last + first) / 2;
    if (choiceOf(at(middle)) === same) last = middle;
    else first = middle;
  }
  const decision = at(first);
  return { at: first, side, choice: choiceOf(decision), ground: decision.ground };
}
