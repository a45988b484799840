import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readDataset, readTask, type TaskOptions } from "../../src/data/data.js";
import { UserError } from "../../src/lib/errors.js";
import type { Task } from "../../src/types/data.js";
import { csvOf, distinctText, golden, temporaryFolder } from "./files.js";

const folder = temporaryFolder();

function read(path: string, options: Omit<TaskOptions, "path" | "seed"> = {}): Promise<Task> {
  return readTask({ path, seed: 42, ...options });
}

async function errorOf(path: string, options: Omit<TaskOptions, "path" | "seed"> = {}): Promise<string> {
  const error: unknown = await read(path, options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  return error.message;
}

describe("readTask of one file", () => {
  it("holds back a quarter, labels in proportion, and tells how", async () => {
    const task = await read(folder.write("tickets.csv", csvOf(80, ["fees", "cards"])));
    expect(task.train.name).toBe("tickets");
    expect(task.train.labels).toEqual(["cards", "fees"]);
    expect([task.train.examples.length, task.test.examples.length]).toEqual([60, 20]);
    expect(task.test.examples.filter(({ labels }) => labels[0] === "cards").length).toBe(10);
    expect(task.train.examples[0]).toEqual({ id: "row-1", text: distinctText(0), labels: ["fees"], place: "tickets.csv:2" });
    expect(task.splitNote).toBe(
      "20 of 80 rows were held back for testing (seed 42): labels in proportion, duplicates on one side.",
    );
    expect(task.warnings).toEqual([]);
    expect(task.notes).toEqual([]);
  });

  it("has hashes that follow the rows, not their order", async () => {
    const first = await read(folder.write("a/train.csv", csvOf(40, ["x", "y"])), {
      test: folder.write("a/held.csv", csvOf(20, ["x", "y"])),
    });
    const [header, ...lines] = csvOf(20, ["x", "y"]).trim().split("\n");
    const withIds = (order: readonly string[]): string => [`${header},id`, ...order].join("\n");
    const numbered = lines.map((line, i) => `${line},${i}`);
    const forward = await read(folder.path("a/train.csv"), { test: folder.write("a/forward.csv", withIds(numbered)) });
    const backward = await read(folder.path("a/train.csv"), {
      test: folder.write("a/backward.csv", withIds([...numbered].reverse())),
    });
    expect(backward.testHash).toBe(forward.testHash);
    expect(first.trainHash).toBe(forward.trainHash);
    const changed = await read(folder.path("a/train.csv"), {
      test: folder.write("a/changed.csv", withIds([...numbered.slice(1), numbered[0]!.replace(",x", ",y")])),
    });
    expect(changed.testHash).not.toBe(forward.testHash);
    expect(forward.testHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes ids from a column that is unique, and says so where it is not", async () => {
    const rows = (id: (i: number) => string): string =>
      `id,text,label\n${Array.from({ length: 20 }, (_, i) => `${id(i)},${distinctText(i)},${i % 2 ? "a" : "b"}`).join("\n")}\n`;
    const unique = await read(
      folder.write(
        "ids.csv",
        rows((i) => `t${i}`),
      ),
    );
    expect(unique.train.examples.every(({ id }) => /^t\d+$/.test(id))).toBe(true);
    const repeated = await read(
      folder.write(
        "repeated.csv",
        rows((i) => `t${i % 15}`),
      ),
    );
    expect(repeated.train.examples.every(({ id }) => /^row-\d+$/.test(id))).toBe(true);
    expect(repeated.warnings).toEqual([
      'repeated.csv: the column "id" repeats 5 of its 20 values, so rows are named by their number (row-1, …).',
    ]);
  });

  it("drops rows without text or label, and says where; ids stay those of the file", async () => {
    const lines = csvOf(40, ["a", "b"]).split("\n");
    lines[3] = " ,a";
    lines[5] = "some text that has no label,";
    lines[6] = ",b";
    const task = await read(folder.write("gaps.csv", lines.join("\n")));
    expect(task.train.examples.length + task.test.examples.length).toBe(37);
    expect(task.warnings).toEqual([
      "gaps.csv: 2 rows have no text and were left out (lines 4, 7).",
      "gaps.csv: 1 row has no label and was left out (line 6).",
    ]);
    const all = [...task.train.examples, ...task.test.examples].map(({ id }) => id);
    expect(all).not.toContain("row-3");
    expect(all).toContain("row-40");
  });

  it("warns of labels that look alike, and does not merge them", async () => {
    const task = await read(folder.write("alike.csv", csvOf(60, ["spam", "Spam", " ham", "ham"])));
    expect(task.train.labels).toEqual([" ham", "Spam", "ham", "spam"]);
    expect(task.warnings).toEqual([
      'The labels " ham" (15 rows) and "ham" (15 rows) differ only in case or spaces. They are kept apart; make them one if they mean the same.',
      'The labels "Spam" (15 rows) and "spam" (15 rows) differ only in case or spaces. They are kept apart; make them one if they mean the same.',
    ]);
  });

  it("learns a label with a single row without testing it", async () => {
    const task = await read(folder.write("single.csv", `${csvOf(40, ["a", "b"])}one of a kind,rare\n`));
    expect(task.train.examples.some(({ labels }) => labels[0] === "rare")).toBe(true);
    expect(task.test.examples.some(({ labels }) => labels[0] === "rare")).toBe(false);
    expect(task.warnings).toEqual(['The label "rare" has a single row, which is used for training: it is never tested.']);
  });

  it("keeps rows of a group column on one side and names it", async () => {
    const lines = Array.from({ length: 80 }, (_, i) => `${distinctText(i)},${i % 2 ? "a" : "b"},c${Math.floor(i / 4)}`);
    const task = await read(folder.write("customers.csv", `text,label,customer\n${lines.join("\n")}\n`));
    const learned = new Set(task.train.examples.map(({ group }) => group));
    expect(task.test.examples.length).toBe(20);
    expect(task.test.examples.filter(({ group }) => learned.has(group))).toEqual([]);
    expect(task.splitNote).toBe(
      '20 of 80 rows were held back for testing (seed 42): labels in proportion, duplicates and rows of one "customer" on one side.',
    );
  });

  it("reads lists and bars as several labels, numbers as one", async () => {
    const jsonl = Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({ text: distinctText(i), labels: i % 4 === 0 ? ["joy", "love"] : i % 4 === 1 ? [] : ["joy"] }),
    );
    const lists = await read(folder.write("emotions.jsonl", jsonl.join("\n")));
    expect(lists.train.isMultiLabel).toBe(true);
    expect([...lists.train.examples, ...lists.test.examples].filter(({ labels }) => labels.length === 0).length).toBe(10);
    const barred = csvOf(40, ["joy|love", "joy", "anger"]);
    const bars = await read(folder.write("bars.csv", barred.replace("label", "labels")));
    expect([bars.train.isMultiLabel, bars.train.labels]).toEqual([true, ["anger", "joy", "love"]]);
    const told = await read(folder.write("bars-label.csv", barred));
    expect([told.train.isMultiLabel, told.train.labels]).toEqual([false, ["anger", "joy", "joy|love"]]);
    expect((await read(folder.path("bars-label.csv"), { isMultiLabel: true })).train.labels).toEqual(["anger", "joy", "love"]);
    const singles = jsonl.map((line) => line.replace('["joy","love"]', '["love"]').replace("[]", '["love"]'));
    const single = await read(folder.write("singles.jsonl", singles.join("\n")));
    expect([single.train.isMultiLabel, single.train.examples[0]!.labels]).toEqual([false, ["love"]]);
    const numbers = await read(folder.write("numbers.csv", csvOf(60, ["10", "2", "1"])));
    expect(numbers.train.labels).toEqual(["1", "2", "10"]);
  });

  it("takes the rows that Python's dataset.shuffle(seed).select(range(n)) takes", async () => {
    const { first } = golden.permutations.find(({ length, seed }) => length === 1000 && seed === 42)!;
    const path = folder.write("limited/train.csv", csvOf(1000, ["a", "b"]));
    const test = folder.write("limited/other.csv", csvOf(1000, ["a", "b"]).replaceAll("amber", "onyx"));
    const task = await read(path, { test, limit: 10, testLimit: 3 });
    expect(task.train.examples.map(({ id }) => id)).toEqual(first.map((row) => `row-${row + 1}`));
    expect(task.test.examples.map(({ id }) => id)).toEqual(first.slice(0, 3).map((row) => `test-row-${row + 1}`));
    expect(task.splitNote).toContain("Using 10 training rows and 3 test rows, sampled with seed 42.");
  });

  it("reads Parquet, and says where it has no text", async () => {
    const write = (name: string, column: string, cells: readonly string[]): string =>
      folder.write(
        name,
        new Uint8Array(
          parquetWriteBuffer({
            columnData: [
              { name: column, data: [...cells] },
              { name: "label", data: cells.map((_, i) => (i % 2 ? "a" : "b")) },
            ],
          }),
        ),
      );
    const texts = Array.from({ length: 40 }, (_, i) => distinctText(i));
    const task = await read(write("rows.parquet", "text", texts));
    expect(task.train.examples[0]).toMatchObject({ id: "row-1", place: "rows.parquet row 1", text: distinctText(0) });
    expect(
      await errorOf(
        write(
          "codes.parquet",
          "code",
          texts.map((_, i) => `x${i}`),
        ),
      ),
    ).toBe('No column of codes.parquet looks like a text: "code" has 40 different values in 40 rows. Name it with --text.');
  });
});

describe("readTask of given splits", () => {
  const train = csvOf(40, ["a", "b"]);
  const other = csvOf(20, ["a", "b"]).replaceAll("amber", "onyx").replaceAll("birch", "opal").replaceAll("cedar", "ruby");

  it("takes a test file, and warns of texts that are in both", async () => {
    const lines = other.trim().split("\n");
    lines[1] = `${distinctText(7).toUpperCase()},a`;
    const task = await read(folder.write("t/rows.csv", train), { test: folder.write("t/eval.csv", lines.join("\n")) });
    expect([task.train.examples.length, task.test.examples.length]).toEqual([40, 20]);
    expect(task.splitNote).toBe("Tested on 20 rows of eval.csv; 40 rows of rows.csv to learn from.");
    expect(task.warnings[0]).toMatch(/^\d+ of 20 test rows .*eval\.csv:2.*memory, not skill/);
  });

  it("takes a folder with train, validation and test, and keeps validation to choose by", async () => {
    folder.write("hub/train.csv", train);
    folder.write("hub/dev.csv", other);
    folder.write(
      "hub/test.csv",
      csvOf(60, ["a", "b"])
        .split("\n")
        .filter((_, i) => i === 0 || i > 40)
        .join("\n"),
    );
    const task = await read(folder.path("hub"));
    expect(task.train.name).toBe("hub");
    expect(task.splitNote).toBe(
      "Tested on 20 rows of test.csv; 40 rows of train.csv to learn from. 20 validation rows of your own to choose by, neither learned from nor tested on.",
    );
    expect([task.train.examples.length, task.validation!.examples.length, task.test.examples.length]).toEqual([40, 20, 20]);
    expect(task.validation!.examples.at(-1)!.id).toBe("validation-row-20");
    expect((await readDataset(folder.path("hub"))).examples.length).toBe(40);
    const few = await read(folder.path("hub"), { testLimit: 5 });
    expect([few.train.examples.length, few.validation!.examples.length, few.test.examples.length]).toEqual([40, 5, 5]);
    // A split that is asked for is made of the other rows.
    const asked = await read(folder.path("hub"), { testShare: 0.5 });
    expect([asked.train.examples.length, asked.validation!.examples.length, asked.test.examples.length]).toEqual([30, 20, 30]);
  });

  it("takes validation rows in a file of their own", async () => {
    const path = folder.write("own/rows.csv", train);
    const task = await read(path, {
      test: folder.write("own/held.csv", other),
      validation: folder.write("own/choose.csv", other),
    });
    expect([task.train.examples.length, task.validation!.examples.length, task.test.examples.length]).toEqual([40, 20, 20]);
    expect(task.validationHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes shards of the Hub, and tests on validation where there is no test", async () => {
    folder.write("shards/README.md", "x");
    folder.write("shards/data/train-00000-of-00002.csv", train);
    folder.write(
      "shards/data/train-00001-of-00002.csv",
      csvOf(80, ["a", "b"])
        .split("\n")
        .filter((_, i) => i === 0 || i > 40)
        .join("\n"),
    );
    folder.write("shards/data/validation-00000-of-00001.csv", other);
    const task = await read(folder.path("shards"));
    expect(task.splitNote).toBe(
      "Tested on 20 rows of validation-00000-of-00001.csv, since there is no test set; 80 rows of train-00000-of-00002.csv, train-00001-of-00002.csv to learn from.",
    );
    expect(new Set(task.train.examples.map(({ id }) => id)).size).toBe(80);
  });

  it("finds test.csv beside train.csv, and says so; a test share overrules it", async () => {
    folder.write("pair/train.csv", train);
    folder.write("pair/test.csv", other);
    const task = await read(folder.path("pair/train.csv"));
    expect(task.notes).toEqual(["Test rows are from test.csv, which stands beside train.csv."]);
    expect([task.train.name, task.test.examples.length]).toEqual(["pair", 20]);
    expect((await read(folder.path("pair/train.csv"), { testShare: 0.5 })).splitNote).toMatch(/^30 of 60 rows were held back/);
  });

  it("holds back the share that is asked for, however many rows that are, and says where it held back less by itself", async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => `${distinctText(i)},${i % 2 === 0 ? "cards" : "fees"}`);
    const path = await folder.write("many.csv", `text,label\n${rows.join("\n")}\n`);
    const asked = await read(path, { testShare: 0.6 });
    expect(asked.test.examples.length).toBe(5400);
    expect(asked.splitNote).not.toContain("--test-share");
    const unasked = await read(path);
    expect(unasked.test.examples.length).toBe(2000);
    expect(unasked.splitNote).toContain("--test-share");
  });

  it("reads a split column, and refuses words that are no split", async () => {
    const rows = (word: (i: number) => string): string =>
      `text,label,split\n${Array.from({ length: 40 }, (_, i) => `${distinctText(i)},${i % 2 ? "a" : "b"},${word(i)}`).join("\n")}\n`;
    const task = await read(
      folder.write(
        "column.csv",
        rows((i) => (i < 8 ? "test" : i < 16 ? "Dev" : "train")),
      ),
    );
    expect([task.train.examples.length, task.validation!.examples.length, task.test.examples.length]).toEqual([24, 8, 8]);
    expect(
      await errorOf(
        folder.write(
          "words.csv",
          rows((i) => (i === 2 ? "holdout" : "train")),
        ),
      ),
    ).toBe('words.csv:4: the column "split" says "holdout", expected "train", "validation" or "test".');
    expect(
      (
        await read(
          folder.write(
            "all-train.csv",
            rows(() => "train"),
          ),
        )
      ).splitNote,
    ).toMatch(/^10 of 40 rows were held back/);
  });

  it("keeps apart ids that train and validation share", async () => {
    const withIds = (csv: string): string =>
      csv
        .trim()
        .split("\n")
        .map((line, i) => `${line},${i === 0 ? "id" : i}`)
        .join("\n");
    folder.write("same-ids/train.csv", withIds(train));
    folder.write("same-ids/validation.csv", withIds(other));
    folder.write("same-ids/test.csv", withIds(other));
    const { train: learned, validation } = await read(folder.path("same-ids"));
    expect(new Set([...learned.examples, ...validation!.examples].map(({ id }) => id)).size).toBe(60);
    expect(validation!.examples.at(-1)!.id).toBe("validation/20");
  });

  it("unites labels, and warns of those that are only tested", async () => {
    const task = await read(folder.write("u/rows.csv", train), {
      test: folder.write("u/eval.csv", other.replace(",a\n", ",new\n")),
    });
    expect(task.train.labels).toEqual(["a", "b", "new"]);
    expect(task.test.labels).toEqual(["a", "b", "new"]);
    expect(task.warnings.at(-1)).toBe(
      'The label "new" occurs in the test rows, but in no training row: 1 of 20 test rows has it.',
    );
  });
});

