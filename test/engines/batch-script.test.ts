/** @file `python/batch.py` with a stand-in for vLLM, in every way in which that may fail. The real vLLM needs a GPU. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { commandEngine } from "../../src/engines/command/command-engine.js";
import type { JobEnd } from "../../src/engines/engine.js";
import { type BatchJob, checkResponses, readResponses, type StagedBatch, stageBatch } from "../../src/engines/job/batch-job.js";
import { fileHash } from "../../src/engines/job/file-hash.js";
import { type JobLine, jobLine } from "../../src/engines/job/log-line.js";
import { UserError } from "../../src/lib/errors.js";
import { at, textAt } from "../../src/lib/json-value.js";
import { barePython, barePythonNote, fakeVllm, hasBarePython } from "./fake-vllm.js";
import { collected, jobIn, toTheEnd } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { signal } = new AbortController();
const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `r${i}`);

/** Requests about money or passwords, as `run-batch` takes them. */
const requestLine = (id: string, i: number, model: string): string =>
  JSON.stringify({
    custom_id: id,
    method: "POST",
    url: "/v1/chat/completions",
    body: { model, messages: [{ role: "user", content: `<text-1>\n${i % 2 === 0 ? "money" : "password"}` }] },
  });

type Changes = Partial<Pick<BatchJob, "model" | "settings">>;
const tiny = { name: "tiny/model", repo: "tiny/model" };

async function stage(folder: string, count: number, { model = tiny, settings = {} }: Changes = {}): Promise<StagedBatch> {
  const requestsPath = join(folder, "requests.jsonl");
  await writeFile(
    requestsPath,
    `${ids(count)
      .map((id, i) => requestLine(id, i, model.name))
      .join("\n")}\n`,
  );
  return stageBatch(jobIn(folder), { requestsPath, requests: count, model, settings });
}

interface Ended {
  readonly end: JobEnd;
  readonly events: readonly JobLine[];
}

/** Runs a job with the stand-in in these modes. */
async function ran(staged: StagedBatch, env: Record<string, string>): Promise<Ended> {
  const job = await commandEngine(barePython.join(" "), { env }).submit(staged, signal);
  const { end, lines } = await toTheEnd(job);
  return { end, events: lines.map(jobLine) };
}

/** What was answered to each request: the label, or what went wrong. */
async function answersOf(staged: StagedBatch): Promise<Record<string, string>> {
  await checkResponses(staged);
  const lines = await collected(readResponses(staged));
  return Object.fromEntries(
    lines.map((line) => {
      const choice = at(at(at(at(line, "response"), "body"), "choices"), 0);
      const error = at(line, "error");
      const said = textAt(at(choice, "message"), "content") ?? textAt(at(error, "error") ?? error, "message");
      return [textAt(line, "custom_id")!, said!];
    }),
  );
}

const expected = (count: number): Record<string, string> =>
  Object.fromEntries(ids(count).map((id, i) => [id, i % 2 === 0 ? "refund" : "login"]));

