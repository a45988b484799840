import { describe, expect, test } from "vitest";
import { placesOf } from "../../src/data/ordered-values.js";
import { UserError } from "../../src/lib/errors.js";

describe("the order of a column's values", () => {
  test.each([
    ["numbers", ["9", "10", "-3", "1e3", "2.5"], ["-3", "2.5", "9", "10", "1e3"]],
    ["days", ["2024-10-01", "2024-02-28", "2023-12-31"], ["2023-12-31", "2024-02-28", "2024-10-01"]],
    ["months", ["2024-10", "2024-09"], ["2024-09", "2024-10"]],
    [
      "times",
      ["2024-01-02 10:00:00", "2024-01-02 09:59:59.5", "2024-01-02T09:00:00Z", "2024-01-02T09:30:00+02:00"],
      ["2024-01-02T09:30:00+02:00", "2024-01-02T09:00:00Z", "2024-01-02 09:59:59.5", "2024-01-02 10:00:00"],
    ],
    ["months by name", ["May 3, 2024", "12 April 2024"], ["12 April 2024", "May 3, 2024"]],
    ["days first, as one of them shows", ["03/04/2024", "25/03/2024"], ["25/03/2024", "03/04/2024"]],
    ["months first, as one of them shows", ["03/25/2024", "12/01/2023"], ["12/01/2023", "03/25/2024"]],
    ["days before months between dots", ["01.12.2023", "02.01.24"], ["01.12.2023", "02.01.24"]],
  ])("%s have one", (_, values, inOrder) => {
    const places = placesOf(values, "when")!;
    expect([...places].sort(([, a], [, b]) => a - b).map(([value]) => value)).toEqual(inOrder);
  });

  test.each([
    ["names", ["web", "mail"]],
    // V8 takes "Region 1" for a date.
    ["numbered names", ["Region 1", "Region 2"]],
    ["numbers and names", ["1", "unknown"]],
    ["no such day", ["2024-13-45"]],
    ["nothing", []],
  ])("%s have none", (_, values) => {
    expect(placesOf(values, "where")).toBeNull();
  });

  test("dates that can be read in two ways are refused, with the column and one of them", () => {
    expect(() => placesOf(["03/04/2024", "05/06/2024"], "created")).toThrow(UserError);
    expect(() => placesOf(["03/04/2024", "05/06/2024"], "created")).toThrow(/created.*03\/04\/2024/);
  });
});
