/** @file What `python/staged.py` does on the cluster's side, run by Python itself, and what this side reads of it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bringResults, hasResults } from "../../../src/engines/storage/results.js";
import { storageAt } from "../../../src/engines/storage/storage-at.js";
import { packageRoot } from "../../../src/lib/package-root.js";

const python = process.env["CROSSOVER_PYTHON"] ?? "python3";
const hasPython = process.env["CROSSOVER_PYTHON"] !== undefined || spawnSync(python, ["--version"]).status === 0;
const hasFsspec = hasPython && spawnSync(python, ["-c", "import fsspec"]).status === 0;
const signal = new AbortController().signal;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "staged-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Counts to ten, a checkpoint for each number; ends where its folder says so. */
const counting = `
import json, os, signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
checkpoints = folder / "out" / "checkpoints"
known = sorted(checkpoints.glob("step-*"))
step = int(known[-1].read_text()) if known else 0
print(json.dumps({"event": "start", "step": step, "cwd": os.getcwd() == os.path.realpath(folder)}), flush=True)
plan = json.loads((folder / "job.json").read_text())
while step < 10:
    step += 1
    part = checkpoints / "now.tmp"
    part.write_text(str(step))
    os.replace(part, checkpoints / f"step-{step:02}")
    for old in checkpoints.glob("step-*"):
        if old.name != f"step-{step:02}":
            old.unlink()
    if step == plan.get("fail_at"): sys.exit(3)
    if step == plan.get("die_at"): os.kill(os.getpid(), signal.SIGKILL)
    if step == plan.get("wait_at"):
        print('{"event":"waiting"}', flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        time.sleep(60)
(folder / "out" / "model").mkdir()
(folder / "out" / "model" / "weights.bin").write_bytes(bytes(1000))
(folder / "out" / "predictions.jsonl").write_text('{"id":"1"}\\n')
(folder / "out" / "manifest.json").write_text("{}")
`;

async function stage(inputs: "package" | "storage", storage: string, plan: Readonly<Record<string, unknown>>): Promise<string> {
  const working = join(root, "working");
  await rm(working, { recursive: true, force: true });
  const folder = inputs === "package" ? join(working, "job") : join(root, "storage", "job-1", "in");
  await mkdir(folder, { recursive: true });
  await mkdir(working, { recursive: true });
  await cp(join(packageRoot(), "python", "staged.py"), join(working, "staged.py"));
  await writeFile(
    join(working, "staged.json"),
    JSON.stringify({ id: "job-1", storage, script: "train.py", inputs, processes: 1 }),
  );
  await writeFile(join(folder, "train.py"), counting);
  await writeFile(join(folder, "job.json"), JSON.stringify(plan));
  return working;
}

interface Ran {
  readonly code: number | null;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

async function run(working: string, onEvent: (event: unknown, pid: number) => void = () => {}): Promise<Ran> {
  const child = spawn(python, ["staged.py"], {
    cwd: working,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: root },
  });
  const events: Record<string, unknown>[] = [];
  let rest = "";
  for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      events.push(JSON.parse(line) as Record<string, unknown>);
      onEvent(events.at(-1), child.pid!);
    }
  }
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once("close", resolve)));
  return { code, events };
}

