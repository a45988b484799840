import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRecording } from "../../../src/prompt/recorded/recording.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-recording-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(content: string | Uint8Array, name = "answers.jsonl") {
  const path = join(folder, name);
  await writeFile(path, content);
  return readRecording(path);
}

/** A line of a batch's output; the id as it is to stand in the JSON. */
function line(id: string, answer: string): string {
  const body = { model: "m", choices: [{ message: { role: "assistant", content: answer }, finish_reason: "stop" }] };
  const rest = JSON.stringify({ response: { status_code: 200, body }, error: null }).slice(1);
  return `{"custom_id": ${id}, ${rest}`;
}

describe("a recording is read with the care of data files:", () => {
  const lines = [line('"a"', "one\u2028two\u2029three\u0085"), line('"b"', "two")];
  const answers = [
    ["a", "one\u2028two\u2029three\u0085"],
    ["b", "two"],
  ];
  it.each<[string, string | Uint8Array, string?]>([
    ["line separators within an answer", lines.join("\n")],
    ["a byte order mark", `\uFEFF${lines.join("\n")}`],
    ["CRLF and empty lines at the end", `${lines.join("\r\n")}\r\n\r\n  \r\n`],
    ["gzip", gzipSync(lines.join("\n")), "answers.jsonl.gz"],
    ["gzip whatever its name", gzipSync(lines.join("\n"))],
    ["unpacked under the name of an archive", lines.join("\n"), "answers.jsonl.gz"],
    ["UTF-16", Buffer.from(`\uFEFF${lines.join("\n")}`, "utf16le")],
    ["a list", `[${lines.join(",")}]`],
    ["a list over several lines", `[\n  ${lines.join(",\n  ")}\n]\n`],
  ])("%s", async (_, content, name) => {
    const { rows } = await read(content, name);
    expect([...rows].map(([id, row]) => [id, "text" in row ? row.text : null])).toEqual(answers);
  });

  it("ids that are numbers keep every digit", async () => {
    const ids = ["0", "17", "1234567890123456789", "1234567890123456790", "1.0", "-1"];
    expect([...(await read(ids.map((id) => line(id, "x")).join("\n"))).rows.keys()]).toEqual(ids);
    expect([...(await read(`[${ids.map((id) => line(id, "x")).join(",")}]`)).rows.keys()]).toEqual(ids);
  });

  it("an answer is not lost by a later line of the same row that is an error", async () => {
    const failed = JSON.stringify({ custom_id: "r1", response: { status_code: 500, body: { error: { message: "boom" } } } });
    expect([...(await read([line('"r1"', "first"), failed].join("\n"))).rows.values()]).toMatchObject([{ text: "first" }]);
    expect([...(await read([failed, line('"r1"', "last")].join("\n"))).rows.values()]).toMatchObject([{ text: "last" }]);
  });

  it("an id twice, as a number and as a text, is one row", async () => {
    const { rows, warnings } = await read([line("7", "first"), line('"7"', "last")].join("\n"));
    expect([...rows.values()]).toMatchObject([{ text: "last" }]);
    expect(warnings.length).toBe(1);
  });

  it.each([
    ["version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "git lfs pull"],
    ["<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"],
    [`[${line('"a"', "x")}`, "not JSON"],
  ])("what is no recording is named: %#", async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });
});
