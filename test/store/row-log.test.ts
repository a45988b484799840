import { spawn } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findRowLogs, startRowLog } from "../../src/store/row-log.js";
import { ended } from "../servers/child-process.js";

let folder: string;
let table: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-log-"));
  table = join(folder, "answers.db");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The number of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"]);
  await ended(child);
  return child.pid!;
}

describe("a row log", () => {
  it("has each row on disk when append returns", async () => {
    const log = startRowLog(table);
    expect(await readdir(folder)).toEqual([]);
    const rows = [
      ["a", 'tab \t, break \n, quote ", NUL \u0000, half \ud800'],
      ["b", ""],
    ];
    for (const [i, row] of rows.entries()) {
      log.append(row);
      expect((await findRowLogs(table)).map((found) => found.rows)).toEqual([rows.slice(0, i + 1)]);
    }
    log.close();
    log.close();
    expect((await findRowLogs(table))[0]!.rows).toEqual(rows);
    await log.remove();
    expect(await readdir(folder)).toEqual([]);
  });

  it("is removed by another only when nobody writes it any more", async () => {
    const own = startRowLog(table);
    own.append(["own"]);
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const [dead, alive] = [`answers.db.${await deadPid()}.0123abcd.log`, `answers.db.${other.pid}.0123abcd.log`];
    await writeFile(join(folder, dead), '\n["dead"]');
    await writeFile(join(folder, alive), '\n["alive"]');
    // Of an earlier process that had the number of this one, as happens in containers.
    const namesake = `answers.db.${process.pid}.89abcdef.log`;
    await writeFile(join(folder, namesake), '\n["namesake"]');
    const before = await readdir(folder);
    for (const found of await findRowLogs(table)) await found.settle();
    const left = await readdir(folder);
    other.kill();
    await ended(other);
    expect(before.filter((name) => !left.includes(name)).sort()).toEqual([dead, namesake].sort());
    await own.remove();
  });

  it("leaves out torn rows and keeps those after them", async () => {
    await writeFile(join(folder, "answers.db.1.0123abcd.log"), '\n["a","1"]\n["b","2\n["c","3"]\n["d"');
    expect((await findRowLogs(table)).flatMap(({ rows }) => rows)).toEqual([
      ["a", "1"],
      ["c", "3"],
    ]);
  });

  it("that cannot be read is an error, and stays", async () => {
    // A folder: nobody can read it as a file, not even root.
    await mkdir(join(folder, "answers.db.99999999.0123abcd.log"));
    await expect(findRowLogs(table)).rejects.toThrow(/EISDIR/);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it("is kept by who found it while it was written, though its process has died since", async () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const path = join(folder, `answers.db.${other.pid}.0123abcd.log`);
    await writeFile(path, '\n["a"]');
    const [found] = await findRowLogs(table);
    await appendFile(path, '\n["b"]');
    other.kill("SIGKILL");
    await ended(other);
    await found!.settle();
    expect((await findRowLogs(table))[0]!.rows).toEqual([["a"], ["b"]]);
  });

  it("takes no other file for one", async () => {
    for (const name of [
      "answers.db",
      "answers.db-wal",
      "answers.db.1.log",
      "answers.db.1.0123abcd.log.txt",
      "other.db.1.0123abcd.log",
    ]) {
      await writeFile(join(folder, name), '\n["a"]');
    }
    expect(await findRowLogs(table)).toEqual([]);
  });

  it("throws where the row cannot be written", async () => {
    await rm(folder, { recursive: true });
    expect(() => startRowLog(table).append(["a"])).toThrow(/ENOENT/);
  });
});
