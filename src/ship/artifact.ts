/** @file A folder of an approach, read as far as is known without loading it: its kind, and whether it is as it was written. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrorCode, UserError } from "../lib/errors.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { whyUnreadable } from "../lib/unreadable-file.js";
import type { Artifact } from "./kinds/kind.js";
import { kinds } from "./kinds/kinds.js";
import { kindsOfFiles, signFiles } from "./manifest/kind-of-files.js";
import { type KindFields, manifestFile } from "./manifest/manifest.js";
import { checkFiles, readManifest, remedy } from "./manifest/read-manifest.js";

/** What was expected of a place that is none. */
export const expectedPlace =
  "Expected the folder of a run, or the one that it wrote for an approach: runs/NAME/artifacts/APPROACH.";

/** The names of a folder's files. UserError where it is none. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) throw new UserError(`There is no folder ${folder}. ${expectedPlace}`);
    if (isErrorCode(error, "ENOTDIR")) throw new UserError(`${folder} is a file. ${expectedPlace}`);
    throw await whyUnreadable(folder, error);
  }
}

/**
 * Reads which kind of folder it is, and checks its files against its manifest, where it has one. Nothing is asked, and no key is needed.
 *
 * @throws UserError where it is damaged, foreign, or of a newer version
 */
export async function readArtifact(
  folder: string,
  { checksHashes = true }: { readonly checksHashes?: boolean | undefined } = {},
): Promise<Artifact> {
  const names = await filesOf(folder);
  const manifest = await readManifest(folder);
  if (manifest === null) return { folder, fields: only(folder, names, await kindsIn(folder, names)), manifest };
  const { isUnread = () => false } = kinds[manifest.kind];
  await checkFiles(folder, manifest, (path) => checksHashes && !isUnread(path));
  const found = await kindsIn(folder, names);
  if (!found.some(({ kind }) => kind === manifest.kind)) {
    const place = join(folder, manifestFile);
    throw new UserError(
      `${place} says that the folder is ${kinds[manifest.kind].noun} (${manifest.kind}), and its files say otherwise: ${shown(names)}. ${remedy(place)}`,
    );
  }
  return { folder, fields: manifest, manifest };
}

function kindsIn(folder: string, names: readonly string[]): Promise<KindFields[]> {
  return kindsOfFiles({
    names,
    json: async (name) => {
      const place = join(folder, name);
      checkRegularFile(place);
      try {
        return JSON.parse(await readFile(place, "utf8"));
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw await whyUnreadable(place, error);
      }
    },
  });
}

/** The one kind of a folder without a manifest. */
function only(folder: string, names: readonly string[], found: readonly KindFields[]): KindFields {
  const [kind] = found;
  if (kind !== undefined && found.length === 1) return kind;
  if (found.length > 1) {
    const signs = signFiles.filter((name) => names.includes(name)).join(" and ");
    throw new UserError(`${folder} holds ${signs}, of which each is the sign of another kind. Take one of them out.`);
  }
  throw new UserError(
    `${folder} holds no approach that could be used: ${shown(names)}; an approach's has one of ${signFiles.join(", ")}. ${expectedPlace}`,
  );
}

function shown(names: readonly string[]): string {
  const sorted = [...names].sort();
  return sorted.length === 0 ? "it is empty" : `it holds ${sorted.slice(0, 5).join(", ")}${sorted.length > 5 ? ", …" : ""}`;
}
