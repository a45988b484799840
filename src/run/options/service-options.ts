/** @file How services are asked, and what they may cost. */
import { defaultPatienceSeconds } from "../../prompt/client/client.js";
import { number, option, text, toggle, wholeNumber } from "./option.js";

/** Options about services. */
export const serviceOptions = {
  batch: option(toggle(), {
    help: "ask LLMs of OpenAI and Anthropic in batches, at half the price: answers come within 24 hours, usually within one; a run stopped meanwhile can be resumed",
  }),
  maxConcurrency: option(wholeNumber(1, 10_000), {
    short: "-j",
    argument: "n",
    help: "the most requests open at once",
    default: 8,
    example: "2",
  }),
  timeoutSeconds: option(number(0.001, 86_400), {
    argument: "s",
    help: "timeout of one request, after which it is retried",
    default: 120,
    example: "300",
  }),
  patienceSeconds: option(number(0, 86_400), {
    argument: "s",
    help: `how long to wait for a service that has stopped answering (an outage, or a limit) before the run stops, with everything kept (default: ${defaultPatienceSeconds})`,
    example: "3600",
  }),
  budgetUsd: option(number(0), {
    argument: "usd",
    help: "stop before a request that could exceed this sum (default: no limit; above $1 you are asked first)",
    example: "2",
  }),
  prices: option(text(), {
    argument: "file",
    help: "JSON file of prices per token that override the bundled ones, with the fields of LiteLLM's model_prices_and_context_window.json",
    path: "file",
    example: "prices.json",
  }),
  cache: option(toggle(), {
    help: "ignore stored answers and embeddings: ask and embed again",
    keyHelp: "whether answers and embeddings of earlier runs are reused",
    default: true,
  }),
  offline: option(toggle(), { help: "refuse everything that needs the network", default: false }),
};
