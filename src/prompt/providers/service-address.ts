/** @file Where a service is, by the environment or the spec. Each address is checked, and none that is wrong is shown: it may hold a password. */

import { isIPv6 } from "node:net";
import { baseUrlFault, baseUrlOf } from "../../lib/base-url.js";
import { UserError } from "../../lib/errors.js";
import type { AddressVariable, Service } from "./services.js";

type Env = Readonly<Record<string, string | undefined>>;

/** An address, and where it stands. */
export interface FoundAddress {
  /** Without a slash at its end. */
  readonly url: string;
  /** The variable that named it; `null` where it is the service's usual one, or stands in the spec. */
  readonly variable: string | null;
}

/** The address of a service by its variables. `UserError` where it has none, or one that cannot be asked. */
export function addressOf(name: string, { address }: Pick<Service, "address">, env: Env): FoundAddress {
  const variable = address.variables.find((each) => env[each.name]?.trim());
  if (variable !== undefined) return { url: read(variable, env[variable.name]!, address.example), variable: variable.name };
  if (address.usual !== null) return { url: address.usual, variable: null };
  throw new UserError(
    `Where ${name} is, is not known: its addresses are its users' own. Set ${variableNames(address.variables)}, such as ${address.example}.`,
  );
}

/** Checks an address. `UserError` where it cannot be asked; `place` says where it stands. */
export function checkedAddress(value: string, place: string, example: string): string {
  const url = baseUrlOf(value);
  const fault = baseUrlFault(url);
  if (fault === null) return url;
  throw new UserError(
    `${place} cannot be used as an address: it ${fault}. Expected http:// or https://, a host, and a path where there is one, such as ${example}; ` +
      "keys have variables of their own. What it holds is not shown, since it may be secret.",
  );
}

/** Names of variables, for messages. */
export function variableNames(variables: readonly AddressVariable[]): string {
  return variables.map(({ name }) => name).join(" or ");
}

function read({ name, path = "", form }: AddressVariable, value: string, example: string): string {
  const url = checkedAddress(form === "host" ? urlOfHost(value.trim()) : value, name, example);
  return url.endsWith(path) ? url : url + path;
}

/** The port that Ollama listens on. */
const ollamaPort = "11434";

/** A host as Ollama's own tools read it: host, port and scheme each optional. */
function urlOfHost(given: string): string {
  const hasScheme = given.includes("://");
  const host = isIPv6(given) ? `[${given}]` : given.startsWith(":") ? `127.0.0.1${given}` : given;
  const url = hasScheme ? given : `http://${host}`;
  // What is wrong with it is told where all addresses are checked.
  if (baseUrlFault(url) !== null) return url;
  const parsed = new URL(url);
  // A server that listens on every interface is asked on this one.
  if (parsed.hostname === "0.0.0.0" || parsed.hostname === "[::]") parsed.hostname = "127.0.0.1";
  if (parsed.port === "" && !hasScheme && !/:80(?!\d)/.test(host)) parsed.port = ollamaPort;
  return parsed.href;
}

/** Whether an address is this machine's. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
