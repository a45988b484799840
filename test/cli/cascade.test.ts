/** @file `crossover cascade`: what it prints, and what it refuses. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { loadPredictor } from "../../src/index.js";
import type { Cascade, Selective } from "../../src/types/cascade.js";
import { crossover, emptyFolder, ticketRows } from "./cli.js";

let runs: string;
const recorded = "prompt:recorded@big";

beforeAll(async () => {
  const folder = await emptyFolder();
  runs = join(folder, "runs");
  // Some labels are the other one: what is learned from words errs there, and no temperature is without a limit.
  const rows = ticketRows(160).map(({ text, label }, i) => {
    const other = label === "login" ? "refund" : "login";
    return { text, label: i % 7 === 3 ? other : label, id: `t${i}` };
  });
  const data = join(folder, "tickets.csv");
  await writeFile(data, `id,text,label\n${rows.map(({ id, text, label }) => `${id},"${text}",${label}`).join("\n")}\n`);
  const answers = rows.map(({ id, label }, row) =>
    JSON.stringify({
      custom_id: id,
      response: {
        status_code: 200,
        body: {
          model: "big",
          choices: [{ message: { content: row % 9 === 0 ? "nothing of it" : label }, finish_reason: "stop" }],
          usage: { prompt_tokens: 50, completion_tokens: 2 },
        },
      },
    }),
  );
  const file = join(folder, "answers.jsonl");
  await writeFile(file, `${answers.join("\n")}\n`);
  const ran = await crossover([
    "run",
    data,
    "--id",
    "id",
    "--runs",
    runs,
    "--name",
    "r",
    "--curve",
    "off",
    "--llm",
    `recorded:${file}`,
    "--approaches",
    `tune:tfidf,tune:probe,${recorded}`,
  ]);
  expect(ran.code, ran.err).toBe(0);
});

const cascade = (...words: readonly string[]) => crossover(["cascade", "r", "--runs", runs, ...words], { width: 80 });

it("pairs the best of both arms, within 80 columns, and asks nothing", async () => {
  const { code, out, err } = await cascade();
  expect(code, err).toBe(0);
  expect(err).toBe("");
  expect(out).toContain(recorded);
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("prints the whole result as JSON, of the pair that is named and for the aim that is told", async () => {
  const found = JSON.parse((await cascade("--json", "--small", "tune:tfidf", "--target-accuracy", "0.9")).out) as Cascade;
  expect(found).toMatchObject({ format: 1, small: "tune:tfidf", llm: recorded, aim: { kind: "score", least: 0.9 } });
  expect(found.curve.at(-1)!.share).toBe(1);
  expect(found.policies.cascade.accuracy.value).toBeGreaterThan(0.5);
});

it("writes the same as a page, as Markdown and as JSON, also of one model and a person", async () => {
  const folder = await emptyFolder();
  const files = ["html", "md", "json"].map((extension) => join(folder, `both.${extension}`));
  const { code, out, err } = await cascade(...files.flatMap((path) => ["-o", path]), "--json");
  expect(code, err).toBe(0);
  const [html, md, json] = await Promise.all(files.map((path) => readFile(path, "utf8")));
  expect(json).toBe(out);
  expect(html).toContain("<svg");
  expect(html).not.toContain("<script");
  expect(md).toMatch(/^# Cascade of /);
  const person = join(folder, "person.html");
  expect((await cascade("--escalate", "person", "--max-error", "0.4", "-o", person)).code).toBe(0);
  expect(await readFile(person, "utf8")).toContain("<svg");
});

it("refuses a file of another format before anything is written", async () => {
  const folder = await emptyFolder();
  const [page, table] = [join(folder, "a.html"), join(folder, "a.csv")];
  const { code, out, err } = await cascade("-o", page, "-o", table);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(".html, .md, .json");
  expect(existsSync(page)).toBe(false);
});

it("leaves the unsure rows to a person, and says how many errors there may be", async () => {
  const found = JSON.parse((await cascade("--json", "--escalate", "person", "--max-error", "0.4")).out) as Selective;
  expect(found).toMatchObject({ maxError: 0.4, rows: found.of });
  const alike = JSON.parse((await cascade("--json", "--escalate", "person", "--target-accuracy", "0.6")).out) as Selective;
  expect(alike.found).toEqual(found.found);
  const text = await cascade("--escalate", "person");
  expect(text.code).toBe(0);
  for (const line of text.out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it.each([
  [["--small", "tune:tfidff"], "tune:tfidf"],
  [["--small", "tune:tfidf", "--llm", "tune:tfidf"], "tune:tfidf"],
  [["--small", recorded, "--llm", "tune:tfidf"], recorded],
  [["--max-error", "0.02"], "--escalate person"],
  [["--escalate", "person", "--llm", recorded], "--llm"],
  [["--escalate", "person", "--max-usd-per-1k", "1"], "--max-error"],
  [["--target-accuracy", "95"], "--target-accuracy"],
  [["--target-accuracy", "1"], "--target-accuracy"],
  [["--max-usd-per-1k", "-1"], "--max-usd-per-1k"],
  [["--max-usd-per-1k", "1"], recorded],
])("refuses %j, and names what is wrong", async (words, named) => {
  const { code, out, err } = await cascade(...words);
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toContain(named);
  expect(err).not.toMatch(/^ +at /m);
});

it("refuses aims that exclude each other, and a run that is not there", async () => {
  expect((await cascade("--target-accuracy", "0.9", "--max-usd-per-1k", "1")).code).toBe(2);
  expect((await crossover(["cascade", "nothing", "--runs", runs])).code).toBe(2);
});

it("saves a cascade that loads, with what calibrates it, and says what can't be saved", async () => {
  const refused = await cascade("--save");
  expect(refused.code).toBe(2);
  expect(refused.err).toContain("recorded");
  const pair = ["--small", "tune:probe", "--llm", "tune:tfidf", "--target-accuracy", "0.99"] as const;
  const found = JSON.parse((await cascade(...pair, "--json")).out) as Cascade;
  const saved = await cascade(...pair, "--json", "--save");
  if (found.threshold === 0 || found.threshold === null) {
    expect(saved.code).toBe(2);
    return;
  }
  expect(saved.code, saved.err).toBe(0);
  await using predictor = await loadPredictor(join(runs, "r", "artifacts", "hybrid_cascade"));
  const { accuracy, usdPerThousand } = predictor.manifest!.measured!;
  expect(accuracy.value).toBeCloseTo(found.policies.cascade.accuracy.value, 12);
  // Both run on this machine: nothing of it is a list price.
  expect(usdPerThousand!.value).toBeCloseTo(found.policies.cascade.usdPerThousand!.value, 12);
  const machine = { kind: "machine" };
  expect(usdPerThousand!.basis).toMatchObject({ kind: "cascade", small: machine, llm: machine });
  expect(["tune:probe", "tune:tfidf"]).toContain((await predictor.classify(["I want my money back"]))[0]!.answeredBy);
});

it("leaves calibration.json beside approaches that had validation rows, named by their manifest, and tells calibrated scores", async () => {
  const folder = join(runs, "r", "artifacts", "tune_tfidf");
  await using told = await loadPredictor(folder);
  expect(told.manifest!.files).toHaveProperty("calibration.json");
  await using raw = await loadPredictor(folder, { isCalibrated: false });
  const [ours, theirs] = [await told.classify(["my password"]), await raw.classify(["my password"])];
  expect(ours[0]!.answer).toEqual(theirs[0]!.answer);
  expect(ours[0]!.scores).not.toEqual(theirs[0]!.scores);
});
