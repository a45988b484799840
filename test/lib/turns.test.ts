import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { atMost } from "../../src/lib/queue.js";

describe("turns", () => {
  it("run so many at once, in their order, also where one fails", async () => {
    const turns = atMost(2);
    const begun: number[] = [];
    const ends: ((error?: Error) => void)[] = [];
    const all = Array.from({ length: 5 }, (_, i) =>
      turns(
        () =>
          new Promise<number>((done, fail) => {
            begun.push(i);
            ends[i] = (error) => (error === undefined ? done(i) : fail(error));
          }),
      ),
    );
    await setImmediate();
    expect(begun).toEqual([0, 1]);
    const failing = expect(all[1]).rejects.toThrow("no");
    ends[1]!(new Error("no"));
    await failing;
    await setImmediate();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]!();
    ends[2]!();
    await setImmediate();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    ends[3]!();
    ends[4]!();
    expect(await Promise.all([all[0], all[2], all[3], all[4]])).toEqual([0, 2, 3, 4]);
    // Its places are free again.
    expect(await turns(async () => "last")).toBe("last");
  });

  it("run one alone once those before it have ended, and others after it", async () => {
    const turns = atMost(2);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) => (): Promise<void> =>
      new Promise((done) => {
        begun.push(name);
        ends.set(name, done);
      });
    const end = async (name: string): Promise<void> => {
      ends.get(name)!();
      await setImmediate();
    };
    const all = [turns(work("a")), turns.alone(work("whole")), turns(work("b")), turns(work("c")), turns.alone(work("last"))];
    await setImmediate();
    // There is a place for b beside a, and the one that needs all of them comes first.
    expect(begun).toEqual(["a"]);
    await end("a");
    expect(begun).toEqual(["a", "whole"]);
    await end("whole");
    expect(begun).toEqual(["a", "whole", "b", "c"]);
    await end("c");
    expect(begun).toHaveLength(4);
    await end("b");
    expect(begun.at(-1)).toBe("last");
    await end("last");
    await Promise.all(all);
  });
});
