import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { type CompiledTraining, compileTraining } from "./compiled-training.js";

let compiled: CompiledTraining;
let folder: string;
beforeAll(async () => {
  compiled = await compileTraining();
  folder = await mkdtemp(join(tmpdir(), "interrupted-"));
});
afterAll(async () => {
  await compiled[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Runs the child; kills it `afterMs` after it has taken `steps` more steps. Whether it came to its end before. */
async function run(
  checkpoints: string,
  result: string,
  kill?: { readonly steps: number; readonly afterMs: number },
): Promise<boolean> {
  const child = compiled.start(checkpoints, result);
  let taken = 0;
  child.stdout!.on("data", (chunk: Buffer) => {
    const before = taken;
    taken += chunk.toString().split("\n").length - 1;
    if (kill && before < kill.steps && taken >= kill.steps) void delay(kill.afterMs).then(() => child.kill("SIGKILL"));
  });
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== null && code !== 0) throw new Error(`the child ended with code ${code}`);
  return code === 0;
}

describe("training that is killed", () => {
  it("ends with the same bytes after five kills at random moments as without any", async () => {
    const { integer } = random(8, "kills");
    const [whole, pieces] = [join(folder, "whole"), join(folder, "pieces")];
    const finished = run(join(folder, "whole-checkpoints"), whole);
    const checkpoints = join(folder, "checkpoints");
    for (let kills = 0; kills < 5; kills++) {
      const isFinished = await run(checkpoints, pieces, { steps: 1 + integer(3), afterMs: integer(9) });
      expect(isFinished).toBe(false);
    }
    expect(await run(checkpoints, pieces)).toBe(true);
    await finished;
    expect((await readFile(pieces)).equals(await readFile(whole))).toBe(true);
    expect((await readdir(checkpoints)).sort()).toEqual(["checkpoint.safetensors"]);
  });
});
