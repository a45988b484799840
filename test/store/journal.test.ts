import { appendFileSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../../src/lib/errors.js";
import { appendLines, type Journal, openJournal, readJournal, writeLines } from "../../src/store/journal.js";

const refused = { schema: z.object({ n: z.number() }), remedy: "Put it back." };
const forgotten = { ...refused, remedy: null };

function newPath(): string {
  return join(mkdtempSync(join(tmpdir(), "crossover-journal-")), "made", "journal.jsonl");
}

/** A journal of 0, 1, 2. */
function written(): string {
  const path = newPath();
  const journal = openJournal(path, refused);
  for (const n of [0, 1, 2]) journal.append({ n });
  return path;
}

const numbers = ({ lines }: Journal<{ n: number }>): number[] => lines.map(({ n }) => n);

/** Replaces the line of a number by what a disk might make of it. */
function damage(path: string, n: number): void {
  writeFileSync(path, readFileSync(path, "utf8").replace(`"n":${n},`, `"n":${n + 4},`));
}

describe("a journal", () => {
  it("makes its file with the first line, not before", () => {
    const path = newPath();
    const journal = openJournal(path, refused);
    expect(existsSync(path)).toBe(false);
    journal.append({ n: 7 });
    expect(numbers(openJournal(path, refused))).toEqual([7]);
  });

  it("loses the line that was being written, at whatever byte the process was killed, and nothing else", () => {
    const path = written();
    const text = readFileSync(path, "utf8");
    const beforeLast = text.lastIndexOf("\n", text.length - 2) + 1;
    for (let end = beforeLast; end < text.length; end++) {
      writeFileSync(path, text.slice(0, end));
      for (const kind of [refused, forgotten]) expect(numbers(openJournal(path, kind))).toEqual([0, 1]);
      openJournal(path, refused).append({ n: 3 });
      expect(numbers(openJournal(path, refused))).toEqual([0, 1, 3]);
    }
  });

  it("is not changed by being read", () => {
    const path = written();
    appendFileSync(path, '{"n":');
    const size = statSync(path).size;
    for (const kind of [refused, forgotten]) openJournal(path, kind);
    expect(statSync(path).size).toBe(size);
  });

  it("names the line that a disk has changed, or forgets it and what follows where that can be made again", () => {
    const path = written();
    damage(path, 1);
    expect(() => openJournal(path, refused)).toThrow(UserError);
    expect(() => openJournal(path, refused)).toThrow(/line 2.*Put it back/s);
    const journal = openJournal(path, forgotten);
    expect(numbers(journal)).toEqual([0]);
    journal.append({ n: 9 });
    expect(numbers(openJournal(path, refused))).toEqual([0, 9]);
  });

  it("goes back to an earlier line", () => {
    const path = written();
    const journal = openJournal(path, refused);
    journal.append({ n: 3 });
    journal.keep(2);
    expect(numbers(openJournal(path, refused))).toEqual([0, 1]);
    journal.append({ n: 4 });
    expect(numbers(openJournal(path, refused))).toEqual([0, 1, 4]);
    journal.keep(0);
    expect(readFileSync(path, "utf8")).toBe("");
  });

  it("is the same whether its lines come one by one, many at once or in place of others", async () => {
    const path = written();
    const oneByOne = readFileSync(path, "utf8");
    await writeLines(path, [{ n: 0 }, { n: 1 }]);
    await appendLines(path, [{ n: 2 }]);
    expect(readFileSync(path, "utf8")).toBe(oneByOne);
    const read = [];
    for await (const each of readJournal(path, refused)) read.push(each);
    expect(read).toEqual([0, 1, 2].map((n) => ({ line: { n } })));
  });
});
