/** @file Texts that are cut must not say something else than they said whole. */
import { describe, expect, it } from "vitest";
import { wrapShort } from "../../../src/report/terminal/shorten.js";

describe("wrapShort", () => {
  it("leaves alone what fits", () => {
    expect(wrapShort("accuracy 90.3 (88.1 to 92)", 40, 1)).toEqual(["accuracy 90.3 (88.1 to 92)"]);
  });

  it("ends at a clause where that gives up little", () => {
    expect(wrapShort("90 rows in all; 23.4 MB to ship", 14, 2)).toEqual(["90 rows in all", "…"]);
  });

  it.each([
    ["answered in 509 ms on this machine here", 25],
    ["it costs about $0.018 a thousand of them", 26],
    ["better from about 230 labels (90% interval 110 to 680) on", 40],
    ["better from about 230 labels (90% interval 110 to 680) on", 48],
    ["a probability of 90% from about 1,200 labels on", 34],
  ])("ends with no number, and in no parenthesis: %s", (text, width) => {
    const [line] = wrapShort(text, width, 1);
    expect(wrapShort(text, width, 1)).toHaveLength(1);
    expect(line).toMatch(/ …$/);
    expect(line!.length).toBeLessThanOrEqual(width);
    expect(line).not.toMatch(/(\d\S*|from|about|of) …$/);
    expect(line!.split("(").length).toBe(line!.split(")").length);
  });

  it("keeps a number that has its unit", () => {
    expect(wrapShort("answered in 509 ms on this machine", 22, 1)).toEqual(["answered in 509 ms …"]);
  });
});
