import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EngineJob, StagedJob } from "../../../src/engines/engine.js";
import { type HfJobsOptions, hfJobsEngine } from "../../../src/engines/hf-jobs/hf-jobs.js";
import { UserError } from "../../../src/lib/errors.js";
import { type FakeHfJobs, startHfJobs } from "../../servers/hf-jobs.js";
import { startRedirecting } from "../../servers/redirecting.js";
import { toTheEnd, userErrorOf } from "../staged-job.js";

const token = "hf_token_0123456789";
const signal = new AbortController().signal;
let root: string;
let hub: FakeHfJobs;
let job: StagedJob;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hf-jobs-"));
  hub = await startHfJobs(token);
  const folder = join(root, "job-1");
  await mkdir(join(folder, "out"), { recursive: true });
  await writeFile(join(folder, "train.py"), "print(1)\n");
  await writeFile(join(folder, "weights.bin"), Buffer.alloc(5000, 7));
  await writeFile(join(folder, "out", "left.txt"), "of an earlier run");
  job = { id: "job-1", folder, script: "train.py" };
});
afterEach(async () => {
  // Whatever a test did, the token went to the hub alone, and never into a file.
  expect(hub.requests.filter(({ server, authorization }) => server === "storage" && authorization !== undefined)).toEqual([]);
  for (const content of [...(hub.files ?? new Map()).values(), ...hub.objects.values()])
    expect(String(content)).not.toContain(token);
  await hub[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const engine = (options: Partial<HfJobsOptions> = {}) =>
  hfJobsEngine({
    env: { HF_TOKEN: token, HF_ENDPOINT: hub.url, HOME: root },
    pace: { firstSeconds: 0.01, longestSeconds: 0.05, wholeSeconds: 2 },
    ...options,
  });

const followed = (running: EngineJob, onLine: (line: string) => void = () => {}) => toTheEnd(running, { signal, onLine });

const userError = (work: Promise<unknown>): Promise<string> => userErrorOf(work, /hf_token_0123456789|signed-secret/);

function keepResults(files: Readonly<Record<string, string>>): void {
  hub.bucket ??= new Map();
  for (const [name, text] of Object.entries(files)) hub.bucket.set(`job-1/out/${name}`, Buffer.from(text));
  const sizes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.length]));
  hub.bucket.set("job-1/done.json", Buffer.from(JSON.stringify({ files: sizes })));
}

const posts = (path: string): number =>
  hub.requests.filter((request) => request.method === "POST" && request.path === path).length;

test("the service is told with its machine, price and payer; without a token there is none", async () => {
  expect(await engine({ flavor: "t4-small" }).check(signal)).toBe("Hugging Face Jobs on t4-small (0.40 USD an hour) as ann");
  expect(() => engine({ env: { HOME: root } })).toThrow(UserError);
  expect(await userError(engine({ flavor: "t4-smal" }).check(signal))).toContain('"t4-small"');
  expect(
    await userError(engine({ env: { HF_TOKEN: "another_token", HF_ENDPOINT: hub.url, HOME: root } }).check(signal)),
  ).toContain("HF_TOKEN");
});

test("an organization pays where it is named, and has the files too; one that there is not is told", async () => {
  await using org = await startHfJobs(token, "my-org");
  const env = { HF_TOKEN: token, HF_ENDPOINT: org.url, HOME: root };
  const ours = engine({ env, namespace: "my-org", flavor: "t4-small" });
  expect(ours.spec).toBe("hf-jobs:my-org/t4-small");
  expect(await ours.check(signal)).toMatch(/ as my-org$/);
  await ours.submit(job, signal);
  expect(org.jobs).toHaveLength(1);
  expect(org.jobs[0]!.request["volumes"]).toMatchObject([{ source: "my-org/crossover-jobs" }]);
  expect([...org.files!.keys()]).toContain("job-1/job/train.py");
  expect(org.requests.filter(({ path }) => path.includes("/ann"))).toEqual([]);
  expect(await userError(engine({ namespace: "my-orc" }).check(signal))).toContain('"my-orc"');
});

