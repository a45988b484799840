import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Terminal } from "../../src/cli/terminal.js";
import { readRun } from "../../src/index.js";
import { sealedDocument } from "../../src/lib/sealed-json.js";
import { saveCascade } from "../../src/ship/cascade/save-cascade.js";
import type { Cascade } from "../../src/types/cascade.js";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { type CliResult, crossover, emptyFolder, ticketRows } from "./cli.js";

const usage = { prompt_tokens: 100, completion_tokens: 20 };

let server: FaultyServer;
let folder: string;
let run: string;
const rows = ticketRows(80);
const path = (name: string): string => join(folder, name);
const zeroShot = ["--approach", "prompt:zero-shot"];

beforeAll(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login", usage });
  folder = await emptyFolder();
  await writeFile(
    path("tickets.csv"),
    `id,text,label\n${rows.map(({ text, label }, row) => `t${row},"${text}",${label}`).join("\n")}\n`,
  );
  const words = ["run", path("tickets.csv"), "--runs", path("runs"), "--name", "tickets", "--curve", "off"];
  const approaches = ["--approaches", "tune:tfidf,baseline:nearest-centroid,prompt:labels,prompt:zero-shot"];
  const { code } = await crossover([...words, ...approaches, "--llm", "openai:gpt-5-mini"], { env: env() });
  expect(code).toBe(0);
  run = path("runs/tickets");
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const env = (): Record<string, string> => ({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url });

/** Pieces as they come through a pipe, however they are cut. */
const piped = (text: string | Uint8Array, size = 7): Pick<Terminal, "input"> => ({
  async *input() {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  },
});

const predict = (words: readonly string[], changes: Partial<Terminal> = {}): Promise<CliResult> =>
  crossover(["predict", ...words, "--runs", path("runs")], { env: env(), ...changes });

const jsonLines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("one text", () => {
  it("is answered by a model of the run: label, probability, who, and what it cost", async () => {
    const { code, out, err } = await predict([run, "my money is gone", "--approach", "tune:tfidf", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    const [answer] = jsonLines(out);
    expect(answer).toMatchObject({ label: "refund", confidence_source: "probability", answered_by: "tune:tfidf", cost_usd: 0 });
    const probabilities = answer!["probabilities"] as Record<string, number>;
    expect(probabilities["refund"]).toBe(answer!["confidence"]);
    expect(probabilities["refund"]! + probabilities["login"]!).toBeCloseTo(1, 12);
  });

  it("for people fits their screen, and names the run by its name alone", async () => {
    const { out } = await predict(["tickets", "my money is gone", "--approach", "tune:tfidf"], { width: 80 });
    expect(out.split("\n")[0]).toMatch(/^refund {2}\d/);
    expect(out).toContain("tune:tfidf");
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("is answered by a prompt of the run, once for the money", async () => {
    const words = [run, "a new text about money", ...zeroShot, "--json"];
    const [first] = jsonLines((await predict(words)).out);
    expect(first).toMatchObject({ label: "refund", answered_by: "openai:gpt-5-mini", input_tokens: 100 });
    expect(first!["cost_usd"]).toBeCloseTo(65e-6, 9);
    const asked = server.requests.length;
    expect(jsonLines((await predict(words)).out)[0]).toMatchObject({ label: "refund", is_cached: true });
    expect(server.requests.length).toBe(asked);
    await predict([...words, "--no-cache"]);
    expect(server.requests.length).toBe(asked + 1);
  });

  it("costs nothing as a plan", async () => {
    const asked = server.requests.length;
    const { code, out } = await predict([run, "another text", ...zeroShot, "--dry-run"], { env: {} });
    expect([code, server.requests.length]).toEqual([0, asked]);
    expect(out).toMatch(/1 request.*\$/s);
  });

  it("of a whole MB is answered", async () => {
    const { code, out } = await predict([run, "-", "--approach", "baseline:nearest-centroid", "--json"], {
      ...piped("my money ".repeat(120_000), 1 << 16),
    });
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ label: "refund" });
  });
});

describe("what was measured", () => {
  it.each(["tune:tfidf", "baseline:nearest-centroid", "baseline:majority", "prompt:labels", "prompt:zero-shot"])(
    "is what %s answers about the test rows, in their order",
    async (approach) => {
      const measured = (await readRun(run)).measurements.find(
        (each) => `${each.arm}:${each.method}` === approach || each.approach === approach,
      )!;
      const texts = measured.outcomes.map(({ id }) => rows[Number(id.slice(1))]!.text);
      const { code, out } = await predict([run, "-", "--approach", approach, "--json"], piped(`${texts.join("\n")}\n`));
      expect(code).toBe(0);
      const answers = jsonLines(out);
      expect(answers.map(({ text }) => text)).toEqual(texts);
      expect(answers.map(({ label }) => [label])).toEqual(measured.outcomes.map(({ answer }) => answer));
      for (const [i, { scores }] of measured.outcomes.entries()) {
        if (scores === undefined) continue;
        const given = answers[i]!["probabilities"] as Record<string, number>;
        for (const [label, value] of Object.entries(scores)) expect(given[label]).toBeCloseTo(value, 6);
      }
    },
  );
});

describe("a file of rows", () => {
  it("is answered into a file, with probabilities in columns, and is not answered twice", async () => {
    await writeFile(path("new.csv"), 'nr,text\n1,"my money, please"\n2,\n3,no password works\n');
    const words = [run, path("new.csv"), "--approach", "tune:tfidf", "--probabilities"];
    expect((await predict(words)).code).toBe(0);
    const [header, first, second, third] = (await readFile(path("new.predicted.csv"), "utf8")).split("\r\n");
    expect(header).toBe("nr,text,label,confidence,confidence_source,probability_login,probability_refund,failure");
    const [login, refund] = first!.split(",").slice(-3, -1).map(Number);
    expect(login! + refund!).toBeCloseTo(1, 5);
    expect(first).toMatch(/^1,"my money, please",refund,/);
    expect(second).toBe("2,,,,,,,empty");
    expect(third).toMatch(/^3,no password works,login,/);
    const again = await predict(words);
    expect(again.err).toContain("3 of them labeled already");
    // Columns of another kind are another file.
    expect((await predict(words.slice(0, -1))).code).toBe(2);
  });

  it("as JSON Lines has the probabilities in an object, beside columns that have such names already", async () => {
    await writeFile(path("named.jsonl"), `${JSON.stringify({ text: "my money", label: "?", probabilities: 1 })}\n`);
    expect((await predict([run, path("named.jsonl"), "--approach", "tune:tfidf"])).code).toBe(0);
    const [row] = jsonLines(await readFile(path("named.predicted.jsonl"), "utf8"));
    expect(row).toMatchObject({ label: "?", probabilities: 1, predicted_label: "refund" });
    expect(Object.keys(row!["predicted_probabilities"] as object)).toEqual(["login", "refund"]);
  });

  it("is priced before a prompt is asked, and asks nothing again", async () => {
    await writeFile(path("priced.csv"), "text\nmy money is gone today\nthe password is wrong today\n");
    const plan = await predict([run, path("priced.csv"), ...zeroShot, "--dry-run"], { env: {} });
    expect(plan.out).toMatch(/About 2 requests.*\$/s);
    const { code } = await predict([run, path("priced.csv"), ...zeroShot]);
    expect(code).toBe(0);
    expect(await readFile(path("priced.predicted.csv"), "utf8")).toMatch(/today,refund,.*today,login,/s);
    const asked = server.requests.length;
    await predict([run, path("priced.csv"), ...zeroShot, "-o", path("again.csv")]);
    expect(server.requests.length).toBe(asked);
  });

  it("of 10,000 texts comes in its order", async () => {
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i} ${i % 3 === 0 ? "money" : "password"}`);
    const { code, out } = await predict([run, "-", "--approach", "tune:tfidf"], piped(texts.join("\n"), 1 << 16));
    expect(code).toBe(0);
    const lines = out.trim().split("\r\n").slice(1);
    expect(lines.map((line) => line.split(",")[0])).toEqual(texts);
    expect(lines.every((line, i) => line.split(",")[1] === (i % 3 === 0 ? "refund" : "login"))).toBe(true);
  });
});

describe("the approach that is taken where none is named", () => {
  /** A run of which nothing is chosen: no LLM was measured. */
  const runOf = async (name: string, tuned: string): Promise<string> => {
    const words = ["run", path("tickets.csv"), "--runs", path("runs"), "--name", name, "--curve", "off"];
    expect((await crossover([...words, "--approaches", `${tuned},baseline:majority`], { env: {} })).code).toBe(0);
    return path(`runs/${name}`);
  };
  const words = (text: string): string => text.replace(/\s+/g, " ");

  it("is the best of a run that chose none: it is named, quietly where that is asked for", async () => {
    const open = await runOf("open", "tune:probe");
    const { code, out, err } = await predict(["open", "my money is gone", "--json"]);
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ answered_by: "tune:probe" });
    expect(words(err)).toMatch(/chose no approach.*tune:probe.*--approach/);
    expect((await predict(["open", "my money is gone", "--json", "--quiet"])).err).toBe("");
    const exported = await crossover(["export", open, "--as", "hf", "--to", path("exported")]);
    expect(words(exported.err)).toMatch(/chose no approach.*tune:probe/);
    const rechecked = await crossover(["recheck", open, "--quiet"]);
    expect([rechecked.code, words(rechecked.err)]).toMatchObject([0, expect.stringMatching(/chose no approach.*tune:probe/)]);
    expect(rechecked.out).toMatch(/not one of/);
  });

  it("is the tuned one where a prompt scores alike, and nothing sets them apart", async () => {
    // As where the model in the box was asked, which nobody named, about few rows.
    const lines = rows.slice(0, 40).map(({ text, label }) => `"${text}",${label}`);
    await writeFile(path("few.csv"), `text,label\n${lines.join("\n")}\n`);
    const run = ["run", path("few.csv"), "--runs", path("runs"), "--name", "alike", "--curve", "off"];
    const compared = ["--llm", "openai:gpt-5-mini", "--approaches", "tune:tfidf,prompt:zero-shot"];
    expect((await crossover([...run, ...compared], { env: env() })).code).toBe(0);
    const { code, out, err } = await predict(["alike", "my money is gone", "--json"], { env: {} });
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ label: "refund", answered_by: "tune:tfidf" });
    expect(words(err)).toContain("chose no approach: tune:tfidf answers");
  });

  it("is the best so far of a run that was stopped, which is said with how to finish it, also quietly", async () => {
    const stopped = await runOf("stopped", "tune:tfidf");
    await unfinish(stopped);
    const { code, out, err } = await predict([stopped, "my money is gone", "--json", "--quiet"]);
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ label: "refund", answered_by: "tune:tfidf" });
    expect(words(err)).toMatch(/not finished.*tune:tfidf.*crossover resume \S*stopped/);
    // Who names one knows which.
    expect((await predict([stopped, "my money is gone", "--approach", "tune:tfidf"])).err).toBe("");
    // As a run is that was killed at its first measurement.
    await rm(join(stopped, "measurements.jsonl"));
    const nothing = await predict([stopped, "my money is gone"]);
    expect([nothing.code, words(nothing.err)]).toMatchObject([2, expect.stringMatching(/crossover resume/)]);
    expect(nothing.err).not.toContain("    at ");
  });
});

/** Makes a run look as one that is still being made, or was stopped. */
async function unfinish(folder: string): Promise<void> {
  const file = join(folder, "run.json");
  const { finishedAt, crc: _, ...rest } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  expect(finishedAt).toEqual(expect.any(String));
  await writeFile(file, sealedDocument(rest));
}

describe("a cascade", () => {
  const folderOf = (approach: string): string => join(run, "artifacts", approach);
  const cascade = { small: "tune:tfidf", llm: "prompt:zero-shot@openai:gpt-5-mini", threshold: 0.8, calibration: null };
  let saved: string;
  beforeAll(async () => {
    saved = path("both");
    const members = { small: folderOf("tune_tfidf"), llm: folderOf("prompt_zero-shot@openai_gpt-5-mini") };
    const { task } = (await readRun(run)).manifest;
    await saveCascade(saved, { cascade: cascade as unknown as Cascade, members, task, summary: undefined, seed: 42 });
  });

  it("says of each row who answered, and asks the LLM, priced before, about what is handed on alone", async () => {
    await writeFile(path("mixed.csv"), "text\nI want my money back\nzzz qqq\nmy password is refused\n");
    const alone = await predict([run, path("mixed.csv"), "--approach", "tune:tfidf", "-o", path("alone.jsonl")]);
    expect(alone.code).toBe(0);
    const sure = jsonLines(await readFile(path("alone.jsonl"), "utf8")).map(({ confidence }) => (confidence as number) >= 0.8);
    const handedOn = sure.filter((is) => !is).length;
    expect(handedOn).toBeGreaterThan(0);
    expect(handedOn).toBeLessThan(3);
    const plan = await predict([saved, path("mixed.csv"), "--dry-run"], { env: {} });
    expect(plan.out).toContain(`About ${handedOn} request`);
    const asked = server.requests.length;
    expect((await predict([saved, path("mixed.csv")])).code).toBe(0);
    expect(server.requests.length).toBe(asked + handedOn);
    const [header, ...lines] = (await readFile(path("mixed.predicted.csv"), "utf8")).trim().split("\r\n");
    expect(header).toBe("text,label,confidence,confidence_source,answered_by,failure");
    expect(lines.map((line) => line.split(",").at(-2))).toEqual(sure.map((is) => (is ? cascade.small : cascade.llm)));
  });

  it("says so of one text, and misses a key before it is needed", async () => {
    const [answer] = jsonLines((await predict([saved, "I want my money back", "--json"])).out);
    expect(answer).toMatchObject({ label: "refund", answered_by: cascade.small, cost_usd: 0 });
    const { code, err } = await predict([saved, "I want my money back"], { env: {} });
    expect(code).toBe(2);
    expect(err).toContain("OPENAI_API_KEY");
  });
});

describe("standard input", () => {
  it("is a text a line, an empty one too, however it is cut and ended", async () => {
    const { out } = await predict([run, "-", "--approach", "tune:tfidf"], piped("my money ü\r\n\nno password", 1));
    expect(out.split("\r\n").map((line) => line.split(",").slice(0, 2).join())).toEqual([
      "text,label",
      "my money ü,refund",
      ",",
      "no password,login",
      "",
    ]);
  });

  it("is printed as far as it was answered where it is stopped, which says that it cannot be resumed, as the help does", async () => {
    await using slow = await startFaultyServer({ keywords: { refund: "money" }, otherwise: "login", usage, latencyMs: 150 });
    const stop = new AbortController();
    const changes = { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: slow.url } };
    const words = ["predict", run, "-", ...zeroShot, "--runs", path("runs"), "-j", "2"];
    const lines = Array.from({ length: 40 }, (_, i) => `stopped ${i}`).join("\n");
    const stopping = crossover(words, { ...changes, ...piped(lines, 1 << 10) }, stop.signal);
    while (slow.requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    const { code, out, err } = await stopping;
    expect(code).toBe(130);
    expect(err).toMatch(/can't be resumed/);
    expect(slow.requests.length).toBeLessThan(20);
    expect(out.split("\r\n").length).toBeLessThan(40);
    expect((await crossover(["predict", "--help"])).out.replace(/\s+/g, " ")).toContain("can't be resumed");
  });

  it("is a CSV where its column is named, and JSON Lines where it begins with a brace", async () => {
    const words = [run, "-", "--approach", "tune:tfidf", "--text", "said"];
    const csv = await predict(words, piped('said,by\n"my money,\nall of it",me\n'));
    expect(csv.out).toContain('"my money,\nall of it",me,refund,');
    const json = await predict([...words, "--json"], piped('\n{"said": "no password"}\n'));
    expect(jsonLines(json.out)[0]).toMatchObject({ said: "no password", label: "login" });
  });
});

describe("what cannot be answered is said, with exit code 2", () => {
  const refused = async (words: readonly string[], changes: Partial<Terminal> = {}): Promise<string> => {
    const { code, out, err } = await predict(words, changes);
    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toContain("    at ");
    return err.replace(/\s+/g, " ");
  };

  it.each<[string, () => readonly string[], RegExp]>([
    ["an empty text", () => [run, "  "], /empty/],
    ["no text", () => [run], /standard input/],
    ["a file that is not there", () => [run, path("tickts.csv")], /tickts\.csv.*tickets\.csv/],
    ["an approach that is not there", () => [run, "x", "--approach", "tune:tfid"], /tune:tfidf/],
    ["a run that is not there", () => ["tickts", "x"], /tickts.*tickets/],
    ["a file in place of a folder", () => [path("tickets.csv"), "x"], /is a file/],
    ["a folder of something else", () => [folder, "x"], /holds no approach/],
    ["a file to write the answer to a text to", () => [run, "x", "-o", path("x.csv")], /-o/],
    [
      "an approach of no run",
      () => [join(run, "artifacts/tune_tfidf"), "x", "--approach", "tune:tfidf"],
      /not the folder of a run/,
    ],
    ["batches of a model that runs here", () => [run, path("tickets.csv"), "--approach", "tune:tfidf", "--batch"], /--batch/],
    ["a service without a network", () => [run, "x", ...zeroShot, "--offline"], /--offline/],
  ])("%s", async (_, words, message) => {
    expect(await refused(words())).toMatch(message);
  });

  it("a key that is missing, before anything is read", async () => {
    expect(await refused([run, "x", ...zeroShot], { env: {} })).toContain("OPENAI_API_KEY");
    expect(await refused([run, path("tickets.csv"), ...zeroShot], { env: {} })).toContain("OPENAI_API_KEY");
  });

  it("a folder that was changed since, an empty folder", async () => {
    await mkdir(path("empty"));
    expect(await refused([path("empty"), "x"])).toMatch(/empty/);
    const artifact = join(run, "artifacts", "prompt_labels");
    await appendFile(join(artifact, "prompt.json"), " ");
    expect(await refused([artifact, "x"])).toMatch(/prompt\.json/);
  });

  it("nothing on standard input, and what is no UTF-8", async () => {
    const words = [run, "-", "--approach", "tune:tfidf"];
    expect(await refused(words)).toMatch(/empty/);
    expect(await refused(words, piped(new Uint8Array([0x61, 0xff, 0x62, 0x0a])))).toMatch(/UTF-8/);
  });

  it("an answer that is no label: said, and what came in its place", async () => {
    await using strange = await startFaultyServer({ keywords: {}, otherwise: "perhaps", usage });
    const changes = { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: strange.url } };
    const { code, out, err } = await predict([run, "hm", ...zeroShot, "--json", "--no-cache"], changes);
    expect([code, jsonLines(out)[0]]).toMatchObject([2, { label: null, failure: "unparseable" }]);
    expect(err).toContain("perhaps");
  });
});
