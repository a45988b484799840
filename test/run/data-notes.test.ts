import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Comparison } from "../../src/types/comparison.js";
import { crossover, emptyFolder, ticketRows } from "../cli/cli.js";
import { startFaultyServer } from "../servers/faulty-openai.js";

it("tells of suspicious labels, personal data and a language before anything is asked, and in the report", async () => {
  const folder = await emptyFolder();
  const rows = ticketRows(120).map(({ text, label }, i) => ({
    text: i === 3 ? `${text}, write to jane.doe@example.com` : text,
    // Every seventh login complaint is labelled as a refund.
    label: i % 14 === 5 ? "refund" : label,
  }));
  const data = join(folder, "tickets.jsonl");
  await writeFile(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await using server = await startFaultyServer({ keywords: { refund: "money" }, otherwise: "login" });
  const asked: number[] = [];
  const { code, err } = await crossover(
    ["run", data, "--runs", folder, "--name", "r", "--llm", "openai:m", "--approaches", "tune:probe,prompt:zero-shot", "-y"],
    {
      env: { OPENAI_BASE_URL: server.url },
      err(text) {
        if (/Personal data/.test(text)) asked.push(server.requests.length);
      },
    },
  );
  expect([code, err]).toEqual([0, ""]);
  expect(asked).toEqual([0]);
  const results = JSON.parse(await readFile(join(folder, "r", "results.json"), "utf8")) as Pick<Comparison, "task">;
  const warnings = results.task.warnings.join("\n");
  expect(warnings).toContain("e-mail addresses in 1 row");
  expect(warnings).toMatch(/\d+ training rows? .* may have the wrong label/);
  expect(warnings).not.toContain("example.com");
});

it("does not embed texts for its notes where nothing else needs their vectors", async () => {
  const folder = await emptyFolder();
  const data = join(folder, "tickets.jsonl");
  const rows = ticketRows(40).map(({ text, label }, i) => ({ text, label: i % 14 === 5 ? "refund" : label }));
  await writeFile(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const { err } = await crossover(["run", data, "--runs", folder, "--approaches", "baseline:majority"]);
  expect(err).not.toMatch(/wrong label|embedding/);
});
