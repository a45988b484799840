import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type LoggedRow, openSearchLog } from "../../../src/prompt/optimizers/search-log.js";

const rowOf = (id: string): LoggedRow => ({
  kind: "row",
  program: "p",
  id,
  answer: ["spam"],
  calls: 1,
  cost: { usd: 0.5, seconds: 1, inputTokens: 10, outputTokens: 1, labels: 0 },
  atSeconds: 2,
});

/** The path of a log of the rows a, b, c. */
function written(): string {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-search-")), "search.jsonl");
  const log = openSearchLog(path, "one");
  for (const id of ["a", "b", "c"]) log.add(rowOf(id));
  return path;
}

const idsIn = (path: string, fingerprint = "one"): string[] => openSearchLog(path, fingerprint).rows.map(({ id }) => id);

it("asks again only about the row whose line was cut off", () => {
  const path = written();
  appendFileSync(path, '{"kind":"row","program":"p","id":"d","ans');
  const log = openSearchLog(path, "one");
  expect(log.rows).toEqual([rowOf("a"), rowOf("b"), rowOf("c")]);
  log.add(rowOf("d"));
  expect(idsIn(path)).toEqual(["a", "b", "c", "d"]);
});

it("asks again from the line on that a disk has changed", () => {
  const path = written();
  writeFileSync(path, readFileSync(path, "utf8").replace('"id":"b"', '"id":"x"'));
  const log = openSearchLog(path, "one");
  expect(log.rows.map(({ id }) => id)).toEqual(["a"]);
  log.add(rowOf("b"));
  expect(idsIn(path)).toEqual(["a", "b"]);
});

it("takes nothing from the log of another search", () => {
  const path = written();
  expect(idsIn(path, "two")).toEqual([]);
  expect(idsIn(path)).toEqual([]);
});

it("keeps nothing without a path", () => {
  const log = openSearchLog(null, "one");
  log.add(rowOf("a"));
  expect(log.rows).toEqual([]);
});
