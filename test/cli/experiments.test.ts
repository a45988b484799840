/** @file Experiments of a run on the command line: killed within one, and resumed. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { measurementKey } from "../../src/lib/text/measurement-key.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Measurement } from "../../src/types/measurement.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { emptyFolder, ticketRows } from "./cli.js";

let program: ChildScript;
beforeAll(async () => {
  program = await bundleChild("src/cli/cli.ts");
}, 60_000);
afterAll(() => program[Symbol.asyncDispose]());

/** Whole lines: the last one may be cut off where a process was killed. */
const linesOf = <Line>(file: string): Line[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line)
    : [];

it("a run that is killed within an experiment goes on with it, and makes and pays for none twice", async () => {
  await using llm = await startFaultyServer({
    keywords: { refund: "money", login: "password", parcel: "parcel" },
    otherwise: "login",
    latencyMs: 4,
  });
  const folder = await emptyFolder();
  const run = join(folder, "runs", "killed");
  const [data, keys] = [join(folder, "tickets.csv"), join(folder, "keys.env")];
  await writeFile(keys, `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${llm.url}\n`);
  const parcels = ticketRows(36).map(({ text }) => ({
    text: `My parcel is lost. ${text.replace(/money|password/g, "thing")}`,
    label: "parcel",
  }));
  const rows = [...ticketRows(74), ...parcels].map(
    ({ text, label }, row) => `"${text}",${label},${row % 5 < 2 ? "mail" : "web"}`,
  );
  await writeFile(data, `text,label,source\n${rows.join("\n")}\n`);
  const words = ["--runs", join(folder, "runs"), "--env-file", keys];
  const options = [
    "--llm",
    "openai:gpt-5-mini",
    "--approaches",
    "tune:tfidf,prompt:few-shot",
    "--shift",
    "source",
    "--test-share",
    "0.6",
    "-j",
    "4",
  ];

  const measured = (): Measurement[] => linesOf(join(run, "measurements.jsonl"));
  const experiments = (): Measurement[] => measured().filter(({ experiment }) => experiment !== undefined);
  let before: Measurement[] = [];
  for (const made of [1, 8]) {
    const child =
      made === 1
        ? program.start(
            "run",
            data,
            ...words,
            "--name",
            "killed",
            ...options,
            "--curve",
            "full",
            "--curve-time",
            "4m",
            "--budget-usd",
            "50",
          )
        : program.start("resume", "killed", ...words);
    while (experiments().length < made && child.exitCode === null) await delay(2);
    // While the prompt is asked for another one.
    const asked = llm.requests.length;
    while (llm.requests.length < asked + 8 && child.exitCode === null) await delay(1);
    child.kill("SIGKILL");
    await ended(child);
    expect(existsSync(join(run, "results.json"))).toBe(false);
    for (const one of before) expect(experiments()).toContainEqual(one);
    before = experiments();
    expect(before.length).toBeGreaterThanOrEqual(made);
  }
  expect(await ended(program.start("resume", "killed", ...words))).toBe(0);

  const keysOf = measured().map(measurementKey);
  expect(new Set(keysOf).size).toBe(keysOf.length);
  // The same lines: what they took would differ if they had been made again.
  for (const one of before) expect(experiments()).toContainEqual(one);
  expect(experiments().length).toBeGreaterThan(before.length);
  const { experiments: shown, spending } = JSON.parse(readFileSync(join(run, "results.json"), "utf8")) as Comparison;
  expect(shown!.shifts.map(({ part, loss }) => [part.by, loss?.seeds])).toEqual([
    ["value", expect.any(Number)],
    ["value", expect.any(Number)],
  ]);
  expect(shown!.lossDifferences!.map(({ of }) => of.kind)).toContain("shift");
  // Only what was open when it was killed is asked again, of at most four at once.
  expect(spending!.uncertainRequests).toBeGreaterThan(0);
  expect(spending!.uncertainRequests).toBeLessThanOrEqual(2 * 4);
  const bodies = llm.requests.map(({ body }) => JSON.stringify(body));
  expect(bodies.length - new Set(bodies).size).toBeLessThanOrEqual(2 * 4);
}, 240_000);
