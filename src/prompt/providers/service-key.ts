/** @file The key that a service is asked with. */

import { UserError } from "../../lib/errors.js";
import { readSecret } from "../../lib/secret.js";
import { variableNames } from "./service-address.js";
import { type Service, services } from "./services.js";

/**
 * The key of a service, by its variable. `UserError` where one is needed and there is none, or it cannot stand in a header.
 *
 * @param spec for messages
 * @param isAtHome whether it is asked at its usual address
 */
export function serviceKey(
  spec: string,
  { key, address, title }: Pick<Service, "key" | "address" | "title">,
  isAtHome: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (key.variable === null) return undefined;
  const found = readSecret(env[key.variable], key.variable, `Copy it again from ${title}.`);
  if (found !== undefined || key.isNeeded === "never" || (key.isNeeded === "elsewhere" && !isAtHome)) return found;
  const own =
    key.isNeeded === "elsewhere"
      ? ` A server of your own that asks for none is named by ${variableNames(address.variables)}.`
      : "";
  throw new UserError(
    `The API key for ${spec} is missing. Set ${key.variable}, or choose a model without a key: --llm local:smollm2, --llm ollama:${services.ollama.example}.${own}`,
  );
}
