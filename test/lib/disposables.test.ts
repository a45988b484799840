import { describe, expect, it } from "vitest";
import { exitCode, explain } from "../../src/cli/exit-code.js";
import { disposables } from "../../src/lib/disposables.js";
import { UserError } from "../../src/lib/errors.js";

/** Things that note when they are released, some of which throw. */
function things(released: string[], failing: Readonly<Record<string, Error>>) {
  return ["lock", "bill", "store", "file"].map((name) => ({
    async [Symbol.asyncDispose]() {
      released.push(name);
      if (failing[name] !== undefined) throw failing[name];
    },
  }));
}

async function releaseAll(failing: Readonly<Record<string, Error>>): Promise<{ released: string[]; error: unknown }> {
  const released: string[] = [];
  const held = disposables();
  for (const thing of things(released, failing)) held.use(thing);
  const error: unknown = await held[Symbol.asyncDispose]().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { released, error };
}

describe("things that a command holds", () => {
  it("are all released, the last one first, where one throws", async () => {
    const full = new UserError("the disk is full");
    const { released, error } = await releaseAll({ store: full });
    expect(released).toEqual(["file", "store", "bill", "lock"]);
    expect(error).toBe(full);
  });

  it("are all released where several throw, and the first is what is told", async () => {
    const { released, error } = await releaseAll({ file: new UserError("first"), bill: new Error("second") });
    expect(released).toEqual(["file", "store", "bill", "lock"]);
    expect(explain(error)).toEqual({ text: "first", code: exitCode.user });
  });

  it("do not hide what went wrong before", async () => {
    const failing = async (): Promise<void> => {
      await using held = disposables();
      for (const thing of things([], { bill: new Error("cannot be closed") })) held.use(thing);
      throw new UserError("no credit");
    };
    expect(explain(await failing().catch((error: unknown) => error))).toEqual({ text: "no credit", code: exitCode.user });
  });
});
