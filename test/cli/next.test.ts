import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readTable } from "../../src/data/read-table.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

let folder: string;
let run: string;
const path = (name: string): string => join(folder, name);

/** A pool of 30 new rows, and of each kind that is left out some. */
async function writePool(name: string): Promise<string> {
  const known = ticketRows(60).slice(0, 4);
  const fresh = Array.from(
    { length: 30 },
    (_, i) =>
      `${"the parcel never arrived and nobody writes back"
        .split(" ")
        .slice(i % 5)
        .join(" ")} ${"abcdefghij".repeat(3)[i]!.repeat(4)} ${7 * i} ${"xyz"[i % 3]!.repeat(9)} ${1000 - i}`,
  );
  const rows = [
    ...fresh.map((text, i) => [`f${i}`, text, ""]),
    ...known.map(({ text }, i) => [`k${i}`, text, ""]),
    ["twin", `${fresh[0]!} `, ""],
    ["empty", "", ""],
    ["done", "somebody has labelled this one by hand", "refund"],
  ];
  await writeFile(path(name), `nr,text,label\n${rows.map(([nr, text, label]) => `${nr},"${text}",${label}`).join("\n")}\n`);
  return path(name);
}

const next = (pool: string, ...words: string[]) => crossover(["next", pool, "--run", run, ...words]);

describe("crossover next", () => {
  beforeAll(async () => {
    folder = await emptyFolder();
    const data = await writeTickets(folder, 60);
    const words = [
      "run",
      data,
      "--runs",
      path("runs"),
      "--name",
      "tickets",
      "--approaches",
      "baseline:majority,tune:tfidf,tune:probe",
    ];
    const { code, err } = await crossover([...words, "--curve", "off", "--quiet"]);
    expect(code, err).toBe(0);
    run = join(path("runs"), "tickets");
  });

  it.each(["diverse", "uncertainty", "random"])(
    "writes rows that can be labelled, by %s, and leaves out those that need none",
    async (by) => {
      const pool = await writePool(`${by}.csv`);
      const { code, out, err } = await next(pool, "-n", "8", "--by", by, "--json");
      expect(code, err).toBe(0);
      const chosen = JSON.parse(out);
      expect(chosen).toMatchObject({ way: by, rows: 8, candidates: 30, isComparedWithRun: true, gain: { kind: "not-measured" } });
      expect(chosen.left).toEqual({ empty: 1, labelled: 1, repeated: 1, known: 4, beyond: 0 });
      const table = await readTable(path(`${by}.next.csv`));
      expect(table.columns).toEqual(["nr", "text", "label", "suggested_label", "probability", "reason"]);
      expect(table.rows).toHaveLength(8);
      for (const row of table.rows) {
        expect(row["nr"]).toMatch(/^f/);
        expect(row["label"]).toBe("");
        expect(["refund", "login"]).toContain(row["suggested_label"]);
        expect(Number(row["probability"])).toBeGreaterThan(0.4);
      }
      if (by === "uncertainty") {
        const margins = table.rows.map((row) => Math.abs(2 * Number(row["probability"]) - 1));
        expect(margins).toEqual([...margins].sort((a, b) => a - b));
      }
      const again = await next(pool, "-n", "8", "--by", by, "-o", path(`${by}-again.csv`), "--json");
      expect(again.code).toBe(0);
      expect(await readFile(path(`${by}-again.csv`), "utf8")).toBe(await readFile(path(`${by}.next.csv`), "utf8"));
    },
  );

  it("writes JSON Lines, takes a named model, and tells what was left out", async () => {
    const lines = ticketRows(64)
      .slice(60)
      .map(({ text }, i) => JSON.stringify({ id: i, text: `${text} ${"uvwx"[i]!.repeat(20)}` }));
    await writeFile(path("pool.jsonl"), `${lines.join("\n")}\n`);
    const { code, out } = await next(path("pool.jsonl"), "--approach", "tune:tfidf");
    expect(code).toBe(0);
    expect(out).toContain("tune:tfidf");
    const rows = (await readFile(path("pool.next.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ id }) => id).sort()).toEqual([0, 1, 2, 3]);
    expect(Object.keys(rows[0])).toEqual(["id", "text", "label", "suggested_label", "probability", "reason"]);
  });

  it("is ended by Ctrl-C without a file, and says that none is written", async () => {
    const pool = await writePool("stopped.csv");
    const stop = new AbortController();
    stop.abort();
    const { code, err } = await crossover(["next", pool, "--run", run], {}, stop.signal);
    expect(code).toBe(130);
    expect(err).toContain("stopped.next.csv is not written");
    expect(existsSync(path("stopped.next.csv"))).toBe(false);
  });

  it("defuses formulas where it is told to", async () => {
    await writeFile(path("sheet.csv"), 'text\n"=1+1 and where is my money please"\n"another text about nothing at all"\n');
    expect((await next(path("sheet.csv"), "-o", path("as-is.csv"))).err).toContain("--defuse-formulas");
    expect((await next(path("sheet.csv"), "--defuse-formulas")).code).toBe(0);
    expect(await readFile(path("sheet.next.csv"), "utf8")).toContain("\n'=1+1");
  });

  it("tells of several labels a row the one that is nearest to even odds", async () => {
    const lines = ticketRows(40).map(
      ({ text, label }, i) => `"${text}${i % 3 === 0 ? " urgent" : ""}",${label}${i % 3 === 0 ? "|urgent" : ""}`,
    );
    await writeFile(path("several.csv"), `text,label\n${lines.join("\n")}\n`);
    const words = [
      "run",
      path("several.csv"),
      "--multi-label",
      "--runs",
      path("runs"),
      "--name",
      "several",
      "--approaches",
      "tune:tfidf",
    ];
    expect((await crossover([...words, "--curve", "off", "--quiet"])).code).toBe(0);
    const pool = await writePool("several-pool.csv");
    const { code, err } = await crossover(["next", pool, "--run", join(path("runs"), "several"), "-n", "5"]);
    expect(code, err).toBe(0);
    const { rows } = await readTable(path("several-pool.next.csv"));
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row["reason"]).toMatch(/unsure of (refund|login|urgent) \(\d/);
  });

  it("refuses what it cannot do, and overwrites nothing", async () => {
    const pool = await writePool("bad.csv");
    await writeFile(path("there.csv"), "mine");
    const there = await next(pool, "-o", path("there.csv"));
    expect(there.code).toBe(2);
    expect(await readFile(path("there.csv"), "utf8")).toBe("mine");
    const unknown = await next(pool, "--approach", "tune:prob");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("tune:probe");
    expect((await next(pool, "--by", "luck")).code).toBe(2);
    expect((await next(pool, "-n", "0")).code).toBe(2);
    expect((await next(path("nowhere.csv"))).code).toBe(2);
    const known = path("known.csv");
    await writeFile(
      known,
      `text\n${ticketRows(60)
        .map(({ text }) => `"${text}"`)
        .join("\n")}\n`,
    );
    const all = await next(known);
    expect(all.code).toBe(2);
    expect(all.err).toContain("known.csv");
  });
});
