import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchModel } from "../../src/hub/hub.js";
import { isRepoId } from "../../src/hub/repo-id.js";
import { commitOf, etagOf, type HubServer, startHub } from "../servers/hub.js";
import { asking, contentsOf, notesOf, tinyModel } from "./served.js";

interface Golden {
  readonly commit: string;
  readonly revision: string;
  readonly tree: Readonly<Record<string, { readonly link?: string; readonly sha256?: string; readonly text?: string }>>;
  readonly ids: Readonly<Record<string, boolean>>;
}
const root = resolve(import.meta.dirname, "../../golden");
const golden = JSON.parse(readFileSync(join(root, "hub.json"), "utf8")) as Golden;

let hub: HubServer;
beforeEach(async () => {
  hub = await startHub({ "models/org/tiny": { revisions: { main: tinyModel, [golden.revision]: tinyModel } } });
});
afterEach(() => hub[Symbol.asyncDispose]());

/** A cache in the form of the golden file. */
async function treeOf(cache: string): Promise<Golden["tree"]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== "CACHEDIR.TAG");
  const described = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(cache.length + 1);
    if (entry.isSymbolicLink()) return [name, { link: await readlink(path) }] as const;
    const content = await readFile(path);
    if (!name.includes("/blobs/")) return [name, { text: content.toString() }] as const;
    return [name, { sha256: createHash("sha256").update(content).digest("hex") }] as const;
  });
  return Object.fromEntries(await Promise.all(described));
}

describe("the cache", () => {
  it("is, byte for byte, what huggingface_hub makes of the same repository", async () => {
    const { options, home } = asking(hub.url);
    await fetchModel("org/tiny", options);
    await fetchModel(`org/tiny@${golden.revision}`, options);
    expect(commitOf(tinyModel)).toBe(golden.commit);
    expect(await treeOf(join(home, "hub"))).toEqual(golden.tree);
  });

  it("of huggingface_hub is read offline", async () => {
    const { options, home, events } = asking("http://127.0.0.1:9", {}, { offline: true });
    const blobs = new Map(Object.keys(tinyModel).map((file) => [etagOf(file, tinyModel[file]!), file]));
    for (const [name, entry] of Object.entries(golden.tree)) {
      const path = join(home, "hub", name);
      await mkdir(dirname(path), { recursive: true });
      if (entry.link !== undefined) await symlink(entry.link, path);
      else if (entry.text !== undefined) await writeFile(path, entry.text);
      else await copyFile(join(root, "tiny-bert", blobs.get(name.split("/").at(-1)!)!), path);
    }
    for (const id of ["org/tiny", `org/tiny@${golden.revision}`, `org/tiny@${golden.commit}`])
      expect(await contentsOf(await fetchModel(id, options))).toEqual(tinyModel);
    expect(notesOf(events)).toEqual([]);
  });

  it("of an older version, without a listing, is read offline too, with what can't be known", async () => {
    const { options, home, events } = asking("http://127.0.0.1:9", {}, { offline: true });
    const repo = join(home, "hub", "models--org--tiny");
    for (const [file, content] of Object.entries(tinyModel)) {
      await mkdir(join(repo, "snapshots", golden.commit), { recursive: true });
      await writeFile(join(repo, "snapshots", golden.commit, file), content);
    }
    await mkdir(join(repo, "refs"));
    await writeFile(join(repo, "refs", "main"), golden.commit);
    expect(await contentsOf(await fetchModel("org/tiny", options))).toEqual(tinyModel);
    expect(notesOf(events)).toEqual([
      expect.stringMatching(/^The cache has org\/tiny .*without saying whether it has modules\.json/),
    ]);
    await mkdir(join(repo, ".no_exist", golden.commit), { recursive: true });
    await writeFile(join(repo, ".no_exist", golden.commit, "modules.json"), "");
    await fetchModel("org/tiny", options);
    expect(notesOf(events)).toHaveLength(1);
  });
});

describe("a name", () => {
  // "@" parts the revision off here.
  it.each(Object.entries(golden.ids).filter(([id]) => !id.includes("@")))(
    "%j is valid: %s, as huggingface_hub has it",
    (id, isValid) => {
      expect(isRepoId(id)).toBe(isValid);
    },
  );
});
