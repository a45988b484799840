/** @file Requests to a model asked by `batch.py` on a Ray of the tests' own, with a stand-in for vLLM. Runs where CROSSOVER_RAY names Ray's program. */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/engines/engine.js";
import { resultsOf } from "../../../src/engines/follow-job.js";
import { checkResponses, readResponses, stageBatch } from "../../../src/engines/job/batch-job.js";
import { rayEngine } from "../../../src/engines/ray/ray.js";
import { textAt } from "../../../src/lib/json-value.js";
import { endHead, freePort, rayProgram, rayToken, startHead } from "../../servers/real-ray.js";
import { type FakeVllm, fakeVllm } from "../fake-vllm.js";
import { collected, toTheEnd } from "../staged-job.js";

const { signal } = new AbortController();

describe.skipIf(rayProgram === undefined)("asking on Ray", () => {
  let root: string;
  let head: ChildProcess;
  let engine: Engine;
  let vllm: FakeVllm;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "r-"));
    vllm = await fakeVllm(root);
    const port = await freePort();
    const env = vllm.env("", { VLLM_FAKE_GATE: join(root, "go") });
    const path = `${dirname(rayProgram!)}${delimiter}${env["PATH"]}`;
    head = await startHead(join(root, "ray"), port, { ...env, PATH: path }, ["--num-gpus", "2"]);
    engine = rayEngine({
      address: `127.0.0.1:${port}`,
      storage: join(root, "storage"),
      gpus: 2,
      env: { RAY_AUTH_TOKEN: rayToken, HOME: root },
      pace: { firstSeconds: 0.2, longestSeconds: 0.5, wholeSeconds: 60 },
    });
  }, 120_000);
  afterAll(async () => {
    await endHead(head, "SIGTERM");
    await rm(root, { recursive: true, force: true });
  });

  test("one process has both GPUs, and what was answered before it was stopped is not asked again", {
    timeout: 180_000,
  }, async () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const lines = ids.map((custom_id) => {
      const body = { model: "tiny/model", messages: [{ role: "user", content: "<text-1>\nmoney" }] };
      return JSON.stringify({ custom_id, method: "POST", url: "/v1/chat/completions", body });
    });
    await writeFile(join(root, "requests.jsonl"), `${lines.join("\n")}\n`);
    const staged = await stageBatch(join(root, "job"), {
      requestsPath: join(root, "requests.jsonl"),
      requests: ids.length,
      model: { name: "tiny/model", repo: "tiny/model" },
      settings: { tensor_parallel: 2 },
    });
    const first = await engine.submit(staged, signal);
    const following = toTheEnd(first);
    while ((await vllm.calls()).length < 1) await delay(100);
    // Three are answered, and the fourth waits.
    await delay(1000);
    await first.stop();
    expect((await following).end.kind).toBe("stopped");
    await writeFile(join(root, "go"), "");
    const { outputs } = await resultsOf(engine, staged, () => checkResponses(staged), { signal, log: () => {}, name: "asking" });
    expect(outputs.requests).toBe(6);
    expect((await collected(readResponses(staged))).map((line) => textAt(line, "custom_id")).sort()).toEqual(ids);
    expect((await vllm.calls()).map((call) => call.ids)).toEqual([ids, ["d", "e", "f"]]);
    expect((await vllm.calls())[0]!.words.join(" ")).toContain("--tensor-parallel-size 2");
  });
});
