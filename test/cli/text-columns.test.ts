import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, ticketRows } from "./cli.js";

let server: FaultyServer;
let folder: string;
beforeAll(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  folder = await emptyFolder();
  const lines = ticketRows(40).map(({ text, label }, i) => `mail ${i},"${text}",${label}`);
  await writeFile(join(folder, "mails.csv"), `subject,body,label\n${lines.join("\n")}\n`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const call = (...words: readonly string[]) =>
  crossover([...words, "--runs", join(folder, "runs")], { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url } });
/** The messages that were asked from here on, as one text each. */
const asked = (from: number): string[] => server.requests.slice(from).map(({ body }) => JSON.stringify(body.messages));

it("several text columns reach the LLM by one template, in the run and in what is labeled by it", async () => {
  // The environment would win over the configuration.
  vi.stubEnv("CROSSOVER_LLM", undefined);
  await writeFile(join(folder, "c.yaml"), "data: mails.csv\ntext:\n  - subject\n  - body\nllm: openai:gpt-5-mini\n");
  const words = ["-c", join(folder, "c.yaml"), "--approaches", "tune:tfidf,prompt:zero-shot", "--name", "both", "-y"];
  const run = await call("run", ...words);
  expect(run.code, run.err).toBe(0);
  expect(asked(0).length).toBeGreaterThanOrEqual(10);
  for (const messages of asked(0)) expect(messages).toMatch(/subject: mail \d+\\+nbody: /);
  const report = await readFile(join(folder, "runs/both/report.md"), "utf8");
  expect(report).toContain('columns "subject" and "body", each on a line after its name');

  const before = server.requests.length;
  await writeFile(join(folder, "new.csv"), "body,subject\nmy money is gone,hello\nno password,\n");
  const output = join(folder, "new.labelled.csv");
  const labeled = await call("label", join(folder, "new.csv"), "--run", "both", "-o", output, "-y");
  expect(labeled.code, labeled.err).toBe(0);
  const questions = asked(before);
  expect(questions.find((messages) => messages.includes("money is gone"))).toMatch(/subject: hello\\+nbody: my money is gone/);
  const bare = questions.find((messages) => messages.includes("body: no password"));
  expect(bare).toBeDefined();
  expect(bare).not.toContain("subject:");
});
