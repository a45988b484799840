/**
 * @file One holder of a folder at a time, by the operating system: an exclusive SQLite transaction on `run.lock`. The system lets go of it when the
 * process ends, however it ends, so no lock is ever stale, and no number of a process is compared: those of two containers may be equal.
 */
import { type FileHandle, mkdir, open, realpath, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import Database from "libsql";
import { messageOf, UserError } from "../lib/errors.js";
import { privateFileMode, privateFolder } from "../lib/private-file.js";

/**
 * Locks that this process holds or tries for, by path: also where a file system grants locks to everybody, it does not get one twice. Handles are
 * kept here too: what nobody refers to is closed with the garbage, and with it goes the lock.
 */
const heldHere = new Map<string, readonly unknown[]>();

/** How often the file may vanish between opening and locking it: each time another holder let go at that moment. */
const mostAttempts = 100;

/**
 * Holds a folder, made where there is none, for this process, so that two never write to one run. Throws `UserError` at once where another
 * process, or this one, holds it, and where its file system has no locks. On one that grants locks to everybody (some network disks) other
 * machines are not kept out.
 */
export async function lockRun(folder: string): Promise<AsyncDisposable> {
  let gone: unknown;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    let path: string;
    try {
      await mkdir(folder, privateFolder);
      path = join(await realpath(folder), "run.lock");
    } catch (error) {
      // A holder that leaves nothing behind takes the folder along, also between these two.
      if (codeOf(error) !== "ENOENT") throw error;
      gone = error;
      continue;
    }
    if (heldHere.has(path)) throw inUse(folder, path, "this process");
    heldHere.set(path, []);
    try {
      const lock = await lockedFile(folder, path);
      if (lock !== null) return lock;
    } catch (error) {
      heldHere.delete(path);
      // The folder is gone with its holder.
      if (codeOf(error) !== "ENOENT") throw error;
    }
    heldHere.delete(path);
  }
  if (gone !== undefined) throw gone;
  throw new UserError(`${folder} cannot be locked: its run.lock vanishes each time it is made. Choose another folder.`);
}

/** The lock; `null` where the file that was locked no longer is the one of this path: its holder took it away meanwhile. */
async function lockedFile(folder: string, path: string): Promise<AsyncDisposable | null> {
  // Open until the end: while it is, no other file can get its number. And POSIX drops the locks of a process on a file when the process
  // closes any handle of it, so nothing else here may open it.
  const file = await open(path, "a", privateFileMode);
  let database: Database.Database | undefined;
  const close = async (): Promise<void> => {
    database?.close();
    await file.close();
  };
  try {
    database = new Database(path, { timeout: 0 });
    // Nothing is ever written: no journal need lie beside it.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    if (!(await isFileAt(path, file))) {
      await close();
      return null;
    }
    heldHere.set(path, [file, database]);
  } catch (error) {
    await close();
    throw refusal(folder, path, error);
  }
  return {
    async [Symbol.asyncDispose]() {
      // While it is held: who has opened it by now finds that it is gone, and makes another one.
      await rm(path, { force: true }).catch(() => {});
      await close();
      heldHere.delete(path);
      // Of a folder made for nothing; any other one refuses.
      await rmdir(folder).catch(() => {});
    },
  };
}

async function isFileAt(path: string, file: FileHandle): Promise<boolean> {
  const [opened, found] = await Promise.all([file.stat({ bigint: true }), stat(path, { bigint: true }).catch(() => null)]);
  return found !== null && found.ino === opened.ino && found.dev === opened.dev;
}

function refusal(folder: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code.startsWith("SQLITE_BUSY")) return inUse(folder, path, "another crossover");
  if (code === "SQLITE_NOTADB") return new UserError(`${path} is not a lock of crossover. Move it away, and run again.`);
  if (!code.startsWith("SQLITE_")) return error;
  return new UserError(
    `${path} cannot be locked (${messageOf(error)}), so two processes could write to ${folder} at once. Network disks often have no locks: ` +
      "choose a folder on a disk of this machine.",
  );
}

function inUse(folder: string, path: string, holder: string): UserError {
  return new UserError(`${folder} is in use by ${holder}, which holds ${path}. Wait for it, or stop it first.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
