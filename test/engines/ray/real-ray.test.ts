/** @file Jobs on a Ray that was started for the tests, where CROSSOVER_RAY names its program: what the loopback server says, Ray has to say as well. */
import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineJob, JobEnd, StagedJob } from "../../../src/engines/engine.js";
import { rayEngine } from "../../../src/engines/ray/ray.js";
import { endHead, freePort, rayProgram, rayToken, startHead } from "../../servers/real-ray.js";

const signal = new AbortController().signal;

/** Counts to thirty in three seconds and keeps its count; whoever kills it after a while finds where it was. */
const counting = `
import json, os, signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
checkpoints = folder / "out" / "checkpoints"
kept = checkpoints / "count"
plan = json.loads((folder / "job.json").read_text())
first = int(kept.read_text()) if kept.exists() else 0
print(json.dumps({"event": "start", "step": first}), flush=True)
for step in range(first + 1, 31):
    (checkpoints / "count.tmp").write_text(str(step))
    os.replace(checkpoints / "count.tmp", kept)
    print(json.dumps({"event": "step", "step": step, "text": "größe"}, ensure_ascii=False), flush=True)
    if step == 20 and first == 0 and plan["dies"]: os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(plan["seconds"])
(folder / "out" / "predictions.jsonl").write_text(json.dumps({"first": first}))
(folder / "out" / "manifest.json").write_text("{}")
`;

describe.skipIf(rayProgram === undefined)("Ray itself", () => {
  let root: string;
  let head: ChildProcess;
  let port: number;
  const engine = (withToken = rayToken) =>
    rayEngine({
      address: `127.0.0.1:${port}`,
      storage: join(root, "storage"),
      env: { RAY_AUTH_TOKEN: withToken, HOME: root },
      pace: { firstSeconds: 0.2, longestSeconds: 1, wholeSeconds: 90 },
    });

  beforeAll(async () => {
    // A short path: the sockets of Ray lie below it, and may have 107 characters.
    root = await mkdtemp(join(tmpdir(), "r-"));
    port = await freePort();
    head = await startHead(join(root, "ray"), port);
  }, 120_000);
  afterAll(async () => {
    await endHead(head, "SIGTERM");
    await rm(root, { recursive: true, force: true });
  });

  async function stage(id: string, plan: { readonly dies: boolean; readonly seconds: number }): Promise<StagedJob> {
    const folder = join(root, id);
    await mkdir(folder);
    await writeFile(join(folder, "job.json"), JSON.stringify(plan));
    await writeFile(join(folder, "train.py"), counting);
    return { id, folder, script: "train.py" };
  }

  async function followed(job: EngineJob, onStep: (step: number) => void = () => {}): Promise<{ steps: number[]; end: JobEnd }> {
    const steps: number[] = [];
    const log = job.follow(signal);
    for (;;) {
      const next = await log.next();
      if (next.done) return { steps, end: next.value };
      if (!next.value.startsWith('{"event": "step"')) continue;
      const { step, text } = JSON.parse(next.value) as { step: number; text: string };
      expect(text).toBe("größe");
      steps.push(step);
      onStep(step);
    }
  }

  const numbers = (from: number): number[] => Array.from({ length: 31 - from }, (_, i) => i + from);

  test("says its version to whoever has the token", async () => {
    expect(await engine().check(signal)).toMatch(/^Ray \d+\.\d+\.\d+ at /);
    await expect(engine("another-token-0123").check(signal)).rejects.toThrow(/RAY_AUTH_TOKEN/);
  });

  test("runs a job once, tells its log line by line, and its results come here", async () => {
    const job = await stage("whole", { dies: false, seconds: 0.01 });
    const running = await engine().submit(job, signal);
    await engine().submit(job, signal);
    expect(await followed(running)).toEqual({ steps: numbers(1), end: { kind: "done" } });
    await running.fetch(signal);
    expect(await readFile(join(job.folder, "out", "predictions.jsonl"), "utf8")).toBe('{"first": 0}');
    await running.forget();
    expect(await engine().attach(job, signal)).toBeNull();
    // One that was forgotten is begun anew.
    expect(await followed(await engine().submit(job, signal))).toEqual({ steps: numbers(1), end: { kind: "done" } });
  });

  test("begins a job that was killed again from its last checkpoint", async () => {
    const job = await stage("killed", { dies: true, seconds: 0 });
    const { steps, end } = await followed(await engine().submit(job, signal));
    expect(steps).toEqual(numbers(1).slice(0, 20));
    expect(end).toMatchObject({ kind: "failed", why: expect.stringContaining("137") });
    const again = await engine().submit(job, signal);
    expect(await followed(again)).toEqual({ steps: numbers(21), end: { kind: "done" } });
    await again.fetch(signal);
    expect(await readFile(join(job.folder, "out", "predictions.jsonl"), "utf8")).toBe('{"first": 20}');
  });

  test("stops a job, which others find stopped", async () => {
    const job = await stage("stopped", { dies: false, seconds: 1 });
    const running = await engine().submit(job, signal);
    const { end } = await followed(running, (step) => {
      if (step === 2) void running.stop();
    });
    expect(end).toEqual({ kind: "stopped" });
    expect((await followed((await engine().attach(job, signal))!)).end).toEqual({ kind: "stopped" });
  });

  test("forgets its jobs with its head; a new head takes them from where they were", async () => {
    const job = await stage("restarted", { dies: false, seconds: 0.5 });
    const running = await engine().submit(job, signal);
    let restarted: Promise<void> | undefined;
    const { end } = await followed(running, (step) => {
      // After one look for checkpoints.
      if (step === 14)
        restarted = endHead(head, "SIGKILL").then(async () => {
          head = await startHead(join(root, "ray"), port);
        });
    });
    await restarted;
    expect(end).toMatchObject({ kind: "failed" });
    expect(await engine().attach(job, signal)).toBeNull();
    const again = await engine().submit(job, signal);
    const { steps, end: last } = await followed(again);
    expect(last).toEqual({ kind: "done" });
    expect(steps.at(0)).toBeGreaterThan(3);
    expect(steps.at(-1)).toBe(30);
  });
});
