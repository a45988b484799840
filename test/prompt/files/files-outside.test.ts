/** @file Files that a configuration or a folder leads to, though nobody named them on the command line. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDataset, readTask } from "../../../src/data/data.js";
import { readTable } from "../../../src/data/read-table.js";
import { UserError } from "../../../src/lib/errors.js";
import { readPrompt } from "../../../src/prompt/files/read-prompt.js";
import { contractData } from "../../contract/approach.js";
import { savedRun } from "./saved-prompt.js";

let root: string;
let own: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "crossover-outside-"));
  own = join(root, "own");
  await write("own/below/rows.csv", "text,__expected\nmy money,refund\nmy password,login\n");
  await write("own/below/words.txt", "Sort this: {{text}}");
  await write("secret/rows.csv", "text,__expected\nmy secret,refund\nanother,login\n");
  await write("secret/words.txt", "My secret is 0123. {{text}}");
  await write("own-not/words.txt", "My secret is 0123. {{text}}");
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<string> {
  const full = join(root, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  return full;
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).not.toContain("0123");
  return String(error);
}

const written = (kind: "rows.csv" | "words.txt"): string => (kind === "rows.csv" ? "tests: " : "prompts: ");
const read = (kind: "rows.csv" | "words.txt", config: string): Promise<unknown> =>
  kind === "rows.csv" ? readTable(config) : readPrompt(config);

describe.each(["rows.csv", "words.txt"] as const)("a promptfoo configuration that names %s", (kind) => {
  it("above its folder, or anywhere by an absolute path, is refused", async () => {
    for (const name of [`../secret/${kind}`, `below/../../secret/${kind}`, join(root, "secret", kind)]) {
      for (const scheme of ["", "file://"]) {
        const config = await write("own/promptfooconfig.yaml", `${written(kind)}[${JSON.stringify(scheme + name)}]\n`);
        const said = await refusal(read(kind, config));
        expect(said).toContain(name);
        expect(said).toContain(`outside ${own}`);
      }
    }
  });

  it("in a folder whose name begins as its own does is refused", async () => {
    const config = await write("own/promptfooconfig.yaml", `${written(kind)}[file://../own-not/${kind}]\n`);
    expect(await refusal(read(kind, config))).toContain("outside");
  });

  it("through a link that leads out is refused", async () => {
    await symlink(join(root, "secret", kind), join(own, kind));
    await symlink(join(root, "secret"), join(own, "linked"));
    for (const name of [kind, `linked/${kind}`]) {
      const config = await write("own/promptfooconfig.yaml", `${written(kind)}[file://${name}]\n`);
      expect(await refusal(read(kind, config))).toContain("outside");
    }
  });

  it("below its folder is read, also by an absolute path, by a link within, and where the folder is reached by a link", async () => {
    await symlink(join(own, "below", kind), join(own, `linked-${kind}`));
    await symlink(own, join(root, "way"));
    for (const name of [`below/${kind}`, join(own, "below", kind), `linked-${kind}`]) {
      await write("own/promptfooconfig.yaml", `${written(kind)}[${JSON.stringify(`file://${name}`)}]\n`);
      await expect(read(kind, join(own, "promptfooconfig.yaml"))).resolves.toBeDefined();
      await expect(read(kind, join(root, "way", "promptfooconfig.yaml"))).resolves.toBeDefined();
    }
  });

  it("that does not exist is told as missing", async () => {
    const config = await write("own/promptfooconfig.yaml", `${written(kind)}[file://below/x${kind}]\n`);
    expect(await refusal(read(kind, config))).toContain("There is no file");
  });
});

it.each(["prompt.json", "prompt.md", "examples.jsonl"])(
  "a prompt's folder whose %s is a link that leads out is refused",
  async (name) => {
    const { folder } = await savedRun(contractData().train, { method: "few-shot" });
    const moved = await write(`secret/${name}`, await readFile(join(folder, name), "utf8"));
    await rm(join(folder, name));
    await symlink(moved, join(folder, name));
    const said = await refusal(readPrompt(folder));
    expect(said).toContain(join(folder, name));
    expect(said).toContain("outside");
  },
);

it("descriptions beside the data that are a link out of the folder are left out with a note, and read where they are named", async () => {
  const data = await write(
    "own/data.csv",
    `text,label\n${Array.from({ length: 20 }, (_, i) => `no money ${i},refund\nno password ${i},login\n`).join("")}`,
  );
  const elsewhere = await write("secret/words.yaml", "refund: about money\n");
  await symlink(elsewhere, join(own, "label-descriptions.yaml"));
  const found = await readTask({ path: data, seed: 1 });
  expect(Object.keys(found.train.descriptions)).toEqual([]);
  expect(found.notes?.join()).toContain("leads out of that folder");
  const named = await readDataset(data, { descriptions: join(own, "label-descriptions.yaml") });
  expect(named.descriptions["refund"]).toBe("about money");
});