describe.skipIf(!hasBarePython)(`batch.py${barePythonNote}`, () => {
  it("has vLLM answer, tells how far it is, and what it took", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 20, {
      model: { name: "tiny/model@v2", repo: "tiny/model", revision: "v2" },
      settings: { tensor_parallel: 2, arguments: ["--max-model-len", "4096"] },
    });
    const began = performance.now();
    const { end, events } = await ran(staged, vllm.env("", { VLLM_FAKE_LOADING: "1.5", RANK: "0" }));
    const wall = (performance.now() - began) / 1000;
    expect(end).toEqual({ kind: "done" });
    expect(events.findLast((event) => event.kind === "answered")).toMatchObject({ done: 20, requests: 20 });
    // A line of vLLM's that looks like an event of ours is none.
    expect(events.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(await answersOf(staged)).toEqual(expected(20));
    const [call, ...more] = await vllm.calls();
    expect(more).toEqual([]);
    expect(call!.words.slice(5)).toEqual(
      "--model tiny/model --served-model-name tiny/model@v2 --revision v2 --tensor-parallel-size 2 --max-model-len 4096".split(
        " ",
      ),
    );
    // No reports of its use to its makers, and nothing of a launcher above it.
    expect(call).toMatchObject({ stats: "1", rank: null });
    const { answeringSeconds, requests } = await checkResponses(staged);
    expect(requests).toBe(20);
    expect(answeringSeconds).toBeGreaterThan(0);
    // Without the loading of the model.
    expect(answeringSeconds).toBeLessThan(wall - 1.5);
    expect((await readdir(join(staged.folder, "out"))).sort()).toEqual(["manifest.json", "responses.jsonl", "state.json"]);
  });

  it.each<readonly [string, RegExp]>([
    ["oom", /Out of memory: .*CUDA out of memory.*--vllm-args/],
    ["cache", /Out of memory: .*KV cache.*--max-model-len/],
    ["taken", /memory is taken: .*gpu-memory-utilization/],
    ["no-gpu", /sees no GPU: .*--engine-gpus 1/],
    ["gated", /gated: .*HF_TOKEN/],
    ["unknown", /not found: .*name and revision/],
    ["arguments", /arguments: .*max-model-length.*--vllm-args/],
  ])("says what to do where vLLM fails: %s", async (mode, why) => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const { end } = await ran(await stage(folder.path, 4), vllm.env(mode));
    if (end.kind !== "failed") expect.fail(end.kind);
    expect(end.why).toMatch(why);
    expect(end.log.join("\n")).toContain("Engine core initialization failed");
    expect(await vllm.calls()).toHaveLength(1);
  });

  it("says that vLLM is missing", async () => {
    await using folder = await temporaryFolder();
    const python = execFileSync(barePython[0], ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
    const staged = await stage(folder.path, 4);
    const job = await commandEngine(`'${python}' -S`, { env: { PATH: join(folder.path, "nothing") } }).submit(staged, signal);
    const { end } = await toTheEnd(job);
    expect(end).toMatchObject({ kind: "failed", why: expect.stringMatching(/vLLM is missing.*pip install vllm/) });
  });

  it("passes on what is refused, and asks once more what failed, broke or got lost", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 8);
    const { end } = await ran(staged, vllm.env("refuses-3,loses-2,breaks-1,repeats"));
    expect(end).toEqual({ kind: "done" });
    // The one that is lost again, of two that are asked again, is told so.
    const [first, second, ...more] = await vllm.calls();
    expect(first!.ids).toHaveLength(8);
    expect(second!.ids).toEqual(["r1", "r2"]);
    expect(more).toEqual([]);
    expect(await answersOf(staged)).toEqual({
      ...expected(8),
      r2: "vLLM wrote no answer to it",
      r3: expect.stringContaining("maximum context length"),
    });
  });

  it("tells the last error of a request that fails twice", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 8);
    expect((await ran(staged, vllm.env("fails-3"))).end).toEqual({ kind: "done" });
    expect((await vllm.calls()).map((call) => call.ids.length)).toEqual([8, 1]);
    expect(await answersOf(staged)).toEqual({ ...expected(8), r3: "EngineCore encountered an issue" });
  });

  it("goes on where vLLM was killed, and asks nothing twice", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 8);
    const { end } = await ran(staged, vllm.env("dies-after-3"));
    expect(end).toMatchObject({ kind: "failed", why: expect.stringMatching(/signal 9/) });
    const again = await ran(staged, vllm.env());
    expect(again.end).toEqual({ kind: "done" });
    expect((await vllm.calls()).map((call) => call.ids)).toEqual([ids(8), ids(8).slice(3)]);
    expect(await answersOf(staged)).toEqual(expected(8));
  });

  it.each(["stopped", "killed with all its processes"])("keeps what was answered before it was %s", async (how) => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 8);
    const env = vllm.env("", { VLLM_FAKE_GATE: join(folder.path, "go") });
    const job = await commandEngine(barePython.join(" "), { env }).submit(staged, signal);
    const following = toTheEnd(job);
    const out = join(staged.folder, "out");
    const written = async (): Promise<number> => {
      const name = (existsSync(out) ? await readdir(out) : []).find((each) => each.startsWith("answered-"));
      return name === undefined ? 0 : (await readFile(join(out, name), "utf8").catch(() => "")).split("\n").length - 1;
    };
    while ((await written()) < 3) await delay(10);
    if (how === "stopped") await job.stop();
    else {
      const { pid } = JSON.parse(await readFile(join(staged.folder, "command", "process.json"), "utf8")) as { pid: number };
      process.kill(-pid, "SIGKILL");
    }
    const { end } = await following;
    expect(end.kind).toBe(how === "stopped" ? "stopped" : "failed");
    expect((await ran(staged, vllm.env())).end).toEqual({ kind: "done" });
    expect((await vllm.calls()).map((call) => call.ids)).toEqual([ids(8), ids(8).slice(3)]);
    expect(await answersOf(staged)).toEqual(expected(8));
  });

  it("refuses a folder that is not what job.json says, and has one process of several work", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 4);
    const script = join(staged.folder, staged.script);
    const second = execFileSync(barePython[0], [script, staged.folder], { env: { ...vllm.env(), RANK: "1" }, encoding: "utf8" });
    expect(second).toBe("");
    await appendFile(join(staged.folder, "requests.jsonl"), "\n");
    const { end } = await ran(staged, vllm.env());
    expect(end).toMatchObject({ kind: "failed", why: expect.stringMatching(/requests\.jsonl is not the file/) });
    expect(await vllm.calls()).toEqual([]);
  });

  it("has no token in its folder, though the job sees one", async () => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 4);
    const env = { ...vllm.env(), HF_TOKEN: "hf_secret", VLLM_API_KEY: "key_secret", OPENAI_API_KEY: "key_secret" };
    expect((await ran(staged, env)).end).toEqual({ kind: "done" });
    for (const entry of await readdir(staged.folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain("_secret");
  });
});

