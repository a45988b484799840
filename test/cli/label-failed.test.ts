/** @file Rows of a file of labels that failed: asked again by the same command, and put in their places. */
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { finishReplacing } from "../../src/label/failed-rows.js";
import { type Fault, type FaultyServerOptions, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, ticketRows } from "./cli.js";

const llm = ["--llm", "openai:gpt-5-mini", "--labels", "refund,login"];
let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
});
const path = (name: string): string => join(folder, name);

const serve = (options: Partial<FaultyServerOptions>) =>
  startFaultyServer({
    keywords: { refund: "money", login: "password" },
    otherwise: "login",
    usage: { prompt_tokens: 100, completion_tokens: 20 },
    ...options,
  });

const label = (url: string, data: string, ...words: string[]) =>
  crossover(["label", data, "--runs", path("runs"), ...llm, ...words], { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: url } });

/** Rows whose texts have line breaks, quotes and commas, which a CSV keeps in quotes. */
async function writeRows(count: number): Promise<string> {
  const lines = ticketRows(count).map(({ text }, i) => `${i},"row ""${i}"",\n${text}"`);
  await writeFile(path("rows.csv"), `nr,text\n${lines.join("\n")}\n`);
  return path("rows.csv");
}

const isFailing = (i: number): boolean => i % 7 === 3;
/** A fault for every seventh row, as long as it is on. */
const everySeventh = (fault: Fault, isOn: () => boolean) => ({
  fault: ({ body }: { body: { messages: readonly { content: string }[] } }) => {
    const place = Number(/row "(\d+)"/.exec(body.messages.map(({ content }) => content).join("\n"))?.[1] ?? -1);
    return isOn() && isFailing(place) ? fault : undefined;
  },
});

describe.each(["csv", "jsonl"])("rows that got no answer (.%s)", (format) => {
  it("make the exit code tell, and the same command asks them again, and only them, into their places", async () => {
    const data = await writeRows(90);
    let isOn = true;
    await using server = await serve(everySeventh("400", () => isOn));
    const output = path(`out.${format}`);
    const first = await label(server.url, data, "-o", output, "--json");
    const failing = Array.from({ length: 90 }, (_, i) => i).filter(isFailing).length;
    expect(first.code).toBe(2);
    expect(first.err).toContain(`${failing} rows got no answer.`);
    expect(JSON.parse(first.out).failures).toEqual({ error: failing });

    isOn = false;
    const asked = server.requests.length;
    const plan = await label(server.url, data, "-o", output, "--dry-run");
    expect(plan.out).toContain(`${failing} rows without a label are asked about again.`);
    const again = await label(server.url, data, "-o", output, "--json");
    expect(again.code).toBe(0);
    expect(server.requests.length - asked).toBe(failing);
    const whole = await label(server.url, data, "-o", path(`whole.${format}`), "--json");
    expect(await readFile(output, "utf8")).toBe(await readFile(path(`whole.${format}`), "utf8"));
    const { output: _a, paidUsd: _b, ...totals } = JSON.parse(again.out);
    const { output: _c, paidUsd: _d, ...expected } = JSON.parse(whole.out);
    expect({ ...totals, usd: totals.usd.toFixed(9) }).toEqual({ ...expected, usd: expected.usd.toFixed(9) });

    // Nothing is left to ask.
    const sent = server.requests.length;
    expect((await label(server.url, data, "-o", output)).code).toBe(0);
    expect(server.requests.length).toBe(sent);
  });
});

describe("a file of labels that was damaged", () => {
  it("is named, with what to do, where rows are to be asked again", async () => {
    const data = await writeRows(40);
    let isOn = true;
    await using server = await serve(everySeventh("400", () => isOn));
    const output = path("damaged.jsonl");
    expect((await label(server.url, data, "-o", output)).code).toBe(2);
    isOn = false;
    const text = await readFile(output, "utf8");
    await writeFile(output, text.replace('{"', "{%"));
    const { code, err } = await label(server.url, data, "-o", output);
    expect(code).toBe(2);
    expect(err).toContain("damaged.jsonl");
    expect(err).toMatch(/not as it was written/);
    expect(err).not.toContain("This is a bug");
    // What was answered is not asked again.
    const asked = server.requests.length;
    await rename(output, path("away.jsonl"));
    expect((await label(server.url, data, "-o", output)).code).toBe(0);
    expect(server.requests.length - asked).toBeLessThan(15);
    expect((await readFile(output, "utf8")).split("\n")).toHaveLength(41);
  });
});

