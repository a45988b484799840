/** @file Inputs of public bug reports about other tools, beside the repository: what is read of each, or told. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readTask } from "../../src/data/data.js";
import { openRows } from "../../src/data/row-stream.js";
import { UserError } from "../../src/lib/errors.js";
import { readRecording } from "../../src/prompt/recorded/recording.js";

const cases = resolve(import.meta.dirname, "../../../shared/cases");

interface Reading {
  readonly rows: number;
  readonly labels: readonly string[];
  /** A part of what is said. */
  readonly said?: string;
  readonly options?: object;
}
const abd = ["account", "billing", "delivery"];
const urgent = [...abd, "urgent"];

const read: Readonly<Record<string, Reading>> = {
  "B08.jsonl": { rows: 36, labels: abd },
  "D01.csv": { rows: 36, labels: abd },
  "D04.csv": { rows: 36, labels: [...abd, "nan"], said: "(4 rows) looks like a missing value" },
  "D06.csv": { rows: 36, labels: urgent, said: "lists of labels" },
  "D07.csv": { rows: 36, labels: ["account", "billing", "delivery, urgent"], said: '--label-separator ","' },
  "D08.csv": { rows: 36, labels: urgent, options: { labelSeparator: ";" } },
  "D09.csv": { rows: 36, labels: abd, options: { labelColumns: ["delivery", "billing", "account"] } },
  "D11.json": { rows: 36, labels: abd },
  "D13.json": { rows: 36, labels: abd },
  "D14.json": { rows: 36, labels: urgent },
  "D18.csv": { rows: 36, labels: abd, said: "ends with a comma" },
  "D19.csv": { rows: 36, labels: abd, said: "backslashes" },
  D20: { rows: 54, labels: ["0.0", "1.0", "2.0"], said: '"0" is "0.0"' },
  "D44.jsonl": { rows: 36, labels: abd, options: { label: "label.name" } },
  "D48.json": { rows: 36, labels: abd },
  "D58.csv": { rows: 36, labels: abd, said: "# exported by tool" },
  "D62.csv": { rows: 36, labels: abd, said: "backslashes" },
  "F01/two.yaml": { rows: 24, labels: abd, said: "kind cost", options: { text: "message" } },
};

const told: Readonly<Record<string, RegExp>> = {
  "D09.csv": /--label-columns delivery,billing,account/,
  D23: /"delivery", "billing", "account"; training rows have "0", "1", "2"/,
  "D26.csv": /D26\.csv line 2, character 44 /,
  "D43.jsonl": /holds an object in 12 of 36 rows .*--text text\.en/,
  "D44.jsonl": /holds an object in all its rows .*--label label\.name/,
  "E11.csv": /git lfs pull/,
};

describe.skipIf(!existsSync(cases))("public cases", () => {
  it.each(Object.entries(read))("%s is read", async (name, { rows, labels, said = "", options = {} }) => {
    const { train, test, warnings } = await readTask({ path: join(cases, name), seed: 1, ...options });
    expect([train.examples.length + test.examples.length, train.labels]).toEqual([rows, labels]);
    expect(warnings.join("\n")).toContain(said);
    if (said === "") expect(warnings).toEqual([]);
  });

  it.each(Object.entries(told))("%s is told", async (name, message) => {
    const error: unknown = await readTask({ path: join(cases, name), seed: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(message);
  });

  it("D21.csv: labels that only look alike are noted", async () => {
    const { warnings } = await readTask({ path: join(cases, "D21.csv"), seed: 1 });
    expect(warnings.filter((warning) => warning.includes("[U+200B]"))).toHaveLength(3);
  });

  it.each([
    ["B02.jsonl", 12, "1234567890123456789"],
    ["B03.csv", 12, "0"],
  ])("%s has its rows and ids in label", async (name, count, id) => {
    const source = await openRows(join(cases, name));
    const first = await source.rows().next();
    expect([source.count, String(first.value!.values["id"])]).toEqual([count, id]);
  });

  it("B04.csv is told in label, too", async () => {
    await expect(openRows(join(cases, "B04.csv"))).rejects.toThrow(/line 5, character \d+ is a NUL/);
  });

  it.each([
    ["R11.jsonl", "0"],
    ["R14.jsonl", "t0"],
  ])("%s is read", async (name, id) => {
    const { rows } = await readRecording(join(cases, name));
    expect([...rows.keys()][0]).toBe(id);
    expect([...rows.values()].every((row) => "text" in row && row.text !== "")).toBe(true);
  });
});
