import { describe, expect, it } from "vitest";
import { type Column, tableBlocks, tableLines, wholeTableBlocks } from "../../../src/report/terminal/table.js";

const options = { headStyle: (text: string) => text, rule: "-" };
const columns: readonly Column[] = [
  { title: "name", minimum: 6 },
  { title: "text", minimum: 8 },
  { title: "n", align: "right" },
];

describe("tableLines", () => {
  it("keeps natural widths where they fit", () => {
    expect(
      tableLines(
        columns,
        [
          ["a", "some text", "7"],
          ["b", "more", "12"],
        ],
        40,
        options,
      ),
    ).toEqual(["name  text        n", "-------------------", "a     some text   7", "b     more       12"]);
  });

  it("wraps the widest column where they don't", () => {
    expect(tableLines(columns, [["a", "some text that is long", "7"]], 22, options)).toEqual([
      "name  text           n",
      "----------------------",
      "a     some text      7",
      "      that is long",
    ]);
  });

  it("puts the last columns into a further table where even the least widths don't fit", () => {
    expect(tableLines(columns, [["a", "some text", "7"]], 14, options)).toEqual([
      "name  text",
      "--------------",
      "a     some",
      "      text",
      "",
      "name  n",
      "-------",
      "a     7",
    ]);
  });

  it("names what it leaves out, or puts it under each row", () => {
    expect(tableBlocks(columns, [["a", "some text", "7"]], 14, options).leftOut).toEqual(["n"]);
    expect(wholeTableBlocks(columns, [["a", "some text", "7"]], 14, options).rows).toEqual([
      ["a     some", "      text", "  n: 7"],
    ]);
    expect(wholeTableBlocks(columns, [["a", "some text", "7"]], 40, options).rows).toEqual([["a     some text  7"]]);
  });

  it("styles each line of a cell after laying it out", () => {
    const bold = (text: string): string => `<${text}>`;
    expect(
      tableLines([{ title: "t", minimum: 4 }, { title: "u" }], [[[{ text: "one two", style: bold }], "x"]], 7, options).slice(2),
    ).toEqual(["<one>   x", "<two>"]);
  });
});
