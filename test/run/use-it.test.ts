import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { crossover, emptyFolder, writeTickets } from "../cli/cli.js";

const tiny = join(import.meta.dirname, "../../golden/tiny-bert");

/** Splits a command as a shell does, for words that `shellWord` wrote. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

it("what is advised can be used by the command that the report shows", { timeout: 60_000 }, async () => {
  const folder = join(await emptyFolder(), "it's mine");
  const data = await writeTickets(await emptyFolder());
  const runs = join(folder.replace("'", ""), "all runs");
  const words = ["--approaches", "tune:probe,baseline:majority", "--model", tiny, "--runs", runs, "--name", "one"];
  const { code, out, err } = await crossover(["run", data, ...words]);
  expect(err).not.toMatch(/rror:/);
  expect(code).toBe(0);
  const command = out.split("\n").find((line) => line.includes("crossover label"))!;
  expect(command).toContain(`'${join(runs, "one", "artifacts", "tune_probe")}'`);

  const output = join(runs, "labelled.csv");
  const labelled = await crossover([...wordsOf(command.trim()).slice(1), "-o", output, "--runs", runs]);
  expect(labelled.err).not.toMatch(/rror:/);
  expect(labelled.code).toBe(0);
  const rows = parse(await readFile(output, "utf8"), { columns: true }) as Record<string, string>[];
  const given = parse(await readFile(data, "utf8"), { columns: true }) as Record<string, string>[];

  // The test rows are among them, and have the answers that the run counted.
  const lines = (await readFile(join(runs, "one", "predictions.jsonl"), "utf8")).trim().split("\n");
  const outcomes = lines.map((line) => JSON.parse(line) as { id: string; approach: string; split: string; answer: string[] });
  const tested = outcomes.filter(({ approach, split }) => approach === "tune:probe" && split === "test");
  expect(tested.length).toBeGreaterThan(5);
  const labels = new Set(tested.map(({ answer }) => answer[0]));
  expect(labels.size).toBe(2);
  const column = Object.keys(rows[0]!).find((name) => !(name in given[0]!) && /label/.test(name))!;
  const byId = new Map(given.map((_, i) => [`row-${i + 1}`, rows[i]![column]]));
  const known = tested.filter(({ id }) => byId.has(id));
  for (const { id, answer } of known) expect(byId.get(id)).toBe(answer[0]);

  // A run without an LLM labels with its best tuned model.
  const again = await crossover(["label", data, "--run", join(runs, "one"), "-o", join(runs, "again.csv"), "--runs", runs]);
  expect(again.code).toBe(0);
  expect(await readFile(join(runs, "again.csv"), "utf8")).toBe(await readFile(output, "utf8"));

  const card = await readFile(join(runs, "one", "artifacts", "tune_probe", "README.md"), "utf8");
  const results = JSON.parse(await readFile(join(runs, "one", "results.json"), "utf8")) as {
    summaries: { approach: string; accuracy: { value: number } }[];
  };
  const probe = results.summaries.find(({ approach }) => approach === "tune:probe")!;
  expect(card).toContain(`value: ${probe.accuracy.value}\n`);
  for (const file of ["report.md", "report.html"])
    expect(await readFile(join(runs, "one", file), "utf8"), file).toMatch(/crossover serve.*loadPredictor/s);

  const ask = out.split("\n").find((line) => line.includes("crossover predict"))!;
  const asked = await crossover([...wordsOf(ask.trim()).slice(1), "--json"]);
  expect(asked.code).toBe(0);
  expect(labels).toContain((JSON.parse(asked.out) as { label: string }).label);

  const serve = out.split("\n").find((line) => line.includes("crossover serve"))!;
  const stop = new AbortController();
  const served = await crossover([...wordsOf(serve.trim()).slice(1), "--port", "0"], { out: () => stop.abort() }, stop.signal);
  expect(served.code, served.err).toBe(0);
  expect(served.err).toContain("Serving tune:probe");
});

it("a run of a file whose name is all signs can be viewed by its name", { timeout: 60_000 }, async () => {
  const folder = await emptyFolder();
  const data = join(folder, "<b>.csv");
  await rename(await writeTickets(await emptyFolder()), data);
  const runs = join(folder, "runs");
  const { code } = await crossover(["run", data, "--approaches", "baseline:majority", "--model", tiny, "--runs", runs]);
  expect(code).toBe(0);
  const [name] = (await readdir(runs)).filter((entry) => !entry.startsWith("."));
  const viewed = await crossover(["view", name!, "--runs", runs]);
  expect(viewed.err).not.toMatch(/rror:/);
  expect(viewed.code).toBe(0);
});
