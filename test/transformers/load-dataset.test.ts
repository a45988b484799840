import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type LoadDatasetOptions, loadDataset } from "../../src/transformers/load-dataset.js";
import { reviewsParquet, smallImdb } from "./small-imdb.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Calls `use` with a folder that has these files. */
async function inFolder<Result>(files: Files, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "dataset-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const load = (files: Files, options: LoadDatasetOptions = {}) => inFolder(files, (folder) => loadDataset(folder, options));

/** The repository of IMDB on the Hub, with four reviews. */
const imdb: Files = {
  "README.md": smallImdb(2, 2)["README.md"]!,
  "plain_text/train-00000-of-00002.parquet": reviewsParquet(["bad", "worse"], [0, 0]),
  "plain_text/train-00001-of-00002.parquet": reviewsParquet(["good"], [1]),
  "plain_text/test-00000-of-00001.parquet": reviewsParquet(["fine"], [1]),
  "plain_text/unsupervised-00000-of-00001.parquet": reviewsParquet(["?"], [-1]),
};

describe("loadDataset", () => {
  it("reads a repository laid out as IMDB on the Hub", async () => {
    const dataset = await load(imdb);
    expect(dataset.splitNames).toEqual(["train", "test", "unsupervised"]);
    expect([...dataset.train]).toEqual([
      { text: "bad", label: 0 },
      { text: "worse", label: 0 },
      { text: "good", label: 1 },
    ]);
    expect(dataset["test"].features["label"]).toEqual({ names: ["neg", "pos"] });
    expect(dataset.split("unsupervised").at(0)).toEqual({ text: "?", label: -1 });
  });

  it("gives one split alone", async () => {
    const test = await inFolder(imdb, (folder) => loadDataset(folder, { split: "test" }));
    expect([...test]).toEqual([{ text: "fine", label: 1 }]);
  });

  it("numbers classes that are words in alphabetical order, the same in every split", async () => {
    const dataset = await load({
      "train.csv": "text,label\na,spam\nb,ham\n",
      "test.csv": "text,label\nc,spam\n",
    });
    expect(dataset.train.column("label")).toEqual([1, 0]);
    expect(dataset.test.at(0)).toEqual({ text: "c", label: 1 });
    expect(dataset.train.features["label"]).toEqual({ names: ["ham", "spam"] });
  });

  it("leaves numbers as they are, also those that a CSV has as text", async () => {
    const dataset = await load({ "data/train.csv": "text,label\na,10\nb,2\n", "data/dev.jsonl": '{"text":"c","label":2}\n' });
    expect(dataset.train.column("label")).toEqual([10, 2]);
    expect(dataset.validation.column("label")).toEqual([2]);
    expect(dataset.train.features).toEqual({});
  });

  it("takes a file alone, and files in folders named after splits", async () => {
    await inFolder({ "rows.jsonl": '{"text":"c","label":2}\n' }, async (folder) => {
      expect((await loadDataset(join(folder, "rows.jsonl"))).train.length).toBe(1);
    });
    const dataset = await load({
      "plain_text/train/0000.csv": "text,label\na,1\n",
      "plain_text/test/0000.csv": "text,label\nb,0\n",
    });
    expect(dataset.test.at(0)).toEqual({ text: "b", label: 0 });
  });

  it("chooses among several datasets of one repository", async () => {
    const several = {
      "README.md":
        "---\nconfigs:\n- config_name: small\n  data_files: small/*.csv\n- config_name: large\n  data_files: large/**\n---\n",
      "small/rows.csv": "text,label\na,1\n",
      "large/part/rows.csv": "text,label\nb,0\n",
    };
    expect((await load(several, { name: "large" })).train.at(0)).toEqual({ text: "b", label: 0 });
    await expect(load(several)).rejects.toThrow(/holds several datasets: small, large. Choose one: .*name: "small"/);
    await expect(load(several, { name: "larg" })).rejects.toThrow('holds no dataset "larg". Did you mean "large"?');
  });

  it.each([
    ["no data", { "notes.txt": "a" }, "holds no data files"],
    [
      "no name that tells a split",
      { "a.csv": "text,label\na,1\n", "b.csv": "text,label\na,1\n" },
      "None of the files a.csv, b.csv is called train or test.",
    ],
    [
      "a split without its file",
      {
        ...imdb,
        "plain_text/test-00000-of-00001.parquet": "",
        "README.md": "---\nconfigs:\n- config_name: x\n  data_files:\n  - split: test\n    path: other/*\n---\n",
      },
      'names other/* as the split "test", and there is no such data file',
    ],
    [
      "shards of different columns",
      { "train-00000-of-00002.csv": "text,label\na,1\n", "train-00001-of-00002.csv": "text,class\na,1\n" },
      "The files of a split must have the same.",
    ],
  ])("refuses a folder with %s", async (_, files, message) => {
    await expect(load(files)).rejects.toThrow(message);
  });

  it.each(["./nowhere", "data/rows.csv", "/a/b/c"])("does not take the path %s for a name on the Hub", async (path) => {
    await expect(loadDataset(path)).rejects.toThrow(`There is no "${path}", looked for in`);
  });

  it("names the splits where the wanted one is missing", async () => {
    await expect(inFolder(imdb, (folder) => loadDataset(folder, { split: "tests" }))).rejects.toThrow(
      'The dataset has no split "tests". Did you mean "test"? Splits: train, test, unsupervised.',
    );
  });
});

describe("loadDataset with dataFiles", () => {
  const files: Files = { "a.csv": "text,label\nx,0\n", "b.csv": "text,label\ny,1\n", "c.jsonl": '{"text": "z", "label": 1}\n' };
  const texts = async (name: (folder: string) => string, dataFiles: (folder: string) => LoadDatasetOptions["dataFiles"]) =>
    inFolder(files, async (folder) => {
      const dataset = await loadDataset(name(folder), { dataFiles: dataFiles(folder)! });
      return Object.fromEntries(dataset.splitNames.map((split) => [split, [...dataset.split(split)].map(({ text }) => text)]));
    });

  it("reads the files that are named", async () => {
    expect(
      await texts(
        () => "csv",
        (folder) => join(folder, "a.csv"),
      ),
    ).toEqual({ train: ["x"] });
    expect(
      await texts(
        () => "csv",
        (folder) => [join(folder, "a.csv"), join(folder, "b.csv")],
      ),
    ).toEqual({ train: ["x", "y"] });
    expect(
      await texts(
        () => "json",
        (folder) => ({ train: join(folder, "c.jsonl") }),
      ),
    ).toEqual({ train: ["z"] });
    expect(
      await texts(
        (folder) => folder,
        () => ({ train: ["a.csv"], test: "b.csv" }),
      ),
    ).toEqual({ train: ["x"], test: ["y"] });
    const test = await inFolder(files, (folder) =>
      loadDataset("csv", { dataFiles: { train: join(folder, "a.csv"), test: join(folder, "b.csv") }, split: "test" }),
    );
    expect([...test]).toEqual([{ text: "y", label: 1 }]);
  });

  it.each<[string, LoadDatasetOptions, RegExp]>([
    ["csv", {}, /needs files/],
    ["csv", { dataFiles: "https://example.org/a.csv" }, /only local files/],
    ["csv", { dataFiles: "data/*.csv" }, /pattern/],
    ["csv", { dataFiles: [] }, /no files/],
    ["csv", { dataFiles: "nowhere.csv" }, /no file nowhere\.csv/],
    ["text", { dataFiles: "a.txt" }, /not read here/],
    ["stanfordnlp/imdb", { dataFiles: "a.csv" }, /"stanfordnlp\/imdb" is neither/],
    ["csv", { data_files: "a.csv" } as LoadDatasetOptions, /dataFiles/],
    ["csv", { streaming: true } as LoadDatasetOptions, /no option "streaming"/],
  ])("refuses by name what it can't: %s %j", async (name, options, message) => {
    await expect(loadDataset(name, options)).rejects.toThrow(message);
  });
});
