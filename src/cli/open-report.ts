/** @file `--open`: which page of a run is opened, and what is said where none can be. */
import { existsSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { UserError } from "../lib/errors.js";
import { shellWord } from "../lib/text/shell-word.js";
import type { CommandContext } from "./command-context.js";
import { noteLines } from "./notes.js";

/** Opens a page; where that fails, says where it is. */
export async function openReport(path: string, { open, terminal }: CommandContext): Promise<void> {
  const absolute = resolve(path);
  if (await open(absolute)) return;
  terminal.err(noteLines(`--open found no program here that opens a page. Open it yourself: ${absolute}`, terminal));
}

/**
 * The page that `view --open` opens: the one that it writes, or the one that is stored with the run.
 *
 * @param isRedecided whether the result is decided otherwise than the stored page was
 * @throws UserError where the page would say something else than the result, or there is none
 */
export function pageToOpen(folder: string, output: readonly string[], isRedecided: boolean): string {
  const written = output.find((path) => extname(path).toLowerCase() === ".html");
  if (written !== undefined) return written;
  const stored = join(folder, "report.html");
  const remedy = "Write one and open that: add -o report.html to the command.";
  if (isRedecided) {
    throw new UserError(
      `--open: the page of ${shellWord(folder)} was decided by what the run was told, not by the options of this command. ${remedy}`,
    );
  }
  if (!existsSync(stored)) throw new UserError(`--open: ${shellWord(folder)} has no page yet. ${remedy}`);
  return stored;
}
