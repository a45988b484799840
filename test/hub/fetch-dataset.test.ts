import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchDataset } from "../../src/hub/hub.js";
import { commitOf, type HubServer, startHub } from "../servers/hub.js";
import { asking, contentsOf, refusal } from "./served.js";

const bytes = (text: string): Buffer => Buffer.from(text);
const card = { "README.md": bytes("# Reviews") };
const parquet = {
  "plain_text/train-00000-of-00001.parquet": bytes("PAR1 train"),
  "plain_text/test-00000-of-00001.parquet": bytes("PAR1 test"),
};
const rest = {
  ".gitattributes": bytes("*"),
  "dataset_infos.json": bytes("{}"),
  "images/a.png": bytes("png"),
  "reviews.py": bytes("import os"),
};

let hub: HubServer;
beforeEach(async () => {
  hub = await startHub({
    "datasets/imdb": { revisions: {}, renamedTo: "datasets/stanfordnlp/imdb" },
    "datasets/stanfordnlp/imdb": { revisions: { main: { ...rest, ...card, ...parquet } } },
  });
});
afterEach(() => hub[Symbol.asyncDispose]());

const serve = (revisions: Record<string, Record<string, Buffer>>): void => {
  hub.repos = { "datasets/org/reviews": { revisions } };
};

describe("a dataset", () => {
  it("brings its rows and its card, under the name it was asked for by", async () => {
    const { options, home } = asking(hub.url);
    const folder = await fetchDataset("imdb", options);
    expect(await contentsOf(folder)).toEqual({ ...card, ...parquet });
    const commit = commitOf({ ...rest, ...card, ...parquet });
    expect(folder).toBe(join(home, "hub", "datasets--imdb", "snapshots", commit));
    expect(await readFile(join(home, "hub/datasets--imdb/refs/main"), "utf8")).toBe(commit);
    expect(await fetchDataset("imdb", { ...options, offline: true })).toBe(folder);
  });

  it.each([
    ["Parquet before the rest", { "a.csv": "a", "b.jsonl": "b", "c.parquet": "c", "d.json": "d" }, ["c.parquet"]],
    ["then JSONL", { "a.csv": "a", "b.jsonl.gz": "b", "d.json": "d" }, ["b.jsonl.gz"]],
    ["then CSV", { "train.csv": "a", "test.tsv": "b", "d.json": "d" }, ["test.tsv", "train.csv"]],
    ["then JSON", { "d.json": "d", "package.json": "{}", ".hidden/e.json": "e" }, ["d.json"]],
  ])("comes in one form: %s", async (_, files, expected) => {
    serve({ main: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, bytes(text)])) });
    expect(Object.keys(await contentsOf(await fetchDataset("org/reviews", asking(hub.url).options)))).toEqual(expected);
  });

  it("comes in a subset, and names those there are", async () => {
    const files = { "cola/train.parquet": bytes("1"), "sst2/train.parquet": bytes("2"), "sst2/test.parquet": bytes("3") };
    serve({ main: files });
    const { options } = asking(hub.url);
    const folder = await fetchDataset("org/reviews", { ...options, subset: "sst2" });
    expect(Object.keys(await contentsOf(folder))).toEqual(["sst2/test.parquet", "sst2/train.parquet"]);
    expect(await refusal(fetchDataset("org/reviews", { ...options, subset: "sst" }))).toBe(
      'org/reviews has no rows of a subset "sst". Subsets: cola, sst2.',
    );
    expect(await refusal(fetchDataset("org/reviews", { ...options, offline: true }))).toMatch(
      /is not whole in the cache: cola\/train\.parquet is missing/,
    );
  });

  it("whose rows a program makes comes as the Hub converted it, online and offline", async () => {
    const converted = { "default/train/0000.parquet": bytes("PAR1") };
    serve({ main: { ...rest, ...card }, "refs/convert/parquet": converted });
    const { options, home } = asking(hub.url);
    const folder = await fetchDataset("org/reviews", options);
    expect(await contentsOf(folder)).toEqual(converted);
    expect(await readFile(join(home, "hub/datasets--org--reviews/refs/refs/convert/parquet"), "utf8")).toBe(commitOf(converted));
    expect(await fetchDataset("org/reviews", { ...options, offline: true })).toBe(folder);
    expect(hub.requests.map(({ file }) => file)).not.toContain("reviews.py");
  });

  it("is refused where there are no rows at all, and the program is not run", async () => {
    serve({ main: { ...rest, ...card } });
    expect(await refusal(fetchDataset("org/reviews", asking(hub.url).options))).toBe(
      "org/reviews has no files with rows (Parquet, CSV, JSONL, JSON), nor a copy that the Hub converted; its rows are made by a program " +
        "(reviews.py), which is not run here. Save it in Python as Parquet, and give the file.",
    );
  });

  it("with a name that leads out of its folder is refused", async () => {
    for (const path of ["../../escaped.parquet", "/etc/cron.d/x.csv", "a\\..\\..\\b.parquet"]) {
      hub.repos = { "datasets/org/reviews": { revisions: { main: card }, extraSiblings: [path] } };
      const { options, home } = asking(hub.url);
      await mkdir(home, { recursive: true });
      await writeFile(join(home, "outside"), "x");
      expect(await refusal(fetchDataset("org/reviews", options))).toMatch(/a name that could lead out of its folder/);
      expect(Object.keys(await contentsOf(home))).toEqual(["outside"]);
    }
  });
});
