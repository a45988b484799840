import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readRun } from "../../src/index.js";
import { sealedLine, unsealed } from "../../src/lib/sealed-json.js";
import { saveCascade } from "../../src/ship/cascade/save-cascade.js";
import { artifactFolder } from "../../src/store/artifact-folder.js";
import type { Cascade } from "../../src/types/cascade.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import type { Fault } from "../servers/faults.js";
import { type SimulatedLlm, startSimulatedLlm } from "../servers/simulated-llm/simulated-llm.js";
import { type TicketModel, ticketModel } from "../upkeep/recheck/ticket-model.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const llm = "openai:gpt-5-mini";
const asked = `prompt:zero-shot@${llm}`;

/** Where the run is that all tests begin with. */
let origin: string;
let folder: string;
let model: TicketModel;
let service: SimulatedLlm;
/** What goes wrong with a request of so many since the last look. */
let fault: (request: number) => Fault | undefined;
const env = () => ({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: service.url });

/** A run of a prompt, all whose answers are right, and a tuned model on 240 rows, 60 of them test rows: a copy, in its own folder. */
async function aRun(): Promise<string> {
  const run = join(folder, "runs", "tickets");
  await cp(join(origin, "runs", "tickets"), run, { recursive: true });
  return run;
}

async function makeRun(...words: string[]): Promise<string> {
  const data = await writeTickets(folder, 240);
  const run = ["run", data, "--runs", join(folder, "runs"), "--name", "tickets", "--llm", llm, "--test-share", "0.25"];
  const approaches = ["--approaches", `tune:tfidf,${asked}`, "--curve", "off", "--yes", "--quiet"];
  const { code, err } = await crossover([...run, ...approaches, ...words], { env: env() });
  expect(err).toBe("");
  expect(code).toBe(0);
  return join(folder, "runs", "tickets");
}

const recheck = (run: string, ...words: string[]) => crossover(["recheck", run, ...words], { env: env() });
const stored = async (run: string) =>
  Promise.all(
    (await readdir(join(run, "rechecks")).catch(() => []))
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => unsealed(await readFile(join(run, "rechecks", name), "utf8"))!),
  );

