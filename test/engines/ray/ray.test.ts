import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EngineJob, JobEnd, StagedJob } from "../../../src/engines/engine.js";
import { stageLabeling } from "../../../src/engines/job/label-job.js";
import { type SharedModels, sharedModels } from "../../../src/engines/job/shared-models.js";
import { type RayOptions, rayEngine } from "../../../src/engines/ray/ray.js";
import { UserError } from "../../../src/lib/errors.js";
import { type FakeRay, type FakeRayJob, startFakeRay } from "../../servers/ray.js";
import { startRedirecting } from "../../servers/redirecting.js";
import { toTheEnd, userErrorOf } from "../staged-job.js";

const token = "ray-token-0123456789";
const signal = new AbortController().signal;
let root: string;
let ray: FakeRay;
let job: StagedJob;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "ray-"));
  ray = await startFakeRay(token);
  job = await stage("job-1");
});
afterEach(async () => {
  await ray[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function stage(id: string): Promise<StagedJob> {
  const folder = join(root, id);
  await mkdir(join(folder, "out"), { recursive: true });
  await writeFile(join(folder, "job.json"), JSON.stringify({ id }));
  await writeFile(join(folder, "train.py"), "print(1)\n");
  await writeFile(join(folder, "out", "left.txt"), "of an earlier run");
  return { id, folder, script: "train.py" };
}

const engine = (options: Partial<RayOptions> = {}) =>
  rayEngine({
    address: ray.address,
    storage: join(root, "storage"),
    env: { RAY_AUTH_TOKEN: token, HOME: root },
    pace: { firstSeconds: 0.01, longestSeconds: 0.05, wholeSeconds: 2 },
    ...options,
  });

/** The results of a job as `staged.py` leaves them. */
async function keepResults(
  id: string,
  files: Readonly<Record<string, string>>,
  sizes?: Readonly<Record<string, number>>,
): Promise<void> {
  const folder = join(root, "storage", id);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, "out", name, ".."), { recursive: true });
    await writeFile(join(folder, "out", name), text);
  }
  const listing = sizes ?? Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.length]));
  await writeFile(join(folder, "done.json"), JSON.stringify({ files: listing }));
}

const followed = (running: EngineJob, onLine: (line: string) => void = () => {}) => toTheEnd(running, { signal, onLine });

const userError = (work: Promise<unknown>): Promise<string> => userErrorOf(work, /ray-token-0123456789/);

/** The job that came last. */
const latest = (): FakeRayJob => [...ray.jobs.values()].at(-1)!;

const submissions = (): readonly string[] =>
  ray.requests.filter(({ method, path }) => method === "POST" && path === "/api/jobs/").map(({ path }) => path);

