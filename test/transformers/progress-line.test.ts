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

  it("sends no control of a foreign text to the terminal", () => {
    const line = progressLine(stream(true));
    line.show("a\u001b[31mb");
    line.note("c\u001b]0;title\u0007\rd\u202ee");
    expect(written.join("").replaceAll("\r\u001b[2K", "")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
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