describe.skipIf(!hasBarePython)(`answers of a batch job${barePythonNote}`, () => {
  it.each<readonly [string, (lines: string[]) => string[], RegExp]>([
    ["one is missing", (lines) => lines.slice(1), /has 3 answers; expected 4/],
    ["one is there twice", (lines) => [...lines, lines[0]!], /line 5: "r0"/],
    ["one was not asked", (lines) => [lines[0]!.replace("r0", "r9"), ...lines.slice(1)], /line 1: "r9"/],
    ["one is no answer", (lines) => ["[]", ...lines.slice(1)], /line 1: expected an object/],
  ])("are refused where %s", async (_name, change, message) => {
    await using folder = await temporaryFolder();
    const vllm = await fakeVllm(folder.path);
    const staged = await stage(folder.path, 4);
    await ran(staged, vllm.env());
    const path = join(staged.folder, "out", "responses.jsonl");
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    await writeFile(path, `${change(lines).join("\n")}\n`);
    await expect(checkResponses(staged)).rejects.toThrow(/is not the file that was written/);
    const manifest = join(staged.folder, "out", "manifest.json");
    const { files, ...rest } = JSON.parse(await readFile(manifest, "utf8")) as { files: Record<string, unknown> };
    await writeFile(manifest, JSON.stringify({ ...rest, files: { ...files, "responses.jsonl": await fileHash(path) } }));
    await expect(checkResponses(staged)).rejects.toThrow(message);
    await expect(checkResponses(staged)).rejects.toThrow(UserError);
  });

  it("are those of one job as long as nothing differs", async () => {
    await using folder = await temporaryFolder();
    const { id } = await stage(folder.path, 4);
    expect((await stage(folder.path, 4)).id).toBe(id);
    expect((await stage(folder.path, 4, { settings: { arguments: ["--dtype", "half"] } })).id).not.toBe(id);
  });
});
