/** @file Saved folders in Python's transformers. Runs where `CROSSOVER_PYTHON`, or `python3`, has torch, transformers and sentence-transformers. */
import { execFile, execFileSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { goldenClassifiers } from "./golden-classifiers.js";
import { logitsOfTexts, savableClassifiers, savableDecoders, save, temporaryFolder } from "./saved-folders.js";

const python = process.env["CROSSOVER_PYTHON"] ?? "python3";
const script = fileURLToPath(new URL("../../../golden/check_saved_model.py", import.meta.url));

function hasTransformers(): boolean {
  try {
    // Finding a module takes no time; importing torch would take seconds of every run.
    const found =
      "import importlib.util as u, sys; sys.exit(not all(u.find_spec(name) for name in ('torch', 'transformers', 'sentence_transformers')))";
    execFileSync(python, ["-c", found], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isThere = hasTransformers();

describe(`a saved folder in Python${isThere ? "" : " (skipped: no Python with torch, transformers and sentence-transformers; set CROSSOVER_PYTHON)"}`, () => {
  it.skipIf(!isThere)("has the predictions that it has here", { timeout: 240_000 }, async () => {
    const folder = await temporaryFolder();
    try {
      const encoders = [...(await savableClassifiers())].map(
        ([name, classifier]) => [name, { classifier, texts: goldenClassifiers.texts }] as const,
      );
      const classifiers = new Map([...encoders, ...(await savableDecoders())]);
      for (const [name, { classifier, texts }] of classifiers) {
        await save(classifier, join(folder, name));
        const expected = { texts, logits: await logitsOfTexts(classifier, texts) };
        await writeFile(join(folder, name, "expected.json"), JSON.stringify(expected));
      }
      const names = [...classifiers.keys()];
      const { stdout } = await promisify(execFile)(python, [script, ...names.map((name) => join(folder, name))], {
        env: { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" },
      });
      const worst = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, Record<string, number>>;
      expect(Object.keys(worst)).toEqual(names);
      expect(Math.max(...Object.values(worst).flatMap((found) => Object.values(found)))).toBeLessThan(1e-5);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
