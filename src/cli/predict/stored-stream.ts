/** @file Standard input as a file of rows, so that it is read, checked, priced and answered as any other. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { privateFileMode } from "../../lib/private-file.js";

/**
 * Writes it into the folder, and returns the file's path. JSON Lines begin with a brace; with a column that is named it is a CSV; else every line
 * is a text, also one that holds nothing, so that answers and lines stay side by side.
 *
 * @throws UserError where it is empty, or its lines are not UTF-8
 */
export async function storedStream(
  input: AsyncIterable<Uint8Array>,
  folder: string,
  { hasColumns }: { readonly hasColumns: boolean },
): Promise<string> {
  const chunks = input[Symbol.asyncIterator]();
  const start: Uint8Array[] = [];
  let first: string | undefined;
  // The first character that is no space tells.
  while (first === undefined) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    start.push(value);
    first = new TextDecoder().decode(Buffer.concat(start)).match(/[^\s\uFEFF]/u)?.[0];
  }
  if (first === undefined)
    throw new UserError("Standard input is empty. Pipe texts into it, one a line, or a CSV with --text COLUMN.");
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    yield* start;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  };
  const isJson = first === "{";
  const path = join(folder, `standard-input.${isJson || !hasColumns ? "jsonl" : "csv"}`);
  const rows = isJson || hasColumns ? rest() : textLines(rest());
  await writeFile(path, rows, { mode: privateFileMode });
  return path;
}

/** Each line as a row of JSON Lines. */
async function* textLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw new UserError("Standard input is not UTF-8. Convert it first: iconv -f latin1 -t utf-8");
    }
  };
  const row = (text: string): string => `${JSON.stringify({ text: text.replace(/\r$/, "") })}\n`;
  // Pieces of a long line are joined once.
  let open: string[] = [];
  const cut = function* (text: string): Generator<string> {
    const lines = text.split("\n");
    const last = lines.pop()!;
    for (const line of lines) {
      yield row(open.join("") + line);
      open = [];
    }
    if (last !== "") open.push(last);
  };
  for await (const chunk of bytes) yield* cut(decode(chunk));
  yield* cut(decode());
  if (open.length > 0) yield row(open.join(""));
}
