import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { hubFiles } from "../../src/data/hub-layout.js";
import type { RunManifest } from "../../src/store/run.js";
import { crossover, emptyFolder, ticketRows } from "../cli/cli.js";
import { commitOf, type HubServer, startHub } from "../servers/hub.js";

const rows = ticketRows(80);
const names = ["login", "refund"];
// The names are swapped: what learns them and what reads them differ in every row.
const swapped = [...names].reverse();
const features = { text: { dtype: "string", _type: "Value" }, label: { names: swapped, _type: "ClassLabel" } };

/** Rows as the Hub has them: labels are numbers, and the file says what they stand for. */
function parquet(part: typeof rows): Buffer {
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: "text", data: part.map(({ text }) => text), type: "STRING" },
      { name: "label", data: part.map(({ label }) => BigInt(names.indexOf(label))), type: "INT64" },
    ],
    kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
  });
  return Buffer.from(bytes);
}
const csv = (part: typeof rows): Buffer =>
  Buffer.from(`text,label\n${part.map(({ text, label }) => `"${text}",${label}`).join("\n")}\n`);
const card = (configs: readonly string[]): Buffer =>
  Buffer.from(
    `---\nconfigs:\n${configs.map((name) => `- config_name: ${name}\n  data_files:\n  - split: train\n    path: ${name}/train*\n  - split: test\n    path: ${name}/test*\n`).join("")}---\n`,
  );

const tickets = {
  "README.md": Buffer.from(
    "---\nconfigs:\n- config_name: plain\n  data_files:\n  - split: train\n    path: plain_text/train-*\n  - split: test\n    path: plain_text/test-*\n  - split: unsupervised\n    path: plain_text/unsupervised-*\n---\n",
  ),
  "plain_text/train-00000-of-00002.parquet": parquet(rows.slice(0, 30)),
  "plain_text/train-00001-of-00002.parquet": parquet(rows.slice(30, 50)),
  "plain_text/test-00000-of-00001.parquet": parquet(rows.slice(50)),
  "plain_text/unsupervised-00000-of-00001.parquet": parquet(rows.slice(0, 10)),
};
const several = {
  "README.md": card(["small", "large"]),
  "small/train.csv": csv(rows.slice(0, 40)),
  "small/test.csv": csv(rows.slice(60)),
  "large/train.csv": csv(rows.slice(0, 60)),
  "large/test.csv": csv(rows.slice(60)),
};
const untold = {
  "cola/train/0000.csv": csv(rows.slice(0, 40)),
  "sst2/train/0000.csv": csv(rows.slice(40)),
};

let hub: HubServer;
let folder: string;
beforeAll(async () => {
  hub = await startHub({
    "datasets/org/tickets": { revisions: { main: tickets } },
    "datasets/org/several": { revisions: { main: several } },
    "datasets/org/untold": { revisions: { main: untold } },
  });
  folder = await emptyFolder();
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const call = (...words: readonly string[]) => crossover(words, { env: { HF_ENDPOINT: hub.url, HF_HOME: join(folder, "hf") } });
const run = (name: string, ...words: readonly string[]) =>
  call("run", "--approaches", "tune:tfidf", ...words, "--runs", join(folder, "runs"), "--name", name);
const manifestOf = async (name: string): Promise<RunManifest> =>
  JSON.parse(await readFile(join(folder, "runs", name, "run.json"), "utf8"));

describe("data of the Hub", () => {
  it("is downloaded with its splits and label names, and kept with the run by its commit", async () => {
    const { code, err } = await run("one", "hf:org/tickets");
    expect(code, err).toBe(0);
    const { task, options } = await manifestOf("one");
    expect(task).toMatchObject({ name: "org-tickets", labels: names, trainRows: 50, testRows: 30 });
    expect(options["path"]).toBe(`hf:org/tickets@${commitOf(tickets)}`);
  });

  it("is found in the cache by its commit, without asking anybody", async () => {
    const asked = hub.requests.length;
    const pinned = String((await manifestOf("one")).options["path"]);
    const again = await run("two", pinned, "--offline", "--approaches", "tune:tfidf,prompt:labels");
    expect(again.code, again.err).toBe(0);
    expect((await manifestOf("two")).task.testHash).toBe((await manifestOf("one")).task.testHash);
    const view = await call("view", "two", "--runs", join(folder, "runs"), "-o", join(folder, "view.html"));
    expect(view.code).toBe(0);
    // The page shows texts on which the arms differ: the rows were found again.
    const page = await readFile(join(folder, "view.html"), "utf8");
    expect(rows.slice(50).some(({ text }) => page.includes(text))).toBe(true);
    expect(hub.requests.length).toBe(asked);
  });

  it("is one of several by its name after #", async () => {
    const open = await run("none", "hf:org/several");
    expect([open.code, open.err.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining("several datasets: small, large.")]);
    const { code, err } = await run("small", "hf:org/several#small");
    expect(code, err).toBe(0);
    expect((await manifestOf("small")).task).toMatchObject({ name: "org-several-small", trainRows: 40, testRows: 20 });
  });

  it("is not thrown together where nothing but folders tells several datasets apart", async () => {
    const { code, err } = await run("thrown", "hf:org/untold");
    expect([code, err.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining("several datasets: cola, sst2.")]);
    expect((await run("cola", "hf:org/untold#cola")).code).toBe(0);
    expect((await manifestOf("cola")).task).toMatchObject({ trainRows: 30, testRows: 10 });
  });

  it("can be checked, and named in a configuration", async () => {
    const checked = await call("check", "hf:org/tickets", "--no-label-errors");
    expect(checked.code, checked.err).toBe(0);
    const file = join(folder, "c.yaml");
    expect((await call("init", "hf:org/tickets", "-o", file)).code).toBe(0);
    expect(parse(await readFile(file, "utf8"))).toEqual({ data: "hf:org/tickets", text: "text", label: "label" });
    expect((await run("config", "-c", file)).code).toBe(0);
  });

  it.each([
    [["hf:org/none"], /org\/none/],
    [["hf:../secrets"], /can't be the name of a dataset/],
    [["hf:org/several", "--offline"], /several/],
  ])("%j is refused in a sentence", async (words, message) => {
    const { code, err } = await run("refused", ...words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it("laid out likewise in a folder of one's own is read likewise, and what lies below train.csv is not looked into", async () => {
    const own = join(folder, "own");
    await mkdir(join(own, "plain_text"), { recursive: true });
    for (const [file, content] of Object.entries(tickets)) await writeFile(join(own, file), content);
    const layout = { train: [0, 1].map((i) => join(own, `plain_text/train-0000${i}-of-00002.parquet`)) };
    expect(await hubFiles(own, undefined)).toMatchObject(layout);
    await rm(join(own, "README.md"));
    await symlink(join(own, "nowhere"), join(own, "plain_text", "broken.csv"));
    expect(await hubFiles(own, undefined)).toMatchObject(layout);
    await writeFile(join(own, "train.csv"), csv(rows));
    expect(await hubFiles(own, undefined)).toBeNull();
  });

  it("leaves a file of that name alone", async () => {
    await mkdir(join(folder, "here"), { recursive: true });
    await writeFile(join(folder, "here", "tickets.csv"), csv(rows));
    expect((await run("file", join(folder, "here", "tickets.csv"))).code).toBe(0);
  });
});