test("the cluster is told by its version, and each request shows the token", async () => {
  expect(await engine().check(signal)).toBe(`Ray 2.60.0 at http://${ray.address}`);
  expect(ray.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`]);
});

test("a token that is missing or wrong, a Ray that is too old and a server that is no Ray are the user's", async () => {
  expect(await userError(engine({ env: { HOME: root } }).check(signal))).toContain("RAY_AUTH_TOKEN");
  expect(await userError(engine({ env: { RAY_AUTH_TOKEN: "another-token", HOME: root } }).check(signal))).toContain(
    "RAY_AUTH_TOKEN",
  );
  ray.version = "2.1.0";
  expect(await userError(engine().check(signal))).toContain("2.1.0");
  ray.fault = () => ({ status: 404, body: "<html>nginx</html>" });
  expect(await userError(engine().check(signal))).toContain("404");
  await ray.down(true);
  expect(await userError(engine().check(signal))).toContain("ray start");
});

test("the token comes from Ray's file where no variable has it", async () => {
  await mkdir(join(root, ".ray"));
  await writeFile(join(root, ".ray", "auth_token"), `${token}\n`);
  expect(await engine({ env: { HOME: root } }).check(signal)).toContain("2.60.0");
});

test("addresses and storages that can't be one are refused without being shown", () => {
  for (const address of ["", "ray://127.0.0.1:10001", "https://user:secret-1@ray.example.com", "ftp://ray.example.com"])
    expect(() => engine({ address })).toThrow(UserError);
  for (const storage of ["", "s3://key:secret-1@bucket/path", "gs://bucket?token=secret-1", "http://127.0.0.1/x"]) {
    expect(() => engine({ storage })).toThrow(UserError);
    expect(() => engine({ storage })).not.toThrow(/secret-1/);
  }
});

test("a job is one archive under the name of its contents, one submission under its id, and holds no token", async () => {
  await engine({ cpus: 2 }).submit({ ...job, wantsGpu: true }, signal);
  expect([...ray.jobs.keys()]).toEqual([expect.stringMatching(/^job-1\.\w+$/)]);
  const [name] = [...ray.packages.keys()];
  const { request } = latest();
  expect(request).toMatchObject({
    entrypoint: "exec python staged.py",
    entrypoint_num_cpus: 2,
    entrypoint_num_gpus: 1,
    metadata: { crossover_job: "job-1" },
  });
  // What the cluster's Python has.
  expect(request["runtime_env"]).toEqual({ working_dir: `gcs://${name}` });
  expect(JSON.stringify(request)).not.toContain(token);
  const archive = ray.packages.get(name!)!.toString("latin1");
  expect(archive).toContain("job/train.py");
  expect(archive).not.toContain("left.txt");
});

test.each(["train.py", "label.py"] as const)("has the packages installed that %s names, at its versions", async (script) => {
  const source = join(import.meta.dirname, "..", "..", "..", "python", script);
  await copyFile(source, join(job.folder, script));
  await engine({ installsPackages: true }).submit({ ...job, script }, signal);
  const { pip, config } = latest().request["runtime_env"] as { pip: readonly string[]; config: object };
  expect(pip).toContainEqual(expect.stringMatching(/^torch==\d+\.\d+\.\d+$/));
  const named = (await readFile(source, "utf8")).match(/^# {3}"(.+)",$/gm)!;
  expect(pip).toEqual(named.map((line) => line.slice(5, -2)));
  expect(config).toEqual({ setup_timeout_seconds: expect.any(Number) });
});

test("the same id twice is one job, also where the first answer was lost", async () => {
  const ours = engine();
  ray.fault = ({ method, path }, index) =>
    method === "POST" && path === "/api/jobs/" && index < 5 ? { reset: "after" } : undefined;
  await ours.submit(job, signal);
  await ours.submit(job, signal);
  await engine().submit(job, signal);
  expect([...ray.jobs.keys()]).toEqual([expect.stringMatching(/^job-1\.\w+$/)]);
  expect(submissions()).toHaveLength(2);
});

test("jobs of others are neither taken nor touched", async () => {
  for (const metadata of [{ crossover_job: "job-10" }, {}, { crossover_job: "job-1.2" }]) {
    const request = { entrypoint: "sleep 1", metadata };
    ray.jobs.set(`other-${ray.jobs.size}`, { status: "RUNNING", log: "", message: "", errorType: null, exitCode: null, request });
  }
  expect(await engine().attach(job, signal)).toBeNull();
  const running = await engine().submit(job, signal);
  await running.stop();
  await running.forget();
  expect([...ray.jobs.values()].map(({ status }) => status)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
});

test("lines are told once and whole, whatever happens to the connection", async () => {
  const running = await engine().submit(job, signal);
  const submitted = latest();
  submitted.status = "RUNNING";
  submitted.log = 'Runtime env is setting up.\n{"event":"step","st';
  ray.fault = (_, index) =>
    index % 4 === 1
      ? { status: 500, body: "Traceback" }
      : index % 7 === 2
        ? { cut: true }
        : index % 5 === 3
          ? { reset: "before" }
          : undefined;
  const { lines, end } = await followed(running, (line) => {
    if (line.startsWith("Runtime")) submitted.log += 'ep":1}\r\n\n{"event":"größe"}\n';
    if (line.includes("größe"))
      Object.assign(submitted, { status: "SUCCEEDED", log: `${submitted.log}the last, without an end` });
  });
  expect(lines).toEqual([
    "Runtime env is setting up.",
    '{"event":"step","step":1}',
    "",
    '{"event":"größe"}',
    "the last, without an end",
  ]);
  expect(end).toEqual({ kind: "done" });
});

test("a head that is away for a while is waited for; one that has forgotten the job has lost it", async () => {
  const ours = engine();
  const running = await ours.submit(job, signal);
  Object.assign(latest(), { status: "RUNNING", log: "first\n" });
  const { lines, end } = await followed(running, (line) => {
    if (line === "first")
      void ray
        .down(false)
        .then(() =>
          setTimeout(
            () => void ray.up().then(() => Object.assign(latest(), { status: "SUCCEEDED", log: "first\nsecond\n" })),
            200,
          ),
        );
  });
  expect(lines).toEqual(["first", "second"]);
  expect(end).toEqual({ kind: "done" });
  await ray.down(true);
  await ray.up();
  expect(await ours.attach(job, signal)).toBeNull();
  expect((await followed(running)).end).toMatchObject({ kind: "failed" });
  // Back it goes under the same id.
  await ours.submit(job, signal);
  expect(latest().status).toBe("PENDING");
});

test("a head that stays away is the user's after a while, and a stop of following is at once", async () => {
  const running = await engine({ pace: { firstSeconds: 0.01, longestSeconds: 0.05, wholeSeconds: 0.3 } }).submit(job, signal);
  await ray.down(false);
  expect(await userError(followed(running))).toContain("resume");
  await ray.up();
  const controller = new AbortController();
  const next = running.follow(controller.signal).next();
  controller.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
});

test("silence is a fault that may pass", async () => {
  const running = await engine({ silenceSeconds: 0.1 }).submit(job, signal);
  Object.assign(latest(), { status: "SUCCEEDED", log: "one\n" });
  let silent = 2;
  ray.fault = () => (silent-- > 0 ? { silent: true } : undefined);
  expect((await followed(running)).lines).toEqual(["one"]);
});

test("a failure is told with the last lines and Ray's words, without the token", async () => {
  const running = await engine().submit(job, signal);
  Object.assign(latest(), {
    status: "FAILED",
    log: Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(""),
    message: `Job entrypoint command with ${token} failed with exit code 1, last available logs (truncated to 20,000 chars):\nline 99`,
    errorType: "JOB_ENTRYPOINT_COMMAND_ERROR",
    exitCode: 1,
  });
  const { end } = await followed(running);
  expect(end).toMatchObject({ kind: "failed", why: "Job entrypoint command with [key] failed with exit code 1" });
  const { log } = end as Extract<JobEnd, { kind: "failed" }>;
  expect([log.length, log.at(-1)]).toEqual([20, "line 99"]);
});

test("the log of a machine that is gone keeps nobody from the job's end", async () => {
  const running = await engine({ pace: { firstSeconds: 0.01, longestSeconds: 0.05, wholeSeconds: 0.3 } }).submit(job, signal);
  Object.assign(latest(), { status: "FAILED", message: "Job supervisor actor died", errorType: "JOB_SUPERVISOR_ACTOR_DIED" });
  ray.fault = ({ path }) => (path.endsWith("/logs") ? { status: 500, body: "Traceback" } : undefined);
  expect((await followed(running)).end).toMatchObject({ kind: "failed", isLost: true, why: "Job supervisor actor died" });
});

test("a log without bounds is given up, and the job is not", async () => {
  const running = await engine().submit(job, signal);
  Object.assign(latest(), { status: "SUCCEEDED", log: "x".repeat(65 * 1024 ** 2) });
  const { lines, end } = await followed(running);
  expect(lines).toHaveLength(1);
  expect(lines[0]!.length).toBeLessThan(200);
  expect(end).toEqual({ kind: "done" });
});

test("one that failed or was stopped is begun again, and the latest is found", async () => {
  const ours = engine();
  await ours.submit(job, signal);
  latest().status = "FAILED";
  expect((await followed((await ours.attach(job, signal))!)).end.kind).toBe("failed");
  const second = await ours.submit(job, signal);
  expect(ray.jobs.size).toBe(2);
  await second.stop();
  expect([...ray.jobs.values()].map(({ status }) => status)).toEqual(["FAILED", "STOPPED"]);
  expect((await followed((await ours.attach(job, signal))!)).end).toEqual({ kind: "stopped" });
  await ours.submit(job, signal);
  latest().status = "SUCCEEDED";
  // One that is done stays.
  await ours.submit(job, signal);
  expect(ray.jobs.size).toBe(3);
});

test("results come whole into out/, once, and are forgotten with all attempts", async () => {
  const ours = engine();
  const running = await ours.submit(job, signal);
  latest().status = "SUCCEEDED";
  expect(await userError(running.fetch(signal))).toContain(join(root, "storage", "job-1"));
  await keepResults("job-1", { "predictions.jsonl": "{}\n", "model/config.json": "{}", "manifest.json": "[]" });
  await running.fetch(signal);
  expect(await readFile(join(job.folder, "out", "model", "config.json"), "utf8")).toBe("{}");
  // What was damaged here since is whole again.
  await writeFile(join(job.folder, "out", "predictions.jsonl"), "damaged");
  await running.fetch(signal);
  expect(await readFile(join(job.folder, "out", "predictions.jsonl"), "utf8")).toBe("{}\n");
  await running.forget();
  expect(ray.jobs.size).toBe(0);
  expect(await ours.attach(job, signal)).toBeNull();
  await running.fetch(signal);
});

test("of results that are incomplete nothing comes, and a list that leads elsewhere is refused", async () => {
  const running = await engine().submit(job, signal);
  await keepResults("job-1", { "predictions.jsonl": "{}\n" }, { "predictions.jsonl": 3, "manifest.json": 9 });
  expect(await userError(running.fetch(signal))).toContain("manifest.json");
  await expect(readFile(join(job.folder, "out", "predictions.jsonl"))).rejects.toThrow();
  await keepResults("job-1", {}, { "../../escaped": 3 });
  await userError(running.fetch(signal));
});

test("a cluster that has forgotten a job whose results are there has not lost it", async () => {
  await keepResults("job-1", { "manifest.json": "[]" });
  const found = await engine().attach(job, signal);
  expect((await followed(found!)).end).toEqual({ kind: "done" });
  await found!.fetch(signal);
  expect(await readFile(join(job.folder, "out", "manifest.json"), "utf8")).toBe("[]");
});

describe("a model of several jobs", () => {
  async function stageShared(name: string, shared: SharedModels): Promise<StagedJob> {
    const modelFolder = join(root, "given");
    await mkdir(modelFolder, { recursive: true });
    await writeFile(join(modelFolder, "config.json"), "{}");
    await writeFile(join(modelFolder, "model.safetensors"), Buffer.alloc(2 * 1024 ** 2, 7));
    return stageLabeling(join(root, name), { modelFolder, labelCount: 2, rows: [{ id: "1", text: name }], shared });
  }
  const files = async (): Promise<string[]> => {
    const entries = await readdir(join(root, "storage"), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  };

  test("goes into the storage once, and is removed with the last of them", async () => {
    const shared = sharedModels(join(root, "models"));
    const [first, second] = [await stageShared("first", shared), await stageShared("second", shared)];
    const ours = engine();
    await Promise.all([first, second].map((each) => ours.submit(each, signal)));
    const { id } = first.model!;
    expect((await files()).sort()).toEqual([`storage/${id}/config.json`, `storage/${id}/model.safetensors`]);
    // The cluster may be another user, and here it is the owner's alone.
    const modes = await Promise.all((await files()).map(async (name) => (await stat(join(root, name))).mode & 0o777));
    if (process.platform !== "win32") expect(modes).toEqual([0o644, 0o644]);
    for (const archive of ray.packages.values()) {
      expect(archive.toString("latin1")).toContain("job/rows.jsonl");
      expect(archive.toString("latin1")).not.toContain("job/model/");
      expect(archive.length).toBeLessThan(100_000);
    }
    // They were handed over side by side: either may have come last.
    for (const each of ray.jobs.values()) each.status = "SUCCEEDED";
    await keepResults(second.id, { "manifest.json": "{}" });
    await (await ours.attach(second, signal))!.forget();
    // Another one may be going to begin with it.
    expect(await files()).toHaveLength(2);
    await ours.release!();
    expect(await files()).toEqual([]);
  });

  test("is no part of a job's folder that goes through the storage", async () => {
    const job = await stageShared("first", sharedModels(join(root, "models")));
    await truncate(join(job.folder, "rows.jsonl"), 65 * 1024 ** 2);
    await engine().submit(job, signal);
    const { id } = job.model!;
    const own = ["job.json", "label.py", "rows.jsonl"].map((name) => `storage/${job.id}/in/${name}`);
    expect((await files()).sort()).toEqual([...own, `storage/${id}/config.json`, `storage/${id}/model.safetensors`].sort());
  });

  test("that an earlier process has sent is removed by the one that goes on", async () => {
    const job = await stageShared("first", sharedModels(join(root, "models")));
    await engine().submit(job, signal);
    const later = engine();
    expect(await later.attach(job, signal)).not.toBeNull();
    await later.release!();
    expect(await files()).toEqual([]);
  });
});

test("a folder that is too large for an upload goes through the storage", async () => {
  await writeFile(join(job.folder, "weights.bin"), "");
  await truncate(join(job.folder, "weights.bin"), 65 * 1024 ** 2);
  await engine().submit(job, signal);
  expect([...ray.packages.values()][0]!.length).toBeLessThan(50_000);
  expect(await readFile(join(root, "storage", "job-1", "in", "train.py"), "utf8")).toBe("print(1)\n");
  expect((await readFile(join(root, "storage", "job-1", "in", "weights.bin"))).length).toBe(65 * 1024 ** 2);
  await expect(readFile(join(root, "storage", "job-1", "in", "out", "left.txt"))).rejects.toThrow();
});

test("nothing goes to another origin", async () => {
  await using elsewhere = await startRedirecting({ status: 302, leadTo: () => null });
  for (const status of [302, 307]) {
    ray.fault = () => ({ status, location: `${elsewhere.origin}/api/version` });
    expect(await userError(engine().check(signal))).toContain(elsewhere.origin);
    await userError(engine().submit(job, signal));
  }
  expect(elsewhere.requests).toEqual([]);
});
