import { closeSync, openSync } from "node:fs";
import Database from "libsql";
import { privateFileMode } from "../lib/private-file.js";

/** How long another process may hold the file before a statement fails. */
const busyMs = 10_000;

/**
 * Opens a SQLite file, or makes it, and carries the statements out: settings of the connection, and what its tables must be. Throws SQLite's error
 * where one fails; the file is closed then. Only its owner may read a file that is made.
 */
export function openDatabase(path: string, statements: readonly string[]): Database.Database {
  makePrivate(path);
  const database = new Database(path, { timeout: busyMs });
  try {
    for (const statement of statements) database.exec(statement);
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
