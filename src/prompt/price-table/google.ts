/**
 * @file Google's models. Prices: ai.google.dev/gemini-api/docs/pricing, transcribed by others on 2026-10-07, batches at half. Dates:
 * ai.google.dev/gemini-api/docs/deprecations, of which that of Gemini 3.1 Flash-Lite is the earliest possible; those of Gemini 2.5 by others, who quote that page
 * on 2026-11-10. Checked on 2026-11-28. Older models are those of LiteLLM's file at 00035b69.
 */

import { type PriceList, type PriceRow, priceList } from "./price-rows.js";

const gemini = { thinks: true, samples: true, batch: true, limits: [1_048_576, 65_536] } as const;
const pro = {
  input: 2,
  output: 12,
  read: 0.2,
  above: { tokens: "200k", input: 4, output: 18, read: 0.4 },
} as const;
const flash2 = { samples: true, limits: [1_048_576, 8_192], ends: "2026-06-01" } as const;

const rows: Readonly<Record<string, PriceRow>> = {
  "gemini-3.8-flash": {
    ...gemini,
    input: 0.75,
    output: 3.75,
    read: 0.075,
    aliases: ["gemini-flash-latest"],
    later: { from: "2027-01-01", input: 1.5, output: 7.5, read: 0.15 },
  },
  "gemini-3.5-flash": { ...gemini, input: 1.5, output: 9, read: 0.15 },
  "gemini-3.5-flash-lite": { ...gemini, input: 0.3, output: 2.5, read: 0.03 },
  "gemini-3.1-flash-lite": {
    ...gemini,
    input: 0.25,
    output: 1.5,
    read: 0.025,
    aliases: ["gemini-3.1-flash-lite-preview"],
    ends: "2027-05-07",
  },
  "gemini-3.1-pro-preview": { ...gemini, ...pro },
  "gemini-3-pro-preview": { ...gemini, ...pro, ends: "2026-03-09", instead: "gemini-3.1-pro-preview" },
  "gemini-3-flash-preview": { ...gemini, input: 0.5, output: 3, read: 0.05 },
  "gemini-2.5-flash-lite": { ...gemini, input: 0.1, output: 0.4, read: 0.01 },
  "gemini-2.5-flash": { ...gemini, input: 0.3, output: 2.5, read: 0.03, ends: "2026-12-01", instead: "gemini-3.5-flash-lite" },
  "gemini-2.5-pro": {
    ...gemini,
    input: 1.25,
    output: 10,
    read: 0.125,
    above: { tokens: "200k", input: 2.5, output: 15, read: 0.25 },
    ends: "2026-12-01",
    instead: "gemini-3.8-flash",
  },
  "gemini-2.0-flash": { ...flash2, input: 0.1, output: 0.4, read: 0.025, aliases: ["gemini-2.0-flash-001"] },
  "gemini-2.0-flash-lite": { ...flash2, input: 0.075, output: 0.3, read: 0.01875, aliases: ["gemini-2.0-flash-lite-001"] },
};

/** Google's models, under the prefix of its Gemini API. */
export const googlePrices: PriceList = priceList(rows, { prefix: "gemini/", maker: "google" });
