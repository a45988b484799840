import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openBatchFolder } from "../../../src/prompt/batch/batch-folder.js";

const requestOf = (key: string): string => JSON.stringify({ custom_id: key, body: { text: "héllo" } });

it.each([
  ["a request", '{"custom_id":"c","bo', ""],
  ["its checksum", `${requestOf("c")}\n`, "0123"],
])("hands over whole requests only, where a process was killed writing %s", (_, ofRequests, ofSums) => {
  const folder = mkdtempSync(join(tmpdir(), "crossover-batch-"));
  const batch = openBatchFolder(folder).create("tag");
  for (const key of ["a", "b"]) batch.add(key, requestOf(key), {});
  appendFileSync(batch.path, ofRequests);
  appendFileSync(batch.path.replace(".jsonl", ".sums"), ofSums);

  const [again] = openBatchFolder(folder).unsettled;
  const text = (keys: string[]): string => keys.map((key) => `${requestOf(key)}\n`).join("");
  expect(readFileSync(batch.path, "utf8")).toBe(text(["a", "b"]));
  again!.add("d", requestOf("d"), {});
  expect(readFileSync(batch.path, "utf8")).toBe(text(["a", "b", "d"]));
  expect([...openBatchFolder(folder).unsettled[0]!.openLines().keys()]).toEqual(["a", "b", "d"]);
  expect(again!.bytes).toBe(Buffer.byteLength(text(["a", "b", "d"])));
});