test("weights that two jobs have go up once", async () => {
  const twin = { ...job, id: "job-2" };
  for (const each of [job, twin]) await engine().submit(each, signal);
  const puts = hub.requests.filter(({ server, method }) => server === "storage" && method === "PUT");
  const large = [...hub.objects.values()].filter((content) => content.length === 5000);
  expect(large).toHaveLength(1);
  // staged.py and the weights.
  expect(puts).toHaveLength(2);
  expect([...hub.files!.keys()]).toEqual(expect.arrayContaining(["job-1/job/weights.bin", "job-2/job/weights.bin"]));
});

test("an image of one's own has its own packages, or has them installed, and a time of its own", async () => {
  const image = "ghcr.io/my-org/jobs:1";
  await engine({ image, timeoutSeconds: 7200 }).submit(job, signal);
  await engine({ image, installsPackages: true }).submit({ ...job, id: "job-2" }, signal);
  await engine({ image: "https://huggingface.co/spaces/my-org/jobs" }).submit({ ...job, id: "job-3" }, signal);
  await engine().submit({ ...job, id: "job-4" }, signal);
  const [bare, installed, space, usual] = hub.jobs.map(({ request }) => request);
  expect(bare).toMatchObject({
    dockerImage: image,
    command: ["python", "/crossover/staged.py"],
    timeoutSeconds: 7200,
  });
  expect(installed).toMatchObject({ dockerImage: image });
  expect(installed!["command"]).toEqual(usual!["command"]);
  expect((usual!["command"] as string[]).slice(0, 2)).toEqual(["uv", "run"]);
  expect([space!["spaceId"], space!["dockerImage"]]).toEqual(["my-org/jobs", undefined]);
});

test("a job's folder goes to a private repository, large files by LFS, and the job has the token as a secret", async () => {
  await engine().submit(job, signal);
  expect([...hub.files!.keys()].sort()).toEqual([
    "job-1/job/train.py",
    "job-1/job/weights.bin",
    "job-1/staged.json",
    "job-1/staged.py",
  ]);
  expect(hub.files!.get("job-1/job/weights.bin")).toEqual(Buffer.alloc(5000, 7));
  expect(hub.objects.size).toBe(2);
  expect(JSON.parse(String(hub.files!.get("job-1/staged.json")))).toMatchObject({
    id: "job-1",
    storage: "hf://buckets/ann/crossover-jobs",
    inputs: "package",
  });
  const { request } = hub.jobs[0]!;
  expect(request).toMatchObject({
    flavor: "cpu-basic",
    secrets: { HF_TOKEN: token },
    environment: { HF_ENDPOINT: hub.url },
    labels: { "crossover-job": "job-1" },
    timeoutSeconds: 21_600,
    volumes: [
      {
        type: "dataset",
        source: "ann/crossover-jobs",
        path: "job-1",
        mountPath: "/crossover",
        revision: "c0ffee".padEnd(40, "0"),
      },
    ],
  });
  expect(JSON.stringify({ ...request, secrets: {} })).not.toContain(token);
  expect((request["command"] as string[]).at(-1)).toBe("/crossover/staged.py");
});

test("a job that wants a GPU gets a machine with one, and none without", async () => {
  await engine().submit({ ...job, wantsGpu: true }, signal);
  expect(hub.jobs[0]!.request).toMatchObject({ flavor: "t4-small" });
  expect(await userError(engine({ flavor: "cpu-basic" }).submit({ ...job, id: "job-2", wantsGpu: true }, signal))).toContain(
    "t4-small",
  );
});

test("what anybody can read gets no rows", async () => {
  hub.isPublic = true;
  hub.files = new Map();
  await userError(engine().submit(job, signal));
  hub.files = null;
  hub.bucket = new Map();
  await userError(engine().submit(job, signal));
  expect(hub.jobs).toEqual([]);
  expect(hub.files).toEqual(new Map());
});

test("the same id twice is one job, also where the first answer was lost", async () => {
  let lost = 1;
  hub.fault = ({ method, path }) =>
    method === "POST" && path === "/api/jobs/ann" && lost-- > 0 ? { reset: "after" } : undefined;
  await engine().submit(job, signal);
  await engine().submit(job, signal);
  expect(hub.jobs.length).toBe(1);
  expect(posts("/api/jobs/ann")).toBe(1);
});