describe("label descriptions", () => {
  const data = csvOf(40, ["cards", "fees", "no"]);

  it("are found beside the data, with aliases", async () => {
    folder.write(
      "d/label-descriptions.yaml",
      "cards: A card is lost or late\nfees:\n  description: Something costs too much\n  aliases: [charges, costs]\nno: None of these\n",
    );
    const { train, notes } = await read(folder.write("d/tickets.csv", data));
    expect({ ...train.descriptions }).toEqual({
      cards: "A card is lost or late",
      fees: "Something costs too much",
      no: "None of these",
    });
    expect({ ...train.aliases }).toEqual({ fees: ["charges", "costs"] });
    expect(notes).toEqual(["Descriptions of labels are from label-descriptions.yaml, which stands beside the data."]);
    // Labels are names, and a name may be that of something every object has.
    expect(train.descriptions["constructor"]).toBeUndefined();
  });

  it("beside the data but of other labels are left alone, with a note", async () => {
    folder.write("e/label-descriptions.json", '{"loans": "About loans"}');
    const { train, notes } = await read(folder.write("e/tickets.csv", data));
    expect(Object.keys(train.descriptions)).toEqual([]);
    expect(notes).toEqual([
      'label-descriptions.json beside the data was not used: it describes "loans", which is not a label here. Name it with --descriptions if it should be.',
    ]);
  });

  it.each<[string, string, string]>([
    [
      "unknown.yaml",
      "cads: x\n",
      'unknown.yaml describes "cads", which is not a label of the data. Nearest labels: "cards", "fees", "no".',
    ],
    ["list.yaml", "- cards\n", 'list.yaml is not a mapping. Expected one "label: description" a line.'],
    ["broken.yaml", "cards: x\nfees: [a\nno: y\n", 'broken.yaml line 3 is not YAML. Expected one "label: description" a line.'],
    [
      "nested.yaml",
      "cards: [a, b]\n",
      'nested.yaml: "cards" must be a description, or have "description" (words) and "aliases" (a list of words).',
    ],
  ])("that are named and wrong are refused: %s", async (name, content, message) => {
    const path = folder.write("f/tickets.csv", data);
    expect(await errorOf(path, { descriptions: folder.write(`f/${name}`, content) })).toBe(message);
  });
});

