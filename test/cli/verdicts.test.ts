/** @file Recordings that look like answers and are none: what the first line says of them, and with which code the program ends. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../src/lib/random.js";
import { type CliResult, crossover, emptyFolder, ticketRows } from "./cli.js";

type Row = ReturnType<typeof ticketRows>[number] & { readonly id: string };

let folder: string;
let data: string;
let rows: Row[];
beforeAll(async () => {
  folder = await emptyFolder();
  data = join(folder, "tickets.csv");
  const draws = random(5, "order");
  rows = ticketRows(240)
    .map((row) => ({ row, place: draws.uniform() }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }, i) => ({ ...row, id: `t${i}` }));
  await writeFile(data, `id,text,label\n${rows.map(({ id, text, label }) => `${id},"${text}",${label}`).join("\n")}\n`);
});

const answer = (id: string, content: string): string =>
  JSON.stringify({
    custom_id: id,
    response: { status_code: 200, body: { model: "m", choices: [{ message: { content }, finish_reason: "stop" }] } },
  });
const failure = (id: string, status: number, message: string): string =>
  JSON.stringify({ custom_id: id, response: { status_code: status, body: { error: { message } } } });

/** Runs with these lines as the recording. */
async function runWith(name: string, lines: readonly string[], words: readonly string[] = []): Promise<CliResult> {
  const recording = join(folder, `${name}.jsonl`);
  await writeFile(recording, lines.join("\n"));
  const approaches = "baseline:majority,tune:tfidf,prompt:recorded";
  const options = ["--llm", `recorded:${recording}`, "--approaches", approaches, "--runs", join(folder, "runs"), "--name", name];
  return await crossover(["run", data, ...options, ...words]);
}

/** The answer at the top of the report: between its two rules, on one line. */
const topOf = ({ out }: CliResult): string =>
  // The first line is the verdict in a word or two.
  (/─{20,}\n[^\n]*\n([\s\S]*?)\n\s*─{20,}/.exec(out)?.[1] ?? "").replace(/\s+/g, " ");

const wrongOf = (label: string): string => (label === "login" ? "refund" : "login");

describe("a recording", () => {
  it("whose ids are one row off is not what a tuned model is praised for beating", async () => {
    const top = topOf(
      await runWith(
        "shifted",
        rows.map(({ id }, i) => answer(id, rows[(i + 1) % rows.length]!.label)),
      ),
    );
    expect(top).toMatch(/^\s*prompt:recorded@m answers no better than guessing: wrong ids/);
    expect(top).not.toMatch(/Fine-tune:|Shown/);
  });

  it("with one answer to every text is told so", async () => {
    const ran = await runWith(
      "constant",
      rows.map(({ id }) => answer(id, "login")),
    );
    expect(topOf(ran)).toMatch(/^\s*prompt:recorded@m answers no better than guessing/);
    expect(topOf(ran)).not.toContain("Shown");
    expect(ran.out.replace(/\s+/g, " ")).toContain("gives every text the same answer, login");
  });

  it("with two answers to many rows decides nothing by which one comes last", async () => {
    const draws = random(6, "doubled");
    const again = rows.filter(() => draws.uniform() < 0.2).map(({ id, label }) => answer(id, wrongOf(label)));
    const ran = await runWith("doubled", [...rows.map(({ id, label }) => answer(id, label)), ...again]);
    expect(ran.err).toMatch(/\d+ of \d+ rows have answers that differ/);
    expect(topOf(ran)).not.toMatch(/Fine-tune:|Shown on/);
    expect(ran.out).toContain("Rows that were answered twice");
  });

  it("with the same answer twice is what it was", async () => {
    const lines = rows.map(({ id, label }) => answer(id, label));
    const ran = await runWith("repeated", [...lines, ...rows.map(({ id, label }) => answer(id, ` ${label}.`))]);
    expect(ran.err).not.toContain("answers that differ");
    expect(ran.out).not.toContain("Rows that were answered twice");
  });

  it("most of which is lost to several faults, each of fewer than half of the rows, has no verdict and not the code 0", async () => {
    const kinds = (id: string, label: string, i: number): string => {
      if (i % 3 === 0) return failure(id, 402, "Insufficient credits");
      return i % 3 === 1 ? answer(id, "<html>Bad gateway</html>") : answer(id, label);
    };
    const ran = await runWith(
      "faults",
      rows.map(({ id, label }, i) => kinds(id, label, i)),
    );
    expect(ran.code).toBe(2);
    expect(topOf(ran)).toMatch(/^\s*No verdict:.*without a usable answer: \d+ .* and \d+ /);
    expect(topOf(ran)).not.toContain("beats");
  });
});

describe("a --require gate on an approach with missing rows", () => {
  /** A recording that is right wherever it has an answer, without a tenth of the rows. */
  const gapped = (): string[] => rows.flatMap(({ id, label }, i) => (i % 10 === 0 ? [] : [answer(id, label)]));
  const gate = "prompt:recorded@m.accuracy>=";

  it("holds only if it does with each of them counted as wrong", async () => {
    const failed = await runWith("gate-failed", gapped(), ["--require", `${gate}0.97`]);
    expect(failed.code).toBe(100);
    // The number that decides is the worst case, about 0.9, not the 1 of the rows that are there.
    expect(failed.err).toMatch(/FAILED {2}prompt:recorded@m\.accuracy>=0\.97 {2}\(prompt:recorded@m: 0\.(8|9[0-6])/);
    const held = await runWith("gate-held", gapped(), ["--require", `${gate}0.8`]);
    expect(held.code).toBe(0);
    expect(held.err).toContain("passed");
  });

  it("is no way to the code 0 where there is no verdict", async () => {
    const lines = rows.map(({ id, label }, i) => (i % 5 === 0 ? answer(id, label) : failure(id, 402, "Insufficient credits")));
    expect((await runWith("gate-unanswered", lines, ["--require", "accuracy>=0.1"])).code).toBe(2);
  });
});
