import { describe, expect, it } from "vitest";
import { readTask, type TaskOptions } from "../../src/data/data.js";
import { joinedLabels, listNotation } from "../../src/data/label-notation.js";
import { UserError } from "../../src/lib/errors.js";
import { distinctText, temporaryFolder } from "./files.js";

const folder = temporaryFolder();

/** A CSV of texts with these cells in turn. */
async function read(cells: readonly string[], options: Omit<TaskOptions, "path" | "seed"> = {}, column = "label") {
  const rows = Array.from({ length: 36 }, (_, i) => `${distinctText(i)},"${cells[i % cells.length]!.replaceAll('"', '""')}"`);
  const path = folder.write("a.csv", `text,${column}\n${rows.join("\n")}\n`);
  const { train, warnings } = await readTask({ path, seed: 1, ...options });
  return { labels: train.labels, isMultiLabel: train.isMultiLabel, warnings };
}

describe("a list as text", () => {
  it.each<[string, readonly string[] | null, boolean?]>([
    ["['a', 'b']", ["a", "b"], true],
    ['["a","b"]', ["a", "b"], true],
    ["['it\\'s', \"a, b\"]", ["it's", "a, b"], true],
    ["('a', 'b')", ["a", "b"], true],
    ["('a',)", ["a"], true],
    ["{'a', 'b'}", ["a", "b"], true],
    ["['a' 'b']", ["a", "b"], true],
    ["['a'\n 'b']", ["a", "b"], true],
    ["array(['a', 'b'], dtype=object)", ["a", "b"], true],
    ["set()", [], true],
    ["[]", [], true],
    ["[a, b]", ["a", "b"], false],
    ["{a,b}", ["a", "b"], false],
    ['{a,"b c"}', ["a", "b c"], false],
    ["[1, 2]", ["1", "2"], false],
    ["a, b", null],
    ["[a", null],
    ["[[1, 2], [3]]", null],
    ['{"a": 1}', null],
    ["[see: below]", null],
    ["", null],
  ])("%s", (text, labels, isQuoted) => {
    expect(listNotation(text)).toEqual(labels === null ? null : { labels, isQuoted });
  });
});

describe("several labels in a cell are read where they are lists:", () => {
  const abc = ["account", "billing", "delivery", "urgent"];
  it.each<[string, readonly string[]]>([
    ["Python", ["['delivery', 'urgent']", "['billing']", "['account']"]],
    ["JSON", ['["delivery", "urgent"]', '["billing"]', '["account"]']],
    ["NumPy", ["['delivery' 'urgent']", "['billing']", "['account']"]],
    ["sets", ["{'delivery', 'urgent'}", "{'billing'}", "{'account'}"]],
    ["Postgres", ["{delivery,urgent}", "{billing}", "{account}"]],
    ["without quotes", ["[delivery, urgent]", "[billing]", "[account]"]],
    ["some cells", ["['delivery', 'urgent']", "billing", "account"]],
    ["some empty", ["['delivery', 'urgent']", "['billing']", "['account']", "[]"]],
  ])("%s", async (_, cells) => {
    const { labels, isMultiLabel, warnings } = await read(cells);
    expect([labels, isMultiLabel, warnings.length]).toEqual([abc, true, 1]);
  });

  it("lists of one label are that label", async () => {
    const { labels, isMultiLabel } = await read(["['delivery']", "['billing']"]);
    expect([labels, isMultiLabel]).toEqual([["billing", "delivery"], false]);
  });

  it.each<[readonly string[]]>([[["[other]", "[pad]"]], [["(none)", "billing"]], [["{x}", "{y}"]]])(
    "brackets that are part of a name stay: %s",
    async (cells) => {
      const { labels, warnings } = await read(cells);
      expect([labels, warnings]).toEqual([[...cells].sort(), []]);
    },
  );
});

