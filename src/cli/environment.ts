import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { messageOf, UserError } from "../lib/errors.js";

/**
 * The environment, with the variables of a file beneath it: what the shell sets wins, as with dotenv. Nothing is written to
 * `process.env`, so keys stay where they are used.
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Readonly<Record<string, string | undefined>> {
  if (file === undefined) return env;
  try {
    return { ...parseEnv(readFileSync(file, "utf8")), ...env };
  } catch (error) {
    throw new UserError(`--env-file ${file} can't be read: ${messageOf(error)}.`);
  }
}