test("lines are told once, whatever happens to the stream", async () => {
  const running = await engine().submit(job, signal);
  const kept = hub.jobs[0]!;
  Object.assign(kept, { stage: "RUNNING", log: ["one", '{"event":"größe"}\n'] });
  hub.cutAfter = 2;
  let streams = 0;
  hub.fault = ({ path }) => (path.endsWith("/logs") && streams++ % 2 === 0 ? { status: 502 } : undefined);
  const { lines, end } = await followed(running, (line) => {
    if (line.includes("größe")) {
      hub.cutAfter = Number.POSITIVE_INFINITY;
      kept.log.push("three");
    }
    if (line === "three") {
      kept.log.push("four");
      kept.stage = "COMPLETED";
    }
  });
  expect(lines).toEqual(["one", '{"event":"größe"}', "three", "four"]);
  expect(end).toEqual({ kind: "done" });
});

test("a stream that goes on in silence keeps nobody from the job's end, and a stop of following is at once", async () => {
  hub.isEndless = true;
  const running = await engine().submit(job, signal);
  Object.assign(hub.jobs[0]!, { stage: "RUNNING", log: ["one"] });
  const { lines, end } = await followed(running, () =>
    Object.assign(hub.jobs[0]!, { stage: "ERROR", message: `Job timeout of ${token}` }),
  );
  expect(lines).toEqual(["one"]);
  expect(end).toEqual({ kind: "failed", log: ["one"], why: "Job timeout of [key]" });
  hub.jobs[0]!.stage = "RUNNING";
  const controller = new AbortController();
  const log = running.follow(controller.signal);
  await log.next();
  const next = log.next();
  controller.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
});

test("one that failed or was stopped is begun again, and the latest is found", async () => {
  const ours = engine();
  const first = await ours.submit(job, signal);
  hub.jobs[0]!.stage = "ERROR";
  await ours.submit(job, signal);
  expect(hub.jobs.length).toBe(2);
  await first.stop();
  const found = (await ours.attach(job, signal))!;
  await found.stop();
  expect(hub.jobs.map(({ stage }) => stage)).toEqual(["ERROR", "CANCELED"]);
  expect((await followed(found)).end).toEqual({ kind: "stopped" });
  expect(await ours.attach({ ...job, id: "job-10" }, signal)).toBeNull();
});

test("results come whole from the bucket, and are forgotten with the inputs", async () => {
  const ours = engine();
  const running = await ours.submit(job, signal);
  hub.jobs[0]!.stage = "COMPLETED";
  await userError(running.fetch(signal));
  keepResults({ "predictions.jsonl": "{}\n", "model/config.json": "{}", "manifest.json": "[]" });
  let failures = 2;
  hub.fault = ({ server }) => (server === "storage" && failures-- > 0 ? { status: 503 } : undefined);
  await running.fetch(signal);
  expect(await readFile(join(job.folder, "out", "model", "config.json"), "utf8")).toBe("{}");
  hub.bucket!.set("job-10/done.json", Buffer.from("{}"));
  hub.files!.set("job-10/staged.py", Buffer.from(""));
  await running.forget();
  expect([[...hub.bucket!.keys()], [...hub.files!.keys()]]).toEqual([["job-10/done.json"], ["job-10/staged.py"]]);
  // Its record stays there, and is nobody's.
  expect(await ours.attach(job, signal)).toBeNull();
  await ours.submit(job, signal);
  expect(hub.jobs.length).toBe(2);
});

test("results that are there are found without a job", async () => {
  keepResults({ "manifest.json": "[]" });
  const found = (await engine().attach(job, signal))!;
  expect((await followed(found)).end).toEqual({ kind: "done" });
  await found.fetch(signal);
  expect(await readFile(join(job.folder, "out", "manifest.json"), "utf8")).toBe("[]");
});

test("no credit, an address that is refused and a redirect elsewhere are the user's", async () => {
  hub.fault = ({ method, path }) => (method === "POST" && path === "/api/jobs/ann" ? { status: 402 } : undefined);
  expect(await userError(engine().submit(job, signal))).toContain("402");
  hub.objects.clear();
  hub.fault = ({ server }) => (server === "storage" ? { status: 403 } : undefined);
  expect(await userError(engine().submit(job, signal))).toContain("resume");
  await using elsewhere = await startRedirecting({ status: 307, leadTo: () => null });
  hub.fault = ({ server }) => (server === "hub" ? { status: 307, location: elsewhere.origin } : undefined);
  expect(await userError(engine().submit(job, signal))).toContain(elsewhere.origin);
  expect(elsewhere.requests).toEqual([]);
});
