import { createReadStream } from "node:fs";

/** The lines of a file, one after the other. Only a line feed ends one: `node:readline` would cut a JSON text at U+2028 too, where it may stand as it is. */
export async function* fileLines(path: string): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const part of createReadStream(path, "utf8")) {
    const lines = (rest + (part as string)).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
  return undefined;
}
