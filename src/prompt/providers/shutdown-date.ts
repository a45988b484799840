/**
 * @file When a service shuts a model down, asked of the service itself: `shutdown_date` of `GET /models/{model}`
 * (developers.openai.com/api/reference/resources/models/methods/retrieve; Azure's v1 API has the same). The table of prices knows what was announced
 * when it was made.
 */

import { textAt } from "../../lib/json-value.js";
import { send } from "../http/http.js";
import { listPrices } from "../prices/price-table.js";
import { findPrice, type PriceTable, retirementNote } from "../prices/prices.js";
import { openaiHeaders } from "./openai-chat.js";
import { describeModel } from "./resolve.js";
import { serviceKey } from "./service-key.js";
import { serviceOf } from "./services.js";

/** How services are asked. */
export interface ShutdownOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** What is known already is not said again: the prices that come with this version unless given. */
  readonly prices?: PriceTable;
  /** Today as an ISO date. @default by the clock */
  readonly today?: string;
  /** Longest that anybody waits. @default 5 */
  readonly mostSeconds?: number;
}

/**
 * Which of these models will be shut down within 60 days, by their services, in sentences for people. Each model is asked about once; nothing is billed,
 * and no text is sent. A service that does not answer says nothing.
 */
export async function shutdownNotes(specs: readonly string[], options: ShutdownOptions): Promise<string[]> {
  const notes = await Promise.all([...new Set(specs)].map((spec) => noteOf(spec, options).catch(() => null)));
  return notes.filter((note) => note !== null);
}

async function noteOf(spec: string, options: ShutdownOptions): Promise<string | null> {
  const { env, prices = listPrices, today = new Date().toISOString().slice(0, 10) } = options;
  const service = serviceOf(spec.slice(0, Math.max(0, spec.indexOf(":"))));
  if (service?.tellsShutdown !== true) return null;
  const { provider, model, baseUrl } = describeModel(spec, { env, prices, today });
  const isAtHome = baseUrl === service.address.usual;
  const listed = findPrice(prices, provider, model);
  // A server of one's own has models of which nobody has announced anything.
  if (!isAtHome && service.address.usual !== null && listed?.maker !== "openai") return null;
  const url = new URL(`${baseUrl}/models/${encodeURIComponent(model)}`);
  const headers = openaiHeaders(serviceKey(spec, service, isAtHome, env), service.key.header);
  const { "content-type": _, ...bare } = headers;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(1000 * (options.mostSeconds ?? 5))]);
  const { status, body } = await send({ method: "GET", url, headers: bare, signal });
  if (status !== 200) return null;
  const told: unknown = JSON.parse(body);
  const date = textAt(told, "shutdown_date");
  if (date === null || !/^\d{4}-\d{2}-\d{2}$/.test(date) || date === listed?.deprecation_date) return null;
  return retirementNote(
    model,
    date,
    today,
    listed?.replacement,
    `${service.title} itself (shutdown_date of GET ${url.pathname})`,
  );
}
