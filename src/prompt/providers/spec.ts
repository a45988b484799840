/** @file From `openai:gpt-6-luna` to a provider and a model. */

import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { listPrices } from "../prices/price-table.js";
import { findPrice } from "../prices/prices.js";
import { parseDecisionSpec } from "./decide/decision-services.js";
import { checkedAddress } from "./service-address.js";
import { services } from "./services.js";

/** A spec in its parts. */
export interface ModelSpec {
  readonly provider: string;
  /** May hold colons. */
  readonly model: string;
  /** Only of `openai-compatible:URL#MODEL` and `decide:URL#MODEL`. */
  readonly address?: string;
}

/** The names before the colon: `local`, `recorded` and `vllm` among them, which no service stands behind, and `decide`, which has services of its own. */
export const providerNames: readonly string[] = [...Object.keys(services), "decide", "local", "recorded", "vllm"].sort();

/** `provider` and `model` of a spec. `UserError` where there is no such provider, or an address cannot be used; the address is not shown. */
export function parseSpec(spec: string): ModelSpec {
  const colon = spec.indexOf(":");
  const provider = colon < 0 ? spec : spec.slice(0, colon);
  const model = colon < 0 ? "" : spec.slice(colon + 1).trim();
  if (!providerNames.includes(provider)) throw unknownProvider(spec, provider, colon >= 0);
  if (provider === "openai-compatible") return { provider, ...addressed(model) };
  if (provider === "decide") {
    const { serviceName, model: name, address } = parseDecisionSpec(model);
    return address === null ? { provider, model: `${serviceName}/${name}` } : { provider, model: name, address };
  }
  if (model === "") {
    throw new UserError(
      `"${spec}" names no ${provider === "recorded" ? "file" : "model"}. Write ${provider}:${provider === "recorded" ? "FILE" : "MODEL"}.`,
    );
  }
  return { provider, model };
}

/** Whether a spec names a decision model. */
export function isDecisionModel(spec: string): boolean {
  return spec.startsWith("decide:");
}

/** The file of a recording, `recorded:FILE`; `undefined` of any other spec. */
export function recordedFile(spec: string): string | undefined {
  const prefix = "recorded:";
  return spec.startsWith(prefix) ? spec.slice(prefix.length) : undefined;
}

/** What a model in a message should be written as. */
const form = "openai-compatible:URL#MODEL";

function addressed(given: string): Pick<ModelSpec, "model"> & { readonly address: string } {
  const { example, address } = services["openai-compatible"];
  const hash = given.indexOf("#");
  const model = hash < 0 ? "" : given.slice(hash + 1).trim();
  if (model === "")
    throw new UserError(`A model at an address of one's own is written ${form}, such as openai-compatible:${example}.`);
  return { model, address: checkedAddress(given.slice(0, hash), `The URL of ${form}`, address.example) };
}

function unknownProvider(spec: string, provider: string, hasColon: boolean): UserError {
  const maker = makerOf(spec);
  if (!hasColon && findPrice(listPrices, maker, spec) !== null)
    return new UserError(`"${spec}" names a model without its provider. Did you mean "${maker}:${spec}"?`);
  return new UserError(
    `"${provider}" is not a provider.${didYouMean(provider, providerNames)} Providers: ${providerNames.join(", ")}; ` +
      `write PROVIDER:MODEL, such as openai:${services.openai.example}. Any server that speaks OpenAI's protocol is ${form}, or openai:MODEL ` +
      "with OPENAI_BASE_URL.",
  );
}

/** Who serves the models of a family, where only the model is named. */
const makers: readonly (readonly [prefix: string, provider: string])[] = [
  ["claude", "anthropic"],
  ["gemini", "google"],
];

function makerOf(model: string): string {
  return makers.find(([prefix]) => model.startsWith(prefix))?.[1] ?? "openai";
}
