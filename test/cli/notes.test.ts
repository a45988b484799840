import { expect, it } from "vitest";
import { noteLines } from "../../src/cli/notes.js";

it("a note is wrapped on a screen, whole in a log, and steers neither", () => {
  const text = "The label \u001b[31m is odd in this file\nGo on with: crossover resume runs/it";
  expect(noteLines(text, { screen: () => ({ columns: 24, rows: 24 }), isInteractive: true })).toBe(
    "The label ␛[31m is odd\nin this file\nGo on with:\n  crossover resume runs/it\n",
  );
  expect(noteLines(text, { screen: () => ({ columns: 24, rows: 24 }), isInteractive: false })).toBe(
    "The label ␛[31m is odd in this file\nGo on with: crossover resume runs/it\n",
  );
});
