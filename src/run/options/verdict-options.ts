/** @file What the verdict assumes, and what it must fulfill. `assumptionsOf` makes the assumptions of a comparison from them. */
import { defaultAssumptions } from "../../compare/assumptions.js";
import { amounts, choice, number, option, severalTexts, toggle, wholeNumber } from "./option.js";

/** Options about the verdict. */
export const verdictOptions = {
  margin: option(number(0, 0.5), {
    argument: "share",
    help: "difference in score that does not matter in practice, e.g. 0.01 for one point",
    default: defaultAssumptions.margin,
    example: "0.02",
  }),
  requestsPerMonth: option(wholeNumber(1), {
    argument: "n",
    help: "requests a month that there will be; without it no verdict rests on the price of requests",
    example: "100000",
  }),
  usdPerLabel: option(number(0), {
    argument: "usd",
    help: "cost of one more label, 0 if you have them anyway; without it no verdict rests on labels being free",
    example: "0.10",
  }),
  machine: option(choice(["shared", "own"]), {
    argument: "whose",
    help: "shared: the model runs on a machine that other work shares; own: on one kept for it; without it both are told",
    example: "own",
  }),
  usdPerMachineHour: option(number(0), {
    argument: "usd",
    help: "hourly price of a machine like this one",
    default: defaultAssumptions.usdPerMachineHour,
    isMachineDefault: true,
    example: "0.20",
  }),
  utilization: option(number(0.001, 1), {
    argument: "share",
    help: "share of the time that a shared machine is busy, and that one of its own may be",
    default: defaultAssumptions.utilization,
    example: "0.5",
  }),
  usdPerPersonHour: option(number(0), {
    argument: "usd",
    help: "cost of an hour of a person's work; counts with --person-hours",
    example: "60",
  }),
  personHours: option(amounts(["tuned", "prompted"], "tuned=16,prompted=4"), {
    argument: "hours",
    help: "hours of work that setting each arm up takes, e.g. tuned=16,prompted=4",
    example: "tuned=16,prompted=4",
  }),
  llmPrice: option(number(0.001, 1000), {
    argument: "share",
    help: "share of today's list prices that LLMs will cost, e.g. 0.5 for half",
    default: 1,
    before: 1,
    example: "0.5",
  }),
  priority: option(amounts(["accuracy", "cost", "independence", "latency"], "accuracy=5,cost=3,latency=1"), {
    argument: "weights",
    help: "how much each criterion counts, e.g. accuracy=5,cost=3,latency=1 (default: accuracy before all, then cost, independence of a service, latency)",
    example: "accuracy=5,cost=3,latency=1",
  }),
  needed: option(number(0, 1), {
    argument: "score",
    help: "least score that is good enough to be used, e.g. 0.85",
    example: "0.85",
  }),
  maxLatencyMs: option(number(0), {
    argument: "ms",
    help: "longest that 95 of 100 answers may take",
    example: "200",
  }),
  maxUsdPer1k: option(number(0), {
    argument: "usd",
    help: "most that 1,000 requests may cost",
    example: "0.10",
  }),
  private: option(toggle(), {
    help: "no text may leave your machines: nothing that asks a service can be chosen",
    default: false,
    before: false,
  }),
  require: option(severalTexts(), {
    argument: "gate",
    help: "exit with code 100 unless this holds, e.g. macro_f1>=0.9 or tune:probe.accuracy>=0.85 (repeatable)",
    default: [],
    example: "macro_f1>=0.9",
  }),
};
