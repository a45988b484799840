import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lockRun } from "../../src/store/run-lock.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";

const [processes, folders] = [4, 20];

let script: ChildScript;
let root: string;
beforeAll(async () => {
  script = await bundleChild("test/store/locking-child.ts");
});
afterAll(() => script[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "crossover-lock-"));
});

interface Hold {
  readonly folder: number;
  readonly from: number;
  readonly to: number;
}

/** Who held which folder when, of processes that try at the same moment, and how many were refused. */
async function race(): Promise<{ readonly holds: Hold[]; readonly refused: number }> {
  const startAt = String(Date.now() + 1500);
  const children = Array.from({ length: processes }, () => script.start("race", root, String(folders), startAt));
  const said = (await Promise.all(children.map((child) => text(child.stdout!)))).join("").trim().split("\n");
  const holds = said.flatMap((line) => {
    const [word, folder, from, to] = line.split(" ");
    return word === "held" ? [{ folder: Number(folder), from: Number(from), to: Number(to) }] : [];
  });
  expect(said).toHaveLength(processes * folders);
  return { holds, refused: said.length - holds.length };
}

/** Every folder had a holder, and never two at once: on a busy machine one process may come when another has let go already. */
function expectOneAtATime({ holds, refused }: Awaited<ReturnType<typeof race>>): void {
  for (let folder = 0; folder < folders; folder++) {
    const own = holds.filter((hold) => hold.folder === folder).sort((a, b) => a.from - b.from);
    expect(own.length).toBeGreaterThan(0);
    for (const [i, { from }] of own.entries()) if (i > 0) expect(from).toBeGreaterThanOrEqual(own[i - 1]!.to);
  }
  // They did meet.
  expect(refused).toBeGreaterThan(folders);
}

describe("processes at one run's folder", () => {
  it("exactly one of four gets a fresh one, and nothing is left of it", async () => {
    expectOneAtATime(await race());
    expect(await readdir(root)).toEqual([]);
  }, 30_000);

  it("exactly one of four gets the one that a killed process held", async () => {
    const holder = script.start("hold", root, String(folders));
    await new Promise((said) => holder.stdout!.once("data", said));
    await expect(lockRun(join(root, "0"))).rejects.toThrow(join(root, "0", "run.lock"));
    holder.kill("SIGKILL");
    await ended(holder);
    expect(existsSync(join(root, "0", "run.lock"))).toBe(true);
    expectOneAtATime(await race());
  }, 30_000);
});

describe("one process at one run's folder", () => {
  it("gets it once, whatever the folder is called, and again when it let go", async () => {
    const folder = join(root, "run");
    const lock = await lockRun(folder);
    await writeFile(join(folder, "run.json"), "{}");
    await symlink(folder, join(root, "other"));
    await expect(lockRun(folder)).rejects.toThrow("in use by this process");
    await expect(lockRun(join(root, "other"))).rejects.toThrow("in use by this process");
    await lock[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual(["run.json"]);
    await (await lockRun(join(root, "other")))[Symbol.asyncDispose]();
  });

  it("is told what stands in the way of a lock", async () => {
    await writeFile(join(root, "run.lock"), "4711");
    await expect(lockRun(root)).rejects.toThrow("is not a lock of crossover");
    await writeFile(join(root, "file"), "");
    await expect(lockRun(join(root, "file"))).rejects.toThrow("EEXIST");
    await mkdir(join(root, "folder", "run.lock"), { recursive: true });
    await expect(lockRun(join(root, "folder"))).rejects.toThrow("EISDIR");
  });
});