describe("readTask refuses", () => {
  const rows = (cells: readonly (readonly [string, string])[]): string =>
    `text,label\n${cells.map((pair) => pair.join(",")).join("\n")}\n`;
  const many = (text: (i: number) => string, label: (i: number) => string): string =>
    rows(Array.from({ length: 20 }, (_, i) => [text(i), label(i)]));
  it.each<[string, string, string]>([
    [
      "one-label.csv",
      many(distinctText, () => "a"),
      'All 20 rows of one-label have the same label, "a" (column "label"). Two labels are the least; name another column with --label.',
    ],
    [
      "one-text.csv",
      many(
        (i) => (i % 2 ? "Same text" : "same  TEXT"),
        (i) => `l${i % 2}`,
      ),
      "All 20 texts of one-text are the same. Name another column with --text.",
    ],
    [
      "no-text.csv",
      many(
        () => " ",
        (i) => `l${i % 2}`,
      ),
      'Every text in no-text.csv is empty: the column "text" holds none. Name another with --text.',
    ],
    [
      "no-label.csv",
      many(distinctText, () => ""),
      'No row of no-label.csv has a label: the column "label" is empty. Name another with --label.',
    ],
    [
      "all-labels.csv",
      many(distinctText, (i) => `l${i}`),
      'The column "label" of all-labels has 20 different labels in 20 rows: more than half as many labels as rows. Is that the label? Name another column with --label, or add rows for each label.',
    ],
    ["header-only.csv", "text,label\n", "header-only.csv has a header but no rows."],
  ])("%s", async (name, content, message) => {
    expect(await errorOf(folder.write(`bad/${name}`, content))).toBe(message);
  });

  it("folders without data, or without a train file", async () => {
    folder.write("docs/readme.md", "x");
    expect(await errorOf(folder.path("docs"))).toBe(
      `The folder ${folder.path("docs")} holds no data files. Expected train and test files ending in .csv, .tsv, .json, .jsonl or .parquet.`,
    );
    folder.write("parts/one.csv", "x");
    folder.write("parts/two.csv", "x");
    expect(await errorOf(folder.path("parts"))).toBe(
      `The folder ${folder.path("parts")} holds no train file, but one.csv, two.csv. Name one "train" and one "test", or give a file instead of the folder.`,
    );
  });

  it("numbers that make no sense", async () => {
    const path = folder.write("ok.csv", csvOf(20, ["a", "b"]));
    expect(await errorOf(path, { testShare: 1 })).toBe(
      "The test share must be above 0 and below 1, not 1. 0.25 holds back a quarter of the rows.",
    );
    expect(await errorOf(path, { limit: 0 })).toBe("The limit must be a whole number from 1 up, not 0.");
    await expect(readTask({ path, seed: -1 })).rejects.toThrow("The seed must be a whole number from 0 up, not -1.");
  });

  it("a limit that leaves one row", async () => {
    expect(await errorOf(folder.path("ok.csv"), { limit: 1 })).toBe(
      "ok has one row to learn from. Two rows with different labels are the least: supply more, or raise --limit.",
    );
  });
});