describe("crossover recheck", () => {
  beforeAll(async () => {
    folder = await emptyFolder();
    model = ticketModel();
    await using first = await startSimulatedLlm({ model });
    service = first;
    await makeRun();
    origin = folder;
  });
  beforeEach(async () => {
    folder = await emptyFolder();
    model = ticketModel();
    fault = () => undefined;
    let requests = 0;
    service = await startSimulatedLlm({ model, fault: () => fault(requests++) });
    return () => service[Symbol.asyncDispose]();
  });

  it("exits 0 against the same model, asks each row anew, and changes nothing of the run", async () => {
    const run = await aRun();
    const before = await readFile(join(run, "predictions.jsonl"), "utf8");
    const requests = service.requests.length;
    const { code, out, err } = await recheck(run, "--approach", asked, "--json");
    expect(code, err).toBe(0);
    expect(service.requests.length - requests).toBe(60);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ approach: asked, llm, left: { unasked: 0, unanswered: 0, beyondLimit: 0 } });
    expect(result.askings).toHaveLength(1);
    expect(result.askings[0]).toMatchObject({ rows: 60, missing: 0, changed: 0, pValue: 1, broken: [], mended: [] });
    expect(result.askings[0].accuracy.difference.value).toBe(0);
    expect(result.verdict.finding).not.toBe("worse");
    expect(result.spending.paidUsd).toBeGreaterThan(0);
    expect(await readFile(join(run, "predictions.jsonl"), "utf8")).toBe(before);
    expect(await stored(run)).toHaveLength(1);
    expect((await stored(run))[0]).toMatchObject({ approach: asked, answers: [expect.any(Array)] });
    // No text of a row is kept.
    expect(JSON.stringify(await stored(run))).not.toContain("money");
  });

  it("exits 100 against a model that was made worse, after asking twice, and lists what flipped with its texts", async () => {
    const run = await aRun();
    model.wrong = 0.3;
    const requests = service.requests.length;
    const { code, out } = await recheck(run, "--approach", asked);
    expect(code).toBe(100);
    expect(service.requests.length - requests).toBe(120);
    expect(out).toContain("WORSE");
    expect(out).toMatch(/refund → login {2}.*money/);
    const [result] = await stored(run);
    expect(result).toMatchObject({ verdict: { finding: "worse", isRefuted: false }, unconfirmed: null });
    const [first, second] = result!["askings"] as {
      broken: string[];
      mended: string[];
      rows: number;
      accuracy: { now: { value: number } };
    }[];
    expect({ ...second, seconds: null }).toEqual({ ...first, seconds: null });
    expect(first!.mended).toEqual([]);
    expect(first!.accuracy.now.value).toBeCloseTo(1 - first!.broken.length / 60, 12);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("sounds no alarm where the second asking does not confirm the first", async () => {
    const run = await aRun();
    const before = service.requests.length;
    // Bad for the first 60 requests alone.
    Object.defineProperty(model, "wrong", { get: () => (service.requests.length - before <= 60 ? 0.3 : 0) });
    const { code, out } = await recheck(run, "--approach", asked, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verdict: { finding: "unclear", isRefuted: true } });
  });

  it("lets the first asking count where the second cannot be brought to its end", async () => {
    const run = await aRun();
    model.wrong = 0.3;
    fault = (request) => (request >= 60 ? "404" : undefined);
    const { code, out } = await recheck(run, "--approach", asked, "--json");
    expect(code).toBe(100);
    expect(JSON.parse(out)).toMatchObject({ unconfirmed: "stopped", askings: [{ rows: 60 }], verdict: { finding: "worse" } });
  });

  it("says that it does not know where many rows get no answer", async () => {
    const run = await aRun();
    fault = (request) => (request % 4 === 0 ? "400" : undefined);
    const { code, out } = await recheck(run, "--approach", asked, "--json");
    expect(code).toBe(2);
    const { askings, verdict } = JSON.parse(out);
    expect(verdict).toMatchObject({ hangsOnMissing: true });
    expect(askings[0].rows + askings[0].missing).toBe(60);
    expect(askings[0].missing).toBeGreaterThan(10);
  });

  it("ends with 2 where the model is gone, and keeps no result", async () => {
    const run = await aRun();
    fault = () => "404";
    const { code, err } = await recheck(run, "--approach", asked);
    expect(code).toBe(2);
    expect(err).toContain("404");
    expect(await stored(run)).toEqual([]);
  });

  it("takes a wider margin, and another LLM", async () => {
    const run = await aRun();
    model.wrong = 0.3;
    expect((await recheck(run, "--approach", asked, "--margin", "0.5")).code).toBe(0);
    const { code, out } = await recheck(run, "--llm", "openai:gpt-5-nano", "--json");
    expect(code).toBe(100);
    expect(JSON.parse(out)).toMatchObject({ approach: asked, llm: "openai:gpt-5-nano" });
    expect(service.requests.at(-1)!.model).toBe("gpt-5-nano");
    expect(await stored(run)).toHaveLength(2);
  });

  it("predicts again with a tuned model, which is the same, and costs nothing", async () => {
    const run = await aRun();
    const requests = service.requests.length;
    const { code, out } = await recheck(run, "--approach", "tune:tfidf", "--json");
    expect(code).toBe(0);
    expect(service.requests.length).toBe(requests);
    expect(JSON.parse(out)).toMatchObject({ llm: null, askings: [{ changed: 0 }], spending: { paidUsd: 0 } });
  });

  it("asks in batches, each asking its own, at half the price", async () => {
    const run = await aRun();
    model.wrong = 0.3;
    const single = JSON.parse((await recheck(run, "--approach", asked, "--json")).out);
    const { code, out, err } = await recheck(run, "--approach", asked, "--json", "--batch");
    expect(code, err).toBe(100);
    expect(service.batches.map(({ keys }) => keys.length)).toEqual([60, 60]);
    const { askings, spending } = JSON.parse(out);
    expect(askings.map(({ broken }: { broken: string[] }) => broken)).toEqual([
      single.askings[0].broken,
      single.askings[0].broken,
    ]);
    expect(spending.paidUsd).toBeCloseTo(single.spending.paidUsd / 2, 9);
    expect(await readdir(join(run, "rechecks"))).toHaveLength(2);
    const plan = await recheck(run, "--approach", asked, "--dry-run", "--batch");
    expect(plan.out).toMatch(/About 60 requests/);
    const here = await recheck(run, "--approach", "tune:tfidf", "--batch");
    expect([here.code, here.err]).toMatchObject([2, expect.stringContaining("--batch")]);
  }, 30_000);

  describe("of a saved cascade", () => {
    /** Saved in the run, handing on about half of the rows. */
    async function withCascade(): Promise<{ run: string; small: Set<string> }> {
      const run = await aRun();
      const { manifest, measurements } = await readRun(run);
      const measured = measurements.find(({ approach, split }) => approach === "tune:tfidf" && split === "test")!;
      const sure = measured.outcomes.map(({ scores, answer }) => scores![answer![0]!]!).sort((a, b) => a - b);
      const threshold = sure[sure.length >> 1]!;
      const cascade = { small: "tune:tfidf", llm: asked, threshold, calibration: null } as unknown as Cascade;
      const members = { small: artifactFolder(run, "tune:tfidf"), llm: artifactFolder(run, asked) };
      const folder = artifactFolder(run, "hybrid:cascade");
      await saveCascade(folder, { cascade, members, task: manifest.task, summary: undefined, seed: 42 });
      const kept = measured.outcomes.filter(({ scores, answer }) => scores![answer![0]!]! >= threshold);
      return { run, small: new Set(kept.map(({ id }) => id)) };
    }

    it("asks about what is handed on alone, and exits 0 against the same model, 100 against one that was made worse", async () => {
      const { run, small } = await withCascade();
      const handedOn = 60 - small.size;
      expect(handedOn).toBeGreaterThan(10);
      const requests = service.requests.length;
      const plan = await recheck(run, "--approach", "hybrid:cascade", "--dry-run");
      expect(plan.out).toContain(`About ${handedOn} requests`);
      const same = await recheck(run, "--approach", "hybrid:cascade", "--json");
      expect(same.code, same.err).toBe(0);
      expect(service.requests.length - requests).toBe(handedOn);
      expect(JSON.parse(same.out)).toMatchObject({
        approach: "hybrid:cascade",
        llm: null,
        askings: [{ rows: 60, changed: 0 }],
      });
      model.wrong = 0.6;
      const worse = await recheck(run, "--approach", "hybrid:cascade", "--json");
      expect(worse.code).toBe(100);
      const { askings } = JSON.parse(worse.out);
      expect(askings).toHaveLength(2);
      // What the small model answers cannot have become worse.
      expect(askings[0].broken.filter((id: string) => small.has(id))).toEqual([]);
    });

    it("leaves out rows that are handed on and that the run did not ask about", async () => {
      const { run } = await withCascade();
      const path = join(run, "predictions.jsonl");
      // As a run with --llm-rows stores them.
      const lines = (await readFile(path, "utf8")).trim().split("\n");
      let left = 0;
      const changed = lines.map((line) => {
        const { crc: _, ...row } = JSON.parse(line) as Record<string, unknown>;
        if (row["approach"] !== asked || row["split"] !== "test" || left++ % 2 === 0) return line;
        const { rawAnswer: _raw, usage: _usage, ...rest } = row;
        return sealedLine({ ...rest, answer: null, failure: "unasked" });
      });
      await writeFile(path, `${changed.join("\n")}\n`);
      const { code, out, err } = await recheck(run, "--approach", "hybrid:cascade", "--json");
      expect(code, err).toBe(0);
      const { left: leftOut, askings } = JSON.parse(out);
      expect(leftOut.unasked).toBeGreaterThan(3);
      expect(askings[0]).toMatchObject({ rows: 60 - leftOut.unasked, changed: 0 });
    });
  });

  it("refuses a stored model that was changed since the run", async () => {
    const run = await aRun();
    await appendFile(join(artifactFolder(run, "tune:tfidf"), "model.safetensors"), "x");
    const { code, err } = await recheck(run, "--approach", "tune:tfidf");
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toContain("is damaged: model.safetensors");
  });

  it("takes the best where the run chose none, which it says, and one by its way alone", async () => {
    const run = await aRun();
    const { code, out: best, err } = await recheck(run, "--json", "-n", "10");
    expect(code).toBe(0);
    const { approach } = JSON.parse(best);
    expect(["tune:tfidf", asked]).toContain(approach);
    expect(err.replace(/\s+/g, " ")).toContain(`chose no approach: ${approach} answers`);
    const { out } = await recheck(run, "--approach", "prompt:zero-shot", "--json", "-n", "10");
    expect(JSON.parse(out)).toMatchObject({ approach: asked, askings: [{ rows: 10 }] });
  });

  it("asks nothing where the budget cannot suffice, and once where it does not suffice for a second asking", async () => {
    const run = await aRun();
    model.wrong = 0.3;
    const requests = service.requests.length;
    const { code, err } = await recheck(run, "--approach", asked, "--budget-usd", "0.00001");
    expect(code).toBe(2);
    expect(err).toContain("--budget-usd");
    expect(service.requests.length).toBe(requests);
    expect(await stored(run)).toEqual([]);
    const plan = await recheck(run, "--approach", asked, "--json", "--budget-usd", "10");
    const { paidUsd } = JSON.parse(plan.out).spending;
    const most = service.requests.length - requests;
    expect(most).toBe(120);
    const { code: again, out } = await recheck(
      run,
      "--approach",
      asked,
      "--json",
      "--budget-usd",
      String(paidUsd * 0.95),
      "-j",
      "1",
    );
    // Either the second asking is left out, or what is left does not allow it to end: never more is paid than the budget.
    if (again === 100) {
      expect(JSON.parse(out)).toMatchObject({ unconfirmed: "budget", verdict: { finding: "worse" } });
      expect(JSON.parse(out).spending.paidUsd).toBeLessThanOrEqual(paidUsd * 0.95);
    } else expect(again).toBe(2);
  });

  it("asks about a sample, and pairs only what the run asked about", async () => {
    const run = await makeRun("--llm-rows", "40");
    const requests = service.requests.length;
    const { code, out } = await recheck(run, "--approach", asked, "--json", "-n", "25");
    expect(code).toBe(0);
    expect(service.requests.length - requests).toBe(25);
    expect(JSON.parse(out)).toMatchObject({ left: { unasked: 20, unanswered: 0, beyondLimit: 15 }, askings: [{ rows: 25 }] });
  });

  it("says what is wrong: no key, an approach that is not there, data that changed", async () => {
    const run = await makeRun();
    const requests = service.requests.length;
    const noKey = await crossover(["recheck", run, "--approach", asked], { env: {} });
    expect(noKey.code).toBe(2);
    expect(noKey.err).toContain("OPENAI_API_KEY");
    const unknown = await recheck(run, "--approach", "prompt:zero-shoot");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain(asked);
    const recording = await recheck(run, "--approach", "baseline:nothing");
    expect(recording.code).toBe(2);
    await writeTickets(folder, 200);
    const changed = await recheck(run, "--approach", asked);
    expect(changed.code).toBe(2);
    expect(changed.err).toContain("tickets.csv");
    expect(service.requests.length).toBe(requests);
  });

  it("plans without a key and without asking", async () => {
    const run = await aRun();
    const requests = service.requests.length;
    const { code, out } = await crossover(["recheck", run, "--approach", asked, "--dry-run"], { env: {} });
    expect(code).toBe(0);
    expect(out).toContain("60");
    expect(service.requests.length).toBe(requests);
    expect(await readdir(run)).not.toContain("rechecks");
  });
});

