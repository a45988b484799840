/**
 * @file Anthropic's models. Prices: the overview of each model at platform.claude.com/docs/en/models (Sonnet 5 and 5.5, Opus 5.5, Fable 5 and 5.1, Haiku 5.5;
 * of Fable 5.2 input and output), batches at half of every price; by others, who quote platform.claude.com/docs/en/about-claude/pricing: reading from the
 * cache since 2026-10-07 (Sonnet 5.5) and of Fable 5.2, and all else, on 2026-10-24 and 2026-11-10. Dates:
 * platform.claude.com/docs/en/about-claude/model-deprecations as reported there and elsewhere; checked on 2026-11-28. A retirement that is said to come
 * "not sooner than" a date is no date. Older models are those of LiteLLM's file at 00035b69.
 */

import { type PriceList, type PriceRow, priceList } from "./price-rows.js";

/** Models that think of themselves, as much as it takes, and refuse a temperature. */
const adaptive = { thinks: true, samples: false, batch: true, limits: [1_000_000, 128_000] } as const;
const opus = { input: 5, output: 25, read: 0.5, write: 6.25, batch: true } as const;
const sonnet = { input: 3, output: 15, read: 0.3, write: 3.75, batch: true, samples: true } as const;
const oldOpus = { input: 15, output: 75, read: 1.5, write: 18.75, batch: true, samples: true } as const;
const longSonnet = { tokens: "200k", input: 6, output: 22.5, read: 0.6, write: 7.5 } as const;

const rows: Readonly<Record<string, PriceRow>> = {
  "claude-fable-5-2": { ...adaptive, input: 8, output: 40, read: 0.2, write: 10 },
  "claude-fable-5-1": { ...adaptive, input: 10, output: 50, read: 0.25, write: 12.5 },
  "claude-fable-5": { ...adaptive, input: 10, output: 50, read: 1, write: 12.5 },
  "claude-opus-5-5": { ...adaptive, input: 4, output: 20, read: 0.2, write: 5 },
  "claude-opus-5": { ...adaptive, ...opus },
  "claude-sonnet-5-5": { ...adaptive, input: 2, output: 10, read: 0.1, write: 2.5 },
  "claude-sonnet-5": { ...adaptive, input: 2, output: 10, read: 0.2, write: 2.5 },
  "claude-haiku-5-5": {
    ...adaptive,
    input: 0.1,
    output: 0.5,
    read: 0.01,
    write: 0.125,
    above: { tokens: "100k", input: 0.5, output: 2.5, read: 0.05, write: 0.625 },
  },
  "claude-opus-4-8": { ...opus, samples: false, limits: [1_000_000, 128_000] },
  "claude-opus-4-7": { ...opus, samples: false, limits: [1_000_000, 128_000] },
  "claude-opus-4-6": { ...opus, samples: true, limits: [1_000_000, 128_000] },
  "claude-opus-4-5": { ...opus, samples: true, limits: [200_000, 64_000], aliases: ["claude-opus-4-5-20251101"] },
  "claude-sonnet-4-6": { ...sonnet, limits: [1_000_000, 64_000] },
  "claude-sonnet-4-5": {
    ...sonnet,
    above: longSonnet,
    limits: [200_000, 64_000],
    aliases: ["claude-sonnet-4-5-20250929"],
  },
  "claude-haiku-4-5": {
    input: 1,
    output: 5,
    read: 0.1,
    write: 1.25,
    batch: true,
    samples: true,
    limits: [200_000, 64_000],
    aliases: ["claude-haiku-4-5-20251001"],
  },
  "claude-opus-4-1": {
    ...oldOpus,
    limits: [200_000, 32_000],
    aliases: ["claude-opus-4-1-20250805"],
    ends: "2026-08-05",
  },
  "claude-opus-4-20250514": {
    ...oldOpus,
    limits: [200_000, 32_000],
    aliases: ["claude-opus-4-0"],
    ends: "2026-06-15",
    instead: "claude-opus-4-8",
  },
  "claude-sonnet-4-20250514": {
    ...sonnet,
    above: longSonnet,
    limits: [1_000_000, 64_000],
    aliases: ["claude-sonnet-4-0"],
    ends: "2026-06-15",
    instead: "claude-sonnet-4-6",
  },
  "claude-3-7-sonnet-20250219": { ...sonnet, limits: [200_000, 64_000], ends: "2026-02-19" },
  "claude-3-opus-20240229": { ...oldOpus, limits: [200_000, 4_096], ends: "2026-05-01" },
  "claude-3-haiku-20240307": {
    input: 0.25,
    output: 1.25,
    read: 0.03,
    write: 0.3,
    batch: true,
    samples: true,
    limits: [200_000, 4_096],
  },
};

/** Anthropic's models by their own names. */
export const anthropicPrices: PriceList = priceList(rows, { maker: "anthropic" });
