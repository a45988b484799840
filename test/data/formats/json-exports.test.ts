import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readTask } from "../../../src/data/data.js";
import { readTable } from "../../../src/data/read-table.js";
import { UserError } from "../../../src/lib/errors.js";
import { distinctText, temporaryFolder } from "../files.js";

const folder = temporaryFolder();
const texts = Array.from({ length: 24 }, (_, i) => distinctText(i));
const labels = ["delivery", "billing", "account"];
const labelOf = (i: number): string => labels[i % 3]!;

async function read(content: unknown, name = "a.json", names: { readonly text?: string; readonly label?: string } = {}) {
  const path = folder.write(name, typeof content === "string" ? content : JSON.stringify(content));
  const { train, test, warnings } = await readTask({ path, seed: 1, ...names });
  const rows = [...train.examples, ...test.examples];
  return { labels: train.labels, rows, warnings, isMultiLabel: train.isMultiLabel };
}

const records = texts.map((text, i) => ({ text, label: labelOf(i) }));
const byColumn = {
  text: Object.fromEntries(texts.map((text, i) => [String(i), text])),
  label: Object.fromEntries(texts.map((_, i) => [String(i), labelOf(i)])),
};
const studio = (result: (i: number) => unknown[], more: object = {}) =>
  texts.map((text, i) => ({ id: i, data: { text }, annotations: [{ id: i, completed_by: 1, result: result(i), ...more }] }));
const choice = (choices: readonly string[], name = "topic") => ({
  from_name: name,
  to_name: "text",
  type: "choices",
  value: { choices },
});

describe("exports are read:", () => {
  it.each<[string, unknown]>([
    ["pandas, by columns", byColumn],
    ["pandas, by rows", Object.fromEntries(records.map((row, i) => [String(i), row]))],
    ["pandas, by rows under names", Object.fromEntries(records.map((row, i) => [`ticket-${i}`, row]))],
    ["pandas, split", { columns: ["text", "label"], index: texts.map((_, i) => i), data: records.map(Object.values) }],
    ["pandas, table", { schema: { fields: [], primaryKey: ["index"] }, data: records.map((row, index) => ({ index, ...row })) }],
    ["lists of columns", { text: texts, label: texts.map((_, i) => labelOf(i)) }],
    [
      "the dataset viewer",
      { features: [], rows: records.map((row, i) => ({ row_idx: i, row, truncated_cells: [] })), num_rows_total: 24 },
    ],
    [
      "the dataset viewer with classes",
      {
        features: [{ feature_idx: 1, name: "label", type: { names: labels, _type: "ClassLabel" } }],
        rows: records.map(({ text }, i) => ({ row_idx: i, row: { text, label: i % 3 }, truncated_cells: [] })),
      },
    ],
    ["Label Studio", studio((i) => [choice([labelOf(i)])])],
    [
      "Label Studio, once",
      studio((i) => [choice([labelOf(i)])]).map(({ annotations, ...task }) => ({ ...task, completions: annotations })),
    ],
    [
      "Label Studio with cancelled and true annotations",
      studio((i) => [choice([labelOf(i)])], { ground_truth: true }).map((task) => ({
        ...task,
        annotations: [{ was_cancelled: true, result: [] }, { result: [choice(["wrong"])] }, ...task.annotations],
      })),
    ],
    ["Label Studio, a taxonomy", studio((i) => [{ from_name: "t", type: "taxonomy", value: { taxonomy: [[labelOf(i)]] } }])],
    ["Rasa", { rasa_nlu_data: { common_examples: records.map(({ text, label }) => ({ text, intent: label, entities: [] })) } }],
    ["Argilla", records.map(({ text, label }) => ({ text, label: [{ user_id: "u", value: label, status: "submitted" }] }))],
    [
      "spaCy",
      records.map(({ text, label }) => ({ text, cats: Object.fromEntries(labels.map((one) => [one, Number(one === label)])) })),
    ],
    ["an object with one list of objects", { version: 2, examples: records, tags: ["x"] }],
  ])("%s", async (_, content) => {
    const { labels: found, rows, isMultiLabel } = await read(content);
    expect(found).toEqual([...labels].sort());
    expect(isMultiLabel).toBe(false);
    expect(new Set(rows.map(({ text }) => text))).toEqual(new Set(texts));
    expect(rows.every(({ text, labels: own }) => own[0] === labelOf(texts.indexOf(text)))).toBe(true);
  });

  it("Label Studio's two questions are two columns", async () => {
    const content = studio((i) => [choice([labelOf(i)]), choice([i % 2 ? "calm" : "angry"], "mood")]);
    expect((await read(content, "a.json", { label: "mood" })).labels).toEqual(["angry", "calm"]);
  });

  it("annotators who differ are counted", async () => {
    const content = studio((i) => [choice([labelOf(i)])]).map((task, i) => ({
      ...task,
      annotations: [...task.annotations, { result: [choice([i < 5 ? "other" : labelOf(i)])] }],
    }));
    const { labels: found, warnings } = await read(content);
    expect(found).toEqual([...labels].sort());
    expect(warnings.join()).toMatch(/\b5 tasks differ/);
  });

  it("a part of the dataset is told as one", async () => {
    const rows = records.map((row, i) => ({ row_idx: i, row, truncated_cells: i < 2 ? ["text"] : [] }));
    const { warnings } = await read({ features: [], rows, num_rows_total: 5000 });
    expect(warnings.join(" ")).toMatch(/24 of 5000 rows.* 2 rows/);
  });
});

