import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressLine } from "../../src/transformers/progress-line.js";

const written: string[] = [];
const stream = (isTTY: boolean) => ({ isTTY, columns: 20, write: (text: string) => written.push(text) });
beforeEach(() => {
  written.length = 0;
  vi.stubEnv("CI", undefined);
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => vi.unstubAllEnvs());

describe("a progress line", () => {
  it("is written over on a screen, and makes room for lines that stay", () => {
    const line = progressLine(stream(true));
    line.show("step 1 of 100, loss 0.69");
    line.show("step 2 comes too soon to be seen");
    line.note("evaluated");
    line.show("step 3");
    line.clear();
    line.clear();
    const clear = "\r\u001b[2K";
    // 19 of 20 columns: a line that wraps could not be written over.
    expect(written).toEqual([`${clear}step 1 of 100, loss`, clear, "evaluated\n", `${clear}step 3`, clear]);
  });

  it.each([
    ["a file", false, {}],
    ["CI", true, { CI: "true" }],
    ["a dumb terminal", true, { TERM: "dumb" }],
  ])("is only the lines that stay in %s", (_, isTTY, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const line = progressLine(stream(isTTY));
    line.show("step 1");
    line.note("evaluated");
    line.clear();
    expect(written).toEqual(["evaluated\n"]);
  });
});
