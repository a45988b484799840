/** @file How services are asked, and what they may cost. */
import { defaultPatienceSeconds } from "../../prompt/client/client.js";
import { number, option, text, toggle, wholeNumber } from "./option.js";

/** Options about services. */
export const serviceOptions = {
  batch: option(toggle(), {
    help: "ask LLMs of OpenAI and Anthropic in batches, at half the price: answers come within 24 hours, most often within one; what is stopped meanwhile is resumed",
  }),
  maxConcurrency: option(wholeNumber(1, 10_000), {
    short: "-j",
    argument: "n",
    help: "most requests under way at once",
    default: 8,
  }),
  timeoutSeconds: option(number(0.001, 86_400), {
    argument: "s",
    help: "time one request may take before it is tried again",
    default: 120,
  }),
  patienceSeconds: option(number(0, 86_400), {
    argument: "s",
    help: `how long to wait for a service that answers nothing any more (it is down, or a limit is reached) before stopping with everything kept (default: ${defaultPatienceSeconds})`,
  }),
  budgetUsd: option(number(0), {
    argument: "usd",
    help: "stop before a request that could pass this sum (default: no limit; above $1 you are asked first)",
  }),
  prices: option(text(), {
    argument: "file",
    help: "JSON with prices per token, fields as in LiteLLM's model_prices_and_context_window.json, laid over the table that comes along",
    path: "file",
  }),
  cache: option(toggle(), {
    help: "ask again what was answered before, and embed again what was embedded",
    keyHelp: "whether answers and embeddings of earlier runs are used again",
    default: true,
  }),
  offline: option(toggle(), { help: "refuse everything that needs a network", default: false }),
};