describe.skipIf(!hasPython)("a staged job", () => {
  const storage = () => join(root, "storage");

  test.each(["package", "storage"] as const)(
    "with its inputs from the %s brings its results to the storage, and is not run twice",
    async (inputs) => {
      const working = await stage(inputs, storage(), {});
      const first = await run(working);
      expect(first).toEqual({ code: 0, events: [{ event: "start", step: 0, cwd: true }] });
      expect(await hasResults(storageAt(storage()), "job-1", signal)).toBe(true);
      expect((await readdir(join(storage(), "job-1", "out"))).sort()).toEqual(["manifest.json", "model", "predictions.jsonl"]);
      const folder = join(root, "here");
      await mkdir(folder);
      await bringResults(storageAt(storage()), "job-1", folder, signal);
      expect((await readFile(join(folder, "out", "model", "weights.bin"))).length).toBe(1000);
      expect(await readdir(folder)).toEqual(["out"]);
      expect(await run(working)).toEqual({ code: 0, events: [{ event: "found", id: "job-1" }] });
      // Nothing is left of it on the machine.
      expect((await readdir(root)).filter((name) => name.startsWith("crossover-"))).toEqual([]);
    },
  );

  test("finds the model that it has in common with others, in a folder without a copy, or says that it is gone", async () => {
    const working = await stage("package", storage(), {});
    const place = join(storage(), "models-1", "abc");
    await mkdir(place, { recursive: true });
    await writeFile(join(place, "weights.bin"), "weights");
    const told = { id: "job-1", storage: storage(), script: "train.py", inputs: "package", processes: 1, model: "models-1/abc" };
    await writeFile(join(working, "staged.json"), JSON.stringify(told));
    const reading = `
import json, sys
from pathlib import Path
folder = Path(sys.argv[1])
print(json.dumps({"model": (folder / "model" / "weights.bin").read_text(), "linked": (folder / "model").is_symlink()}))
(folder / "out" / "manifest.json").write_text("{}")
`;
    await writeFile(join(working, "job", "train.py"), reading);
    expect(await run(working)).toEqual({ code: 0, events: [{ model: "weights", linked: true }] });
    expect(await readdir(place)).toEqual(["weights.bin"]);
    await writeFile(join(working, "staged.json"), JSON.stringify({ ...told, id: "job-2", model: "models-1/gone" }));
    const gone = await run(working);
    expect([gone.code, gone.events.at(-1)]).toMatchObject([
      1,
      { event: "failed", error: expect.stringContaining("models-1/gone") },
    ]);
  });

  test("that fails or is killed keeps its last checkpoint, from which it goes on elsewhere", async () => {
    const failed = await run(await stage("package", storage(), { fail_at: 4 }));
    expect(failed.code).toBe(3);
    expect(await readdir(join(storage(), "job-1", "checkpoints"))).toEqual(["step-04"]);
    expect(await hasResults(storageAt(storage()), "job-1", signal)).toBe(false);
    const killed = await run(await stage("package", storage(), { die_at: 6 }));
    expect(killed.code).toBe(137);
    expect(killed.events.map(({ event, step }) => [event, step])).toEqual([
      ["restored", undefined],
      ["start", 4],
      ["killed", undefined],
    ]);
    const whole = await run(await stage("package", storage(), {}));
    expect(whole).toMatchObject({
      code: 0,
      events: [
        { event: "restored", checkpoints: 1 },
        { event: "start", step: 6 },
      ],
    });
    expect((await readdir(join(storage(), "job-1", "out"))).sort()).toEqual(["manifest.json", "model", "predictions.jsonl"]);
  });

  test("that is told to end ends by itself, and its checkpoint is kept", async () => {
    const working = await stage("package", storage(), { wait_at: 7 });
    const { code } = await run(working, (event, pid) => {
      if ((event as { event: string }).event === "waiting") process.kill(pid, "SIGTERM");
    });
    expect(code).toBe(143);
    expect(await readdir(join(storage(), "job-1", "checkpoints"))).toEqual(["step-07"]);
  });

  test("whose cluster has died ends, and its checkpoint is kept", async () => {
    const working = await stage("package", storage(), { wait_at: 3 });
    // A process between us and it, which is killed; nothing is left that waits for it.
    const between = spawn("sh", ["-c", `"${python}" staged.py & wait`], { cwd: working, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    for await (const chunk of between.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      output += chunk;
      if (output.includes("waiting")) between.kill("SIGKILL");
    }
    expect(output).toContain('{"event": "orphaned"}');
    for (let i = 0; i < 100 && !existsSync(join(storage(), "job-1", "checkpoints", "step-03")); i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await readdir(join(storage(), "job-1", "checkpoints"))).toEqual(["step-03"]);
  });

  test.skipIf(!hasFsspec)("keeps in what fsspec opens what it keeps in a folder", async () => {
    const failed = await run(await stage("package", `file://${storage()}`, { fail_at: 5 }));
    expect(failed).toMatchObject({ code: 3 });
    const whole = await run(await stage("package", `file://${storage()}`, {}));
    expect(whole).toMatchObject({ code: 0, events: [{ event: "restored" }, { event: "start", step: 5 }] });
    expect(await hasResults(storageAt(storage()), "job-1", signal)).toBe(true);
    expect(existsSync(join(storage(), "job-1", "checkpoints", "step-05"))).toBe(false);
  });
});
