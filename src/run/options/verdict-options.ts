/** @file What the verdict assumes, and what it must fulfill. */
import { defaultAssumptions } from "../../compare/assumptions.js";
import { number, option, severalTexts } from "./option.js";

/** Options about the verdict. */
export const verdictOptions = {
  margin: option(number(0, 0.5), {
    argument: "share",
    help: "difference in score that does not matter in practice, e.g. 0.01 for one point",
    default: defaultAssumptions.margin,
  }),
  usdPerLabel: option(number(0), {
    argument: "usd",
    help: "cost of one more label",
    default: defaultAssumptions.usdPerLabel,
  }),
  usdPerMachineHour: option(number(0), {
    argument: "usd",
    help: "hourly price of a machine like this one",
    default: defaultAssumptions.usdPerMachineHour,
    isMachineDefault: true,
  }),
  utilization: option(number(0.001, 1), {
    argument: "share",
    help: "share of the time that the machine is busy",
    default: defaultAssumptions.utilization,
  }),
  require: option(severalTexts(), {
    argument: "gate",
    help: "exit with code 100 unless this holds, e.g. macro_f1>=0.9 or tune:probe.accuracy>=0.85 (repeatable)",
    default: [],
  }),
};
