import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readDataset } from "../../src/data/data.js";
import { loadDataset } from "../../src/transformers/load-dataset.js";
import { distinctText, temporaryFolder } from "./files.js";

const folder = temporaryFolder();
const first = 1234567890123456789n;
const ids = Array.from({ length: 40 }, (_, i) => String(first + BigInt(i)));
const jsonRows = ids.map((id, i) => `{"id": ${id}, "text": ${JSON.stringify(distinctText(i))}, "label": ${i % 2}.0}`);
const parquet = parquetWriteBuffer({
  columnData: [
    { name: "id", data: ids.map(BigInt), type: "INT64" },
    { name: "text", data: ids.map((_, i) => distinctText(i)), type: "STRING" },
    { name: "label", data: ids.map((_, i) => `${i % 2}.0`), type: "STRING" },
  ],
});

describe("ids beyond 2^53 keep every digit", () => {
  it.each<[string, string | Uint8Array]>([
    ["rows.jsonl", jsonRows.join("\n")],
    ["rows.json", `[${jsonRows.join(",")}]`],
    ["data.json", `{"data": [${jsonRows.join(",")}]}`],
    ["rows.csv", `id,text,label\n${ids.map((id, i) => `${id},${distinctText(i)},${i % 2}.0`).join("\n")}`],
    ["rows.parquet", new Uint8Array(parquet)],
  ])("in %s", async (name, content) => {
    const { examples, labels } = await readDataset(folder.write(name, content));
    expect(examples.map(({ id }) => id)).toEqual(ids);
    expect(labels).toEqual(["0.0", "1.0"]);
  });

  it("in lists and nested labels", async () => {
    const rows = jsonRows.map((row, i) => row.replace(/"label": .*\}$/, `"label": [${i % 2 === 0 ? ids[0] : ids[1]}]}`));
    expect((await readDataset(folder.write("lists.jsonl", rows.join("\n")))).labels).toEqual([ids[0], ids[1]]);
  });

  it("in loadDataset, where all other numbers are numbers", async () => {
    const path = folder.write("numbers.jsonl", '{"id": 1234567890123456789, "score": 1.0}\n{"id": 7, "score": 2.50}\n');
    const { train } = await loadDataset<{ readonly id: number | bigint; readonly score: number }>(path);
    expect([...train!]).toEqual([
      { id: first, score: 1 },
      { id: 7, score: 2.5 },
    ]);
  });
});