describe("rows whose answer was no label", () => {
  it("stay as they are, until --retry-errors asks about them anew", async () => {
    const data = await writeRows(40);
    let isOn = true;
    await using server = await serve(everySeventh("nonsense", () => isOn));
    const output = path("out.csv");
    const first = await label(server.url, data, "-o", output, "--json");
    expect(first.code).toBe(0);
    const { unparseable } = JSON.parse(first.out).failures;
    expect(unparseable).toBeGreaterThan(3);
    isOn = false;
    const asked = server.requests.length;
    await label(server.url, data, "-o", output);
    expect(server.requests.length).toBe(asked);
    const again = await label(server.url, data, "-o", output, "--retry-errors", "--json");
    expect(server.requests.length - asked).toBe(unparseable);
    expect(JSON.parse(again.out)).toMatchObject({ rows: 40, failures: {} });
    // What the first answers cost is part of what the file cost.
    expect(JSON.parse(again.out).usd).toBeCloseTo(server.requests.length * 65e-6, 9);
  });
});

describe("an account that runs dry", () => {
  it("stops at once, keeps what was answered, and the same command asks the rest", async () => {
    const data = await writeRows(60);
    let hasCredit = false;
    await using server = await serve({ fault: ({ index }) => (!hasCredit && index >= 7 ? "429 without credit" : undefined) });
    const stopped = await label(server.url, data, "-j", "2");
    expect(stopped.code).toBe(2);
    expect(stopped.err).toMatch(/add credit and run again[\s\S]*Go on with: crossover label/);
    expect(server.requests.length).toBeLessThan(12);
    hasCredit = true;
    const asked = server.requests.length;
    expect((await label(server.url, data, "-j", "2")).code).toBe(0);
    expect(server.requests.length - asked).toBeLessThanOrEqual(60 - 6);
    expect((await readFile(path("rows.labelled.csv"), "utf8")).match(/,(refund|login),,,\r\n/g)).toHaveLength(60);
  });
});

describe("a process that is killed while it puts rows in their places", () => {
  it("leaves a file that is whole, the old one or the new one", async () => {
    const data = await writeRows(60);
    let isOn = true;
    await using server = await serve(everySeventh("400", () => isOn));
    const output = path("out.csv");
    const state = `${output}.crossover`;
    const journal = join(state, "journal.jsonl");
    const both = async () => [await readFile(output, "utf8"), await readFile(journal, "utf8")] as const;
    await label(server.url, data, "-o", output);
    const [oldFile, oldJournal] = await both();
    isOn = false;
    await label(server.url, data, "-o", output);
    const [newFile, newJournal] = await both();
    expect(newFile).not.toBe(oldFile);
    const left = async (files: Readonly<Record<string, string>>): Promise<void> => {
      for (const [name, text] of Object.entries(files)) await writeFile(name === "out" ? output : join(state, name), text);
      await finishReplacing(output, state);
      expect(["merging", "merged", "merged.journal.jsonl"].filter((name) => existsSync(join(state, name)))).toEqual([]);
    };
    const old = { out: oldFile, "journal.jsonl": oldJournal };
    const next = { "merged.journal.jsonl": newJournal };
    await left({ ...old, ...next, merging: newFile.slice(0, 300) });
    expect(await both()).toEqual([oldFile, oldJournal]);
    await left({ ...old, ...next, merged: newFile });
    expect(await both()).toEqual([newFile, newJournal]);
    await left({ ...old, "journal.jsonl": newJournal, merged: newFile });
    expect(await both()).toEqual([newFile, newJournal]);
    expect((await label(server.url, data, "-o", output)).code).toBe(0);
  });
});
