/** @file What the second word of `crossover predict` means: a text, a file of rows, or standard input. */
import { existsSync } from "node:fs";
import { UserError } from "../../lib/errors.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";

/** What is to be answered. */
export type GivenInput =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stream" };

/** What a name of a file of rows ends in. */
const fileEnding = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet|xlsx?|txt)(\.gz)?$/i;

/**
 * `-` is standard input; what exists is a file; one word that ends as files of rows do is one that is missing (`UserError`); all else is a text.
 */
export async function givenInput(given: string): Promise<GivenInput> {
  if (given === "-") return { kind: "stream" };
  if (given.trim() === "") {
    throw new UserError('The text is empty. Give one in quotes, a file of rows, or "-" for standard input.');
  }
  // No path is so long, and a text may be.
  if (given.length < 4096 && !given.includes("\0") && existsSync(given)) return { kind: "file", path: given };
  if (/^\S+$/.test(given) && fileEnding.test(given)) {
    const { message } = await whyUnreadable(given, Object.assign(new Error("missing"), { code: "ENOENT" }));
    throw new UserError(
      `${message} If ${visibleText(JSON.stringify(given.slice(0, 80)))} is a text to be answered, pipe it: echo TEXT | crossover predict RUN -`,
    );
  }
  return { kind: "text", text: given };
}
