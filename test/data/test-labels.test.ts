import { describe, expect, it } from "vitest";
import { readTask } from "../../src/data/data.js";
import { distinctText, temporaryFolder } from "./files.js";

const folder = temporaryFolder();

/** A task of a training file and a test file with these labels in turn. */
async function read(train: readonly string[], test: readonly string[], options: { readonly testShare?: number } = {}) {
  const file = (name: string, labels: readonly string[], from: number): string => {
    const rows = Array.from({ length: 30 }, (_, i) => `${distinctText(from + i)},"${labels[i % labels.length]}"`);
    return folder.write(name, `text,label\n${rows.join("\n")}\n`);
  };
  const task = await readTask({ path: file("rows.csv", train, 0), test: file("held.csv", test, 500), seed: 1, ...options });
  return {
    labels: task.train.labels,
    tested: new Set(task.test.examples.flatMap(({ labels }) => labels)),
    warnings: task.warnings,
  };
}

describe("labels of test rows", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["1.0 in training and 1 in test", ["0.0", "1.0", "2.0"], ["0", "1", "2"]],
    ["1 in training and 1.0 in test", ["0", "1", "2"], ["0.0", "1.0", "2.0"]],
    ["01 and 1", ["01", "02"], ["1", "2"]],
    ["+1 and 1", ["-1", "0", "1"], ["-1.0", "0", "+1"]],
    ["beyond 2^53", ["12345678901234567890", "12345678901234567891"], ["12345678901234567890.0", "12345678901234567891.0"]],
  ])("are those of training where they are the same numbers, and it is said: %s", async (_, train, test) => {
    const { labels, tested, warnings } = await read(train, test);
    expect(new Set(labels)).toEqual(new Set(train));
    expect(tested).toEqual(new Set(train));
    expect(warnings.length).toBe(1);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ["numbers against names", ["0", "1", "2"], ["delivery", "billing", "account"]],
    ["names against numbers", ["delivery", "billing"], ["0", "1"]],
    ["another case", ["delivery", "billing"], ["Delivery", "BILLING"]],
    ["truth values", ["true", "false"], ["1", "0"]],
  ])("are an error that shows both where training knows none: %s", async (_, train, test) => {
    const error: unknown = await read(train, test).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "UserError" });
    for (const label of [...train, ...test]) expect(String(error)).toContain(`"${label}"`);
    // A split of all rows is another task, with all labels on both sides.
    expect((await read(train, test, { testShare: 0.3 })).labels.length).toBe(train.length + test.length);
  });

  it("are counted where training lacks some", async () => {
    const { warnings } = await read(["a", "b"], ["a", "b", "new"]);
    expect(warnings.join()).toMatch(/"new".*10 of 30 test rows/);
    const two = await read(["a", "b"], ["a", "b", "c", "d", "a", "b"]);
    expect(two.warnings.join()).toMatch(/"c", "d".*10 of 30 test rows/);
  });
});
