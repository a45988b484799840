import { closeSync, existsSync, openSync, statSync } from "node:fs";
import Database from "libsql";
import { privateFileMode } from "../lib/private-file.js";

/** How long another process may hold the file before a statement fails. */
const busyMs = 10_000;

/** Up to here a file is checked as a whole when it is opened: it takes 1.6 ms a MB. Values have checksums of their own, whatever its size. */
const mostCheckedBytes = 64e6;

/** A column of text as its bytes. libsql ends the process where a text is no UTF-8, which one bit on a disk can bring about. */
export const bytesOf = (column: string): string => `CAST(${column} AS BLOB)`;

/**
 * Opens a SQLite file, or makes it, and carries the statements out: settings of the connection, and what its tables must be. Throws SQLite's error
 * where one fails, and an error with its findings where the file's pages are damaged; the file is closed then. Only its owner may read a file
 * that is made.
 */
export function openDatabase(path: string, statements: readonly string[]): Database.Database {
  makePrivate(path);
  const database = new Database(path, { timeout: busyMs });
  try {
    const size = existsSync(path) ? statSync(path).size : 0;
    for (const statement of statements) database.exec(statement);
    if (size <= mostCheckedBytes) {
      const [found] = database
        .prepare(`SELECT ${bytesOf("quick_check")} FROM pragma_quick_check(1)`)
        .raw()
        .get([]) as [Buffer];
      if (String(found) !== "ok") throw new Error(`its pages are damaged: ${String(found)}`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes an empty file, which is an empty database. SQLite gives those that it makes beside it the same mode. */
function makePrivate(path: string): void {
  try {
    // Never opens a file that is there: closing it would drop the locks that SQLite holds on it in this process.
    closeSync(openSync(path, "wx", privateFileMode));
  } catch {
    // There already, or nothing can be made: what is wrong then, SQLite says.
  }
}

/** Carries out what `write` does, all or none. Throws what it threw: where SQLite has rolled back by itself, libsql's own way says only that. */
export function inTransaction(database: Database.Database, write: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    write();
    database.exec("COMMIT");
  } catch (error) {
    if (database.inTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Whether SQLite says that a file is not whole, is no database, or cannot be written any more. */
export function isLost(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(CORRUPT|NOTADB|IOERR|FULL)/.test(code);
}
