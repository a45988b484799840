/** @file Where a saved model comes from: `manifest.json`. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../lib/package-root.js";
import { cardFile } from "./model-card.js";
import type { SavedDetails } from "./saved-details.js";

/** The files of a model's folder and one more, which says by what and from what they were made, with the SHA-256 of each. */
export async function withManifest(
  files: ReadonlyMap<string, Uint8Array>,
  format: string,
  { approach, seed, data }: Pick<SavedDetails, "approach" | "seed" | "data">,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Map<string, Uint8Array>> {
  // The card is for people, who add to it: nothing is read from it.
  const hashed = [...files].filter(([path]) => path !== cardFile);
  const manifest = {
    format,
    versions: { crossover: await ownVersion(), node: process.versions.node },
    ...(approach !== undefined && { approach }),
    ...(seed !== undefined && { seed }),
    ...(data !== undefined && { data }),
    ...more,
    files: Object.fromEntries(hashed.map(([path, bytes]) => [path, createHash("sha256").update(bytes).digest("hex")])),
  };
  return new Map([...files, ["manifest.json", new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)]]);
}

/** The version of this package. */
async function ownVersion(): Promise<string> {
  const content: unknown = JSON.parse(await readFile(join(packageRoot(), "package.json"), "utf8"));
  return z.object({ version: z.string() }).parse(content).version;
}