describe("several labels in a cell are told where they are joined:", () => {
  it.each<[string, readonly string[], string, string?]>([
    [";", ["delivery;urgent", "billing", "account"], ";"],
    [",", ["delivery, urgent", "billing", "account"], ","],
    [", where both occur alone", ["delivery,urgent", "urgent", "delivery"], ","],
    ["|", ["delivery|urgent", "billing", "account"], "|"],
    ["a line break", ["delivery\nurgent", "billing", "account"], "\n"],
    ["/", ["delivery / urgent", "urgent", "delivery"], "/"],
    ["+", ["delivery+urgent", "urgent", "delivery"], "+"],
    ["&", ["delivery & urgent", "urgent", "delivery"], "&"],
    ["and", ["delivery and urgent", "billing and urgent", "delivery", "billing"], " and "],
    ["a space", ["delivery urgent", "urgent", "delivery"], " "],
    ["; in tags", ["delivery;urgent", "billing", "account"], ";", "tags"],
    [", in labels", ["delivery, urgent", "billing", "account"], ",", "labels"],
  ])("%s", async (_, cells, separator, column = "label") => {
    const kept = await read(cells, {}, column);
    expect(kept.isMultiLabel).toBe(false);
    expect(kept.warnings.length).toBe(1);
    expect(kept.warnings[0]).toContain("--label-separator");
    const parted = await read(cells, { labelSeparator: separator }, column);
    expect(parted.isMultiLabel).toBe(true);
    expect(parted.labels).toEqual([...new Set(cells.flatMap((cell) => cell.split(separator).map((part) => part.trim())))].sort());
    expect(parted.warnings).toEqual([]);
  });

  it.each([
    [["lost/stolen card", "fees", "top up"]],
    [["yes and no", "credit card", "debit card"]],
    [["1,5", "2,5", "3,0"]],
    [["a-b", "a", "b"]],
    [["R&D", "sales"]],
  ])("and not where a label only holds such a sign: %s", async (cells) => {
    expect((await read(cells)).warnings).toEqual([]);
    expect(joinedLabels(new Map(cells.map((cell) => [cell, 1])))).toBe(null);
  });
});

describe("one column a label", () => {
  const table = (cells: readonly (readonly [string, string])[]): string => {
    const rows = Array.from({ length: 36 }, (_, i) => {
      const tick = (label: number): string =>
        cells[label % cells.length]![i % 3 === label || (i % 6 === 0 && label === 1) ? 0 : 1];
      return `${i},${distinctText(i)},${tick(0)},${tick(1)},${tick(2)}`;
    });
    return folder.write("ticks.csv", `id,comment_text,delivery,billing,account\n${rows.join("\n")}\n`);
  };
  const labelColumns = ["delivery", "billing", "account"];
  it.each<[string, readonly (readonly [string, string])[]]>([
    ["1 and 0", [["1", "0"]]],
    ["1.0 and 0.0", [["1.0", "0.0"]]],
    ["true and false", [["True", "False"]]],
    ["yes and no", [["yes", "no"]]],
    ["x and nothing", [["x", ""]]],
    [
      "different words",
      [
        ["1", "0"],
        ["x", ""],
        ["TRUE", "FALSE"],
      ],
    ],
    [
      "the label's name and nothing",
      [
        ["delivery", ""],
        ["billing", ""],
        ["account", ""],
      ],
    ],
  ])("is told, and read where it is named: %s", async (name, cells) => {
    const path = table(cells);
    if (!name.startsWith("the label's"))
      await expect(readTask({ path, seed: 1 })).rejects.toThrow("--label-columns delivery,billing,account");
    const { train } = await readTask({ path, seed: 1, labelColumns });
    expect(train.isMultiLabel).toBe(true);
    expect(train.labels).toEqual(["account", "billing", "delivery"]);
    const first = [...train.examples].find(({ id }) => id === "row-1" || id === "0");
    if (first !== undefined) expect([...first.labels].sort()).toEqual(["billing", "delivery"]);
  });

  it("is refused where a cell says something else, or a column is none", async () => {
    const path = table([["5", "3"]]);
    await expect(readTask({ path, seed: 1, labelColumns })).rejects.toThrow(/ticks\.csv line 2: .*"5"/);
    await expect(readTask({ path, seed: 1, labelColumns: ["delivery", "bills"] })).rejects.toThrow('no column "bills"');
    await expect(readTask({ path, seed: 1, labelColumns: ["delivery"] })).rejects.toThrow(UserError);
    await expect(readTask({ path, seed: 1, labelColumns, label: "delivery" })).rejects.toThrow(UserError);
    await expect(readTask({ path, seed: 1, labelColumns, labelSeparator: ";" })).rejects.toThrow(UserError);
  });
});