describe("a re-check that is killed", () => {
  let program: ChildScript;
  beforeAll(async () => {
    program = await bundleChild("src/cli/cli.ts");
  }, 60_000);
  afterAll(() => program[Symbol.asyncDispose]());

  it("goes on with what was answered, and pays for nothing twice", async () => {
    folder = await emptyFolder();
    model = ticketModel();
    await using slow = await startSimulatedLlm({ model, latencyMs: 10 });
    service = slow;
    const run = await makeRun();
    await mkdir(join(folder, "elsewhere"), { recursive: true });
    await writeFile(join(folder, "keys.env"), `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${slow.url}\n`);
    const before = slow.requests.length;
    const words = ["recheck", run, "--approach", asked, "--env-file", join(folder, "keys.env"), "-j", "2", "--json"];
    const child = program.start(...words);
    while (slow.requests.length - before < 30 && child.exitCode === null) await delay(2);
    child.kill("SIGKILL");
    await ended(child);
    expect(await stored(run)).toEqual([]);
    const { code, out } = await recheck(run, "--approach", asked, "--json");
    expect(code).toBe(0);
    expect(slow.requests.length - before).toBeLessThanOrEqual(60 + 2);
    expect(JSON.parse(out)).toMatchObject({ askings: [{ rows: 60 }] });
    expect(await stored(run)).toHaveLength(1);
    // The next one asks all of them.
    const then = slow.requests.length;
    expect((await recheck(run, "--approach", asked)).code).toBe(0);
    expect(slow.requests.length - then).toBe(60);
  });

  it("goes on with a batch that is under way, which it does not hand over again", async () => {
    folder = await emptyFolder();
    model = ticketModel();
    await using slow = await startSimulatedLlm({ model, batches: { delayMs: 1500 } });
    service = slow;
    const run = await makeRun();
    await writeFile(join(folder, "keys.env"), `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${slow.url}\n`);
    const words = ["recheck", run, "--approach", asked, "--env-file", join(folder, "keys.env"), "--batch", "--json"];
    const child = program.start(...words);
    while (slow.batches.length === 0 && child.exitCode === null) await delay(5);
    child.kill("SIGKILL");
    await ended(child);
    const { code, out, err } = await recheck(run, "--approach", asked, "--batch", "--json");
    expect(code, err).toBe(0);
    expect(slow.batches).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ askings: [{ rows: 60, changed: 0 }] });
    expect(await readdir(join(run, "rechecks"))).toHaveLength(1);
  }, 30_000);
});
