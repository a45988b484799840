import { describe, expect, it } from "vitest";
import { type Column, tableLines } from "../../../src/report/terminal/table.js";

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

  it("leaves out the last columns where even the least widths don't fit", () => {
    expect(tableLines(columns, [["a", "some text", "7"]], 14, options)[0]).toBe("name  text");
  });

  it("styles each line of a cell after laying it out", () => {
    const bold = (text: string): string => `<${text}>`;
    expect(
      tableLines([{ title: "t", minimum: 4 }, { title: "u" }], [[[{ text: "one two", style: bold }], "x"]], 7, options).slice(2),
    ).toEqual(["<one>   x", "<two>"]);
  });

  it("ends a cell that is too long at a clause, or at a word", () => {
    const cell = (text: string) => [[{ text, maxLines: 2 }]];
    const narrow: Column[] = [{ title: "t", minimum: 12 }];
    expect(tableLines(narrow, [cell("90 rows in all; 23.4 MB to ship")], 14, options).slice(2)).toEqual(["90 rows in all", "…"]);
    expect(tableLines(narrow, [cell("answered in 509 ms on this machine")], 14, options).slice(2)).toEqual([
      "answered in",
      "509 ms on …",
    ]);
  });
});
