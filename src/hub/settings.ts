/** @file What the environment says about the Hub: the variables, and their defaults, that Python's huggingface_hub reads. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { baseUrlFault, baseUrlOf } from "../lib/base-url.js";
import { UserError } from "../lib/errors.js";
import { readSecret } from "../lib/secret.js";
import type { ProgressEvent } from "../types/events.js";

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where the Hub is, where its files are kept, and how to ask. */
export interface HubSettings {
  /** Without a slash at the end: `https://huggingface.co`. */
  readonly endpoint: string;
  /** The folder with `models--org--name` in it. */
  readonly cacheFolder: string;
  /** Goes into one header of requests to `endpoint`, and nowhere else. */
  readonly token: string | undefined;
  readonly isOffline: boolean;
  /** A connection that is silent for longer is taken for broken. */
  readonly silenceSeconds: number;
  readonly useSymlinks: boolean;
}

/** A hub and what all requests to it share. */
export interface Hub {
  readonly settings: HubSettings;
  readonly signal: AbortSignal;
  log(event: ProgressEvent): void;
  /** The pause before the first new attempt; it doubles from there, with jitter. */
  readonly backoffSeconds: number;
}

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN` (or the token that `hf auth login` left), `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`,
 * `HF_HUB_OFFLINE`, `HF_HUB_DOWNLOAD_TIMEOUT` and `HF_HUB_DISABLE_SYMLINKS`, in the order of precedence of huggingface_hub 2.4.
 */
export function hubSettings(env: Env): HubSettings {
  const home =
    folderOf(env["HF_HOME"], env) ?? join(folderOf(env["XDG_CACHE_HOME"], env) ?? join(homeOf(env), ".cache"), "huggingface");
  const seconds = Number(env["HF_HUB_DOWNLOAD_TIMEOUT"]);
  return {
    endpoint: readEndpoint(env["HF_ENDPOINT"]),
    cacheFolder: folderOf(env["HF_HUB_CACHE"], env) ?? folderOf(env["HUGGINGFACE_HUB_CACHE"], env) ?? join(home, "hub"),
    token: readToken(env, folderOf(env["HF_TOKEN_PATH"], env) ?? join(home, "token")),
    isOffline: isTrue(env["HF_HUB_OFFLINE"] || env["TRANSFORMERS_OFFLINE"]),
    silenceSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 10,
    useSymlinks: !isTrue(env["HF_HUB_DISABLE_SYMLINKS"]),
  };
}

const homeOf = (env: Env): string => env["HOME"] || homedir();

/** A folder as the variable names it, `~` and `$NAME` replaced; `undefined` where it is not set. */
function folderOf(value: string | undefined, env: Env): string | undefined {
  if (!value) return undefined;
  const named = value.replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced: string | undefined, bare: string | undefined) => {
    return env[braced ?? bare ?? ""] ?? all;
  });
  return resolve(named.replace(/^~(?=$|[\\/])/, homeOf(env)));
}

function readEndpoint(value: string | undefined): string {
  if (!value) return "https://huggingface.co";
  // The value itself is not shown: an address with a password in it is one of the things that can be wrong.
  const fault = baseUrlFault(value);
  if (fault !== null)
    throw new UserError(
      `HF_ENDPOINT is not the address of a hub: it ${fault}. Expected http:// or https://, a host and nothing secret, e.g. https://huggingface.co.`,
    );
  return baseUrlOf(new URL(value).href);
}

const copyAgain = "Copy it again from https://huggingface.co/settings/tokens.";

function readToken(env: Env, path: string): string | undefined {
  const named = readSecret(env["HF_TOKEN"] || env["HUGGING_FACE_HUB_TOKEN"], "HF_TOKEN", copyAgain);
  if (named !== undefined) return named;
  if (isTrue(env["HF_HUB_DISABLE_IMPLICIT_TOKEN"])) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  return readSecret(text, path, copyAgain);
}