describe("labels in objects are read where they are plain:", () => {
  it.each<[string, (i: number) => unknown]>([
    ["Label Studio's JSON-MIN", (i) => (i % 3 === 0 ? { choices: ["delivery", "urgent"] } : labelOf(i))],
    [
      "a truth value for each",
      (i) => ({ delivery: i % 3 === 0, urgent: i % 3 === 0, billing: i % 3 === 1, account: i % 3 === 2 }),
    ],
    [
      "spaCy's numbers",
      (i) => ({ delivery: +(i % 3 === 0), urgent: +(i % 3 === 0), billing: +(i % 3 === 1), account: +(i % 3 === 2) }),
    ],
    ["a list of objects with a label", (i) => (i % 3 === 0 ? ["delivery", "urgent"] : [labelOf(i)]).map((label) => ({ label }))],
  ])("%s", async (_, label) => {
    for (const name of ["a.json", "a.jsonl"]) {
      const rows = texts.map((text, i) => ({ text, label: label(i) }));
      const content = name === "a.json" ? rows : rows.map((row) => JSON.stringify(row)).join("\n");
      const { labels: found, rows: read_, isMultiLabel } = await read(content, name);
      expect([found, isMultiLabel, read_.length]).toEqual([["account", "billing", "delivery", "urgent"], true, 24]);
      expect(read_.filter(({ labels: own }) => own.length === 2).length).toBe(8);
    }
  });

  it("also as JSON in a cell of a CSV", async () => {
    const rows = texts.map((text, i) => `${text},${i % 3 === 0 ? '"{""choices"": [""delivery"", ""urgent""]}"' : labelOf(i)}`);
    const { labels: found, isMultiLabel } = await read(`text,label\n${rows.join("\n")}\n`, "a.csv");
    expect([found, isMultiLabel]).toEqual([["account", "billing", "delivery", "urgent"], true]);
  });
});

describe("other objects are named, with the way:", () => {
  const error = (content: unknown, name = "a.json"): Promise<string> =>
    read(content, name).then(
      () => "no error",
      (thrown: unknown) => (thrown instanceof UserError ? thrown.message : `a bug: ${String(thrown)}`),
    );
  it.each<[string, unknown, readonly string[]]>([
    [
      "labels",
      texts.map((text, i) => ({ text, label: { id: i % 3, name: labelOf(i) } })),
      ["an object", "--label label.name", '"name"'],
    ],
    [
      "some labels",
      texts.map((text, i) => ({ text, label: i < 5 ? { value: labelOf(i) } : labelOf(i) })),
      ["5 of 24 rows", "label.value"],
    ],
    ["texts", texts.map((text, i) => ({ text: { en: text }, label: labelOf(i) })), ["all its rows", "--text text.en"]],
    [
      "some texts",
      texts.map((text, i) => ({ text: i < 5 ? { en: text } : text, label: labelOf(i) })),
      ["5 of 24 rows", "text.en"],
    ],
    ["spans", texts.map((text) => ({ text, label: [[0, 5, "PER"]] })), ["a list"]],
    [
      "entities",
      texts.map((text) => ({ text, label: [{ start: 0, end: 5, label: "PER" }] })),
      ["a list of objects", "label.label"],
    ],
    ["predictions", texts.map((text, i) => ({ text, label: [{ label: labelOf(i), score: 0.5 }] })), ["label.label"]],
    [
      "nothing but objects",
      texts.map((text, i) => ({ fields: { text }, responses: [{ value: labelOf(i) }] })),
      ["fields", "responses"],
    ],
    ["rows of lists", texts.map((text, i) => [text, labelOf(i)]), ['orient="records"']],
    [
      "annotators who disagree",
      texts.map((text) => ({ text, label: ["a", "b"].map((value, i) => ({ value, user_id: i })) })),
      ["label.value"],
    ],
    [
      "rows of a search engine",
      { hits: { total: 24, hits: records.map((_source) => ({ _source })) } },
      ["_source.text", "hits.hits"],
    ],
    [
      "Label Studio's spans",
      studio(() => [{ from_name: "t", type: "labels", value: { start: 0, labels: ["X"] } }]),
      ["Label Studio"],
    ],
    ["several lists", { train: records, test: records }, ["train", "test"]],
  ])("%s", async (_, content, parts) => {
    const message = await error(content);
    for (const part of parts) expect(message).toContain(part);
    expect(message).not.toContain("is empty");
  });

  it("and their parts can be named", async () => {
    const rows = texts.map((text, i) => ({ doc: { body: text }, tags: [{ name: labelOf(i) }], id: { n: `t${i}` } }));
    for (const [name, content] of [
      ["a.json", rows],
      ["a.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")],
    ] as const) {
      const path = folder.write(name, typeof content === "string" ? content : JSON.stringify(content));
      const task = await readTask({ path, seed: 1, text: "doc.body", label: "tags.name", id: "id.n" });
      expect(task.train.labels).toEqual([...labels].sort());
      expect(task.train.examples.every(({ id }) => /^t\d+$/.test(id))).toBe(true);
      await expect(readTask({ path, seed: 1, text: "doc.title", label: "tags.name" })).rejects.toThrow(UserError);
    }
  });

  it("in Parquet too", async () => {
    const data = texts.map((text, i) => ({ text, label: { name: labelOf(i) } }));
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "text", data: data.map(({ text }) => text), type: "STRING" },
        { name: "label", data: data.map(({ label }) => label), type: "JSON" },
      ],
    });
    const path = folder.write("a.parquet", new Uint8Array(buffer));
    expect((await readTable(path)).nested?.get("label")?.size).toBe(24);
    await expect(readTask({ path, seed: 1 })).rejects.toThrow("label.name");
    expect((await readTask({ path, seed: 1, label: "label.name" })).train.labels).toEqual([...labels].sort());
  });
});
