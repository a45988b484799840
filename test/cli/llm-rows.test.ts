/** @file `--llm-rows`: an LLM is asked about a random sample of the rows; what is asked, paid, stored and said. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder, 160);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const llm = ["--llm", "openai:gpt-4o-mini", "--approaches", "tune:probe,prompt:zero-shot,prompt:few-shot"];
const flat = (text: string): string => text.replace(/\s+/g, " ");

describe("--llm-rows", () => {
  it("is what a plan counts, and says", async () => {
    const plan = async (...more: string[]): Promise<string> => {
      const { code, out, err } = await crossover(["run", data, "--dry-run", "--runs", join(folder, "plans"), ...llm, ...more]);
      expect(code, err).toBe(0);
      return flat(out);
    };
    const rowsOf = (out: string, name: string): [rows: number, calls: number] => {
      const found = new RegExp(`${name} (\\d+) (\\d+)`).exec(out)!;
      return [Number(found[1]), Number(found[2])];
    };
    const [all, some] = [await plan(), await plan("--llm-rows", "20")];
    // 40 test rows, 24 validation rows; no fewer than 20 of these.
    expect(rowsOf(all, "prompt:zero-shot@openai:gpt-4o-mini")).toEqual([64, 64]);
    expect(rowsOf(some, "prompt:zero-shot@openai:gpt-4o-mini")).toEqual([40, 40]);
    expect(rowsOf(some, "tune:probe")[0]).toBe(rowsOf(all, "tune:probe")[0]);
    expect(some).toContain(
      "The language model is asked about a random sample: 20 of 40 test rows, and 20 of 24 validation rows (--llm-rows 20). It is compared on these.",
    );
    expect(all).not.toContain("random sample");
    expect(await plan("--llm-rows", "40")).not.toContain("random sample");
  });

  it("asks about the same rows with every prompt, keeps a line a test row, and goes on with the same", async () => {
    await using server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
    const runs = join(folder, "runs");
    const env = { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url } };
    const { code, out, err } = await crossover(["run", data, "--runs", runs, "--name", "r", "--llm-rows", "20", ...llm], env);
    expect(code, err).toBe(0);
    expect(server.requests).toHaveLength(2 * (20 + 20));
    const rows = (await readFile(join(runs, "r", "predictions.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const asked = (name: string): string[] => {
      const own = rows.filter((row) => row.approach === `prompt:${name}@openai:gpt-4o-mini` && row.split === "test");
      expect(own).toHaveLength(40);
      return own.filter(({ failure }) => failure !== "unasked").map(({ id }) => id);
    };
    expect(asked("zero-shot")).toHaveLength(20);
    expect(asked("few-shot")).toEqual(asked("zero-shot"));
    expect(flat(out)).toContain("on a random sample of 20 of 40 test rows");
    expect(flat(err)).toContain("The language model is asked about a random sample: 20 of 40 test rows");
    const { code: again } = await crossover(["resume", join(runs, "r"), "--retry-errors"], env);
    expect(again).toBe(0);
    expect(server.requests).toHaveLength(80);
  });

  it("is told to do nothing where no language model is asked", async () => {
    const { err } = await crossover([
      "run",
      data,
      "--dry-run",
      "--runs",
      join(folder, "plans"),
      "--llm-rows",
      "20",
      "--approaches",
      "tune:probe",
    ]);
    expect(flat(err)).toContain("--llm-rows changes nothing here: no language model is asked.");
    const few = await crossover(["run", data, "--dry-run", "--llm-rows", "19", ...llm]);
    expect(few.code).not.toBe(0);
    expect(flat(few.err)).toContain('--llm-rows is "19"; it must be a whole number of at least 20');
  });
});
