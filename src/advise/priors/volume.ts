/** @file What a number of requests a month says of the price, by arithmetic on example prices: nothing here was measured on the user's texts. */
import { usdPerCoreHour } from "../../compare/assumptions.js";

/** A month of a machine kept for one model, and the prices of an LLM that it is compared with. */
export interface VolumeExample {
  readonly usdPerMachineMonth: number;
  /** Of a thousand requests: a cheap LLM and a dear one. */
  readonly usdPer1k: { readonly low: number; readonly high: number };
  /** Requests a month at which the dear and the cheap LLM cost as much as the machine. */
  readonly requests: { readonly low: number; readonly high: number };
}

/** Two cores, and an average month of 730 hours. */
const usdPerMachineMonth = 2 * usdPerCoreHour * 730;
/** A small and a large model asked about SMS messages, at list prices of 2026. Longer texts cost more. */
const usdPer1k = { low: 0.05, high: 0.61 };

/** The example: below `requests.low` even the dear LLM costs less than a machine kept for a tuned model, above `requests.high` even the cheap one costs more. */
export const volumeExample: VolumeExample = {
  usdPerMachineMonth,
  usdPer1k,
  requests: {
    low: Math.round((1000 * usdPerMachineMonth) / usdPer1k.high),
    high: Math.round((1000 * usdPerMachineMonth) / usdPer1k.low),
  },
};
