/** @file `--unlabelled`: a run whose LLM labels rows for the small model, by recorded answers. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadPredictor, readRun, summarize } from "../../src/index.js";
import { random } from "../../src/lib/random.js";
import { crossover, emptyFolder, ticketRows } from "./cli.js";

const name = "hybrid:distilled@big";
let [folder, data, pool, recording, runs] = ["", "", "", "", ""];

const csv = (rows: readonly (readonly string[])[], head: string): string =>
  `${head}\n${rows.map((cells) => cells.map((cell) => `"${cell}"`).join(",")).join("\n")}\n`;

beforeAll(async () => {
  folder = await emptyFolder();
  [data, pool, recording, runs] = ["tickets.csv", "pool.csv", "answers.jsonl", "runs"].map((each) => join(folder, each)) as [
    string,
    string,
    string,
    string,
  ];
  const { integer } = random(1, "words");
  const word = (): string => integer(36 ** 6).toString(36);
  // No two of them nearly alike, as texts of one template are.
  const rows = ticketRows(400).map(({ text, label }, i) => {
    return { id: `t${i}`, text: `${text} ${Array.from({ length: 15 }, word).join(" ")}`, label };
  });
  const [labelled, others] = [rows.slice(0, 150), rows.slice(150)];
  await writeFile(
    data,
    csv(
      labelled.map(({ id, text, label }) => [id, text, label]),
      "id,text,label",
    ),
  );
  // Ten rows of the data are among the others, under other ids.
  const known = labelled.slice(0, 10).map(({ text }, i) => [`k${i}`, text]);
  await writeFile(pool, csv([...others.map(({ id, text }) => [id, text]), ...known], "id,text"));
  const answers = rows.map(({ id, label }) =>
    JSON.stringify({
      custom_id: id,
      response: {
        status_code: 200,
        body: {
          model: "big",
          choices: [{ message: { content: label }, finish_reason: "stop" }],
          usage: { prompt_tokens: 50, completion_tokens: 2 },
        },
      },
    }),
  );
  await writeFile(recording, `${answers.join("\n")}\n`);
});

const run = (...words: readonly string[]) =>
  crossover(["run", data, "--runs", runs, "--curve", "off", "--llm", `recorded:${recording}`, ...words]);

describe("crossover run --unlabelled", () => {
  it("measures the small model with the LLM's labels beside the one without, and says what they brought", async () => {
    const { code, err } = await run(
      "--unlabelled",
      pool,
      "--name",
      "taught",
      "--approaches",
      "tune:tfidf,tune:probe,prompt:recorded,hybrid:distilled",
    );
    expect(code, err).toBe(0);
    const { manifest, measurements } = await readRun(join(runs, "taught"));
    const own = measurements.filter(({ approach }) => approach === name);
    // No best of hybrids is chosen: it is measured on test rows alone.
    expect(own.map(({ split }) => split)).toEqual(["test"]);
    const { distilled } = own[0]!.facts;
    expect(distilled).toMatchObject({ teacher: "prompt:recorded@big", rule: { kind: "all" }, isSoft: false });
    expect(distilled!.asked).toBeLessThanOrEqual(250);
    expect(distilled!.answered).toBe(distilled!.asked);
    expect(own[0]!.fitCost.labels).toBe(own[0]!.trainSize);
    expect(own[0]!.trainSize).toBeLessThan(150);
    const { task, assumptions, failed } = manifest;
    const { contrasts, best } = summarize({ task, assumptions, measurements, failed });
    expect(contrasts.filter(({ a }) => a === name)).toMatchObject([{ b: distilled!.student }]);
    expect([best.tune?.approach, best.prompt?.approach]).not.toContain(name);
    const page = await crossover(["view", "taught", "--runs", runs, "--full"]);
    expect(page.out).toContain(name);
    expect(page.out).toContain(`${distilled!.kept} of ${distilled!.asked} rows`);
    // Its folder is a small model's.
    await using loaded = await loadPredictor(join(runs, "taught", "artifacts", "hybrid_distilled@big"));
    const text = ticketRows(1)[0]!.text;
    expect((await loaded.classify([text]))[0]!.answer).toHaveLength(1);
  });

  it("says that the file changes nothing where nobody labels its rows", async () => {
    const none = ["--llm", "none", "--dry-run", "--approaches", "tune:tfidf"];
    const idle = await crossover(["run", data, "--runs", runs, "--curve", "off", "--unlabelled", pool, ...none]);
    expect(idle.code, idle.err).toBe(0);
    expect(idle.out + idle.err).toMatch(/--unlabelled changes nothing/);
    const rowsAlone = await crossover(["run", data, "--runs", runs, "--curve", "off", "--unlabelled-rows", "5", ...none]);
    expect(rowsAlone.out + rowsAlone.err).toMatch(/--unlabelled-rows changes nothing/);
  });

  it("tells the price of it beforehand", async () => {
    const { code, out, err } = await run("--unlabelled", pool, "--dry-run");
    expect(code, err).toBe(0);
    expect(out).toContain(name);
  });

  it("refuses a file without other texts, and rows that changed since the run began", async () => {
    const none = await run("--unlabelled", data, "--name", "none");
    expect(none.code).toBe(2);
    expect(none.err).toContain("--unlabelled");
    const missing = await run("--unlabelled", join(folder, "nowhere.csv"));
    expect(missing.code).toBe(2);
    const rows = await readFile(pool, "utf8");
    await writeFile(pool, rows.replace("t200", "t2000"));
    const changed = await crossover(["resume", "taught", "--runs", runs]);
    expect(changed.code, changed.out).toBe(2);
    expect(changed.err).toContain("not what they were");
    await writeFile(pool, rows);
    const unnamed = await run("--approaches", "hybrid:distilled");
    expect(unnamed.code).toBe(2);
    expect(unnamed.err).toContain("--unlabelled FILE");
  });
});
