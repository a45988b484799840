import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findModelFolder } from "../../src/tune/pretrained/model-folder.js";
import { modelLanguages } from "../../src/tune/pretrained/model-languages.js";

async function languagesOf(card: string): Promise<readonly string[] | undefined> {
  const path = await mkdtemp(join(tmpdir(), "crossover-card-"));
  await writeFile(join(path, "README.md"), card);
  return modelLanguages({ name: "model", path });
}

it("reads the languages that a model's card names, and makes up none", async () => {
  expect(await modelLanguages(findModelFolder("minilm-l6"))).toEqual(["English"]);
  expect(await languagesOf("---\nlanguage:\n- de\n- fr\n---\n# A model")).toEqual(["German", "French"]);
  expect(await languagesOf("---\nlanguage: multilingual\n---\n")).toBeUndefined();
  expect(await languagesOf("---\nlanguage: [en, {}]\n---\n")).toBeUndefined();
  expect(await languagesOf("---\nlanguage: [\n---\n")).toBeUndefined();
  expect(await languagesOf("# A model\nlanguage: en\n")).toBeUndefined();
});
