import Database from "libsql";

/** How long another process may hold the file before a statement fails. */
const busyMs = 10_000;

/**
 * Opens a SQLite file, or makes it, and carries the statements out: settings of the connection, and what its tables must be. Throws SQLite's error
 * where one fails; the file is closed then.
 */
export function openDatabase(path: string, statements: readonly string[]): Database.Database {
  const database = new Database(path, { timeout: busyMs });
  try {
    for (const statement of statements) database.exec(statement);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
