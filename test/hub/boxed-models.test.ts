import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxedModelFolder, boxedModels, isBoxedModel } from "../../src/hub/boxed-models.js";

let folder = "";
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "boxed-")));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a model in the box", () => {
  it("is known by its own name alone", () => {
    expect(["smollm2", "SmolLM2", "toString", "minilm-l6"].map(isBoxedModel)).toEqual([true, false, false, false]);
  });

  it("that is not installed: it is said which package has it, and how to get it", () => {
    expect(() => boxedModelFolder("smollm2", join(folder, "dist/hub/hub.js"))).toThrow(
      'The model "smollm2" (SmolLM2-135M-Instruct) is in the package crossover-smollm2-135m-instruct, which is not installed. ' +
        'In a clone of crossover, "npm ci" links it; elsewhere install it beside crossover, as the README says under "Install".',
    );
  });

  // As npm puts packages: below the one that needs it, and side by side.
  it.each(["node_modules/crossover/node_modules", "node_modules"])("is found in %s", async (place) => {
    const top = await mkdtemp(join(folder, "app-"));
    const own = join(top, place, boxedModels.smollm2.package);
    await mkdir(own, { recursive: true });
    await writeFile(join(own, "package.json"), "{}");
    expect(boxedModelFolder("smollm2", join(top, "node_modules/crossover/dist/hub/hub.js"))).toBe(own);
  });
});
