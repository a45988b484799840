/** @file The bundled prices: of single requests, and of batches if a service has them. Each list names its source. */

import { anthropicPrices } from "../price-table/anthropic.js";
import { decisionPrices } from "../price-table/decisions.js";
import { googlePrices } from "../price-table/google.js";
import { openaiPrices } from "../price-table/openai.js";
import { otherPrices } from "../price-table/others.js";
import type { PriceTable } from "./prices.js";

const lists = [openaiPrices, anthropicPrices, googlePrices, ...otherPrices, ...decisionPrices];

/** The bundled prices. */
export const listPrices: PriceTable = {
  asOf: "2026-11-28",
  source: "the services' price lists, or others who quote them: src/prompt/price-table/ says which, and when",
  models: Object.assign({}, ...lists.map(({ models }) => models)),
  aliases: Object.assign({}, ...lists.map(({ aliases }) => aliases)),
};
