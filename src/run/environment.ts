import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { whyUnreadable } from "../lib/unreadable-file.js";

/**
 * The environment, with the variables of a file beneath it: what the shell sets wins, as with dotenv. Nothing is written to
 * `process.env`, so keys stay where they are used.
 */
export async function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (file === undefined) return env;
  try {
    return { ...parseEnv(await readFile(file, "utf8")), ...env };
  } catch (error) {
    throw await whyUnreadable(file, error);
  }
}
