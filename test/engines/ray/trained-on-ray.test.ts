/**
 * @file A model trained by `train.py` on a Ray of the tests' own, its machine killed once, against the same training here. Runs where CROSSOVER_RAY names a Ray
 * whose Python has torch, transformers, peft and accelerate.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/engines/engine.js";
import { engineTuned } from "../../../src/engines/engine-tuned.js";
import { rayEngine } from "../../../src/engines/ray/ray.js";
import { tuneFull } from "../../../src/tune/full.js";
import { contractData, recordingContext } from "../../contract/approach.js";
import { endHead, freePort, hasTrainingPackages, rayToken, startHead } from "../../servers/real-ray.js";

/** Processes of this system that work below a folder, whatever began them. */
async function processesBelow(folder: string, script: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [cwd, command] = await Promise.all([
      readlink(`/proc/${name}/cwd`).catch(() => ""),
      readFile(`/proc/${name}/cmdline`, "utf8").catch(() => ""),
    ]);
    if (cwd.startsWith(folder) && command.split("\0").some((word) => word.endsWith(script))) found.push(Number(name));
  }
  return found;
}

describe.skipIf(!hasTrainingPackages())("training on Ray", () => {
  let root: string;
  let head: ChildProcess;
  let engine: Engine;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "r-"));
    const port = await freePort();
    head = await startHead(join(root, "ray"), port);
    engine = rayEngine({
      address: `127.0.0.1:${port}`,
      storage: join(root, "storage"),
      env: { RAY_AUTH_TOKEN: rayToken, HOME: root },
      pace: { firstSeconds: 0.2, longestSeconds: 0.5, wholeSeconds: 60 },
    });
  }, 120_000);
  afterAll(async () => {
    await endHead(head, "SIGTERM");
    await rm(root, { recursive: true, force: true });
  });

  test("a killed machine's job goes on from its last checkpoint, and labels as the training here", {
    timeout: 300_000,
  }, async () => {
    const shared = { model: "golden/tiny-bert", minSteps: 400, learningRate: 2e-3 } as const;
    const { train } = contractData();
    const queries = train.examples.map(({ id, text }) => ({ id: `q${id}`, text: `${text}!` }));
    const tuned = engineTuned({ ...shared, method: "full", engine, queries, checkpointSeconds: 0.5 });
    const checkpointFolder = join(root, "fit");

    const first = recordingContext();
    const fit = tuned.fit(train, { ...first, checkpointFolder });
    fit.catch(() => undefined);
    const isKept = async (): Promise<boolean> => {
      const [id] = await readdir(join(root, "storage")).catch(() => []);
      return id !== undefined && (await readdir(join(root, "storage", id, "checkpoints")).catch(() => [])).length > 0;
    };
    for (let tries = 0; tries < 600 && !(await isKept()); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    // The script above it first, which would otherwise keep one more checkpoint.
    const killed = [...(await processesBelow(root, "staged.py")), ...(await processesBelow(root, "train.py"))];
    for (const pid of killed) process.kill(pid, "SIGKILL");
    expect(killed.length).toBeGreaterThanOrEqual(2);
    await expect(fit).rejects.toThrow(/137|failed/);

    const second = recordingContext();
    await using there = await tuned.fit(train, { ...second, checkpointFolder });
    expect(second.events.some((event) => event.kind === "note" && event.text.includes("checkpoint after step"))).toBe(true);
    await using here = await tuneFull(shared).fit(train, recordingContext());
    const [theirs, ours] = [await there.predict(queries, second), await here.predict(queries, second)];
    const equal = theirs.filter(({ answer }, row) => answer!.join() === ours[row]!.answer!.join()).length;
    expect(equal / queries.length).toBeGreaterThanOrEqual(0.97);
    // Nothing is left there of a job that was fetched.
    expect(await readdir(join(root, "storage"))).toEqual([]);
  });
});
