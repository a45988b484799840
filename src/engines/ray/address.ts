/** @file Where a Ray cluster is, and the token that it asks for, as Ray's own clients find them. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { baseUrlFault, baseUrlOf } from "../../lib/base-url.js";
import { UserError } from "../../lib/errors.js";
import { readSecret } from "../../lib/secret.js";

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

const examples = "Expected the address of its dashboard: ray:127.0.0.1:8265, ray:https://ray.example.com.";

/**
 * The URL of a cluster's dashboard, which takes jobs: of `host:port` with `http://` before it. What is wrong with an address is told without it, since
 * it may hold a password.
 */
export function rayUrl(address: string): string {
  if (address.trim() === "") throw new UserError(`"ray:" names no cluster. ${examples}`);
  if (/^ray:\/\//i.test(address))
    throw new UserError(
      `ray:// is the address of Ray's client, which takes no jobs. ${examples} Its port is 8265 unless it was changed.`,
    );
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const fault = baseUrlFault(url);
  if (fault !== null) throw new UserError(`The address of the Ray cluster ${fault}. ${examples}`);
  return baseUrlOf(new URL(url).href);
}

/** What a user does about a token. */
export const tokenRemedy =
  "Set RAY_AUTH_TOKEN to the cluster's token: `ray get-auth-token` shows it on a machine of the cluster, or whoever runs the cluster has it.";

/**
 * The token for clusters: of `RAY_AUTH_TOKEN`, the file that `RAY_AUTH_TOKEN_PATH` names, or `~/.ray/auth_token`, which Ray makes; in this order, which
 * is Ray's.
 */
export function rayToken(env: Env): string | undefined {
  const named = readSecret(env["RAY_AUTH_TOKEN"], "RAY_AUTH_TOKEN", tokenRemedy);
  if (named !== undefined) return named;
  const path = env["RAY_AUTH_TOKEN_PATH"] || join(env["HOME"] || homedir(), ".ray", "auth_token");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    if (!env["RAY_AUTH_TOKEN_PATH"]) return undefined;
    throw new UserError("The file that RAY_AUTH_TOKEN_PATH names can't be read. Correct its path, or set RAY_AUTH_TOKEN.");
  }
  return readSecret(text, path, tokenRemedy);
}
