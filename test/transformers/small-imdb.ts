/** @file IMDB as the Hub has it, in small: three splits in Parquet, classes as numbers with their names beside, a card that says which file is which. */
import { parquetWriteBuffer } from "hyparquet-writer";

/** A file as `datasets` writes it for the Hub. */
export function reviewsParquet(text: string[], label: number[]): Buffer {
  const info = { info: { features: { text: { dtype: "string" }, label: { names: ["neg", "pos"], _type: "ClassLabel" } } } };
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: "text", data: text, type: "STRING" },
        { name: "label", data: label, type: "INT32" },
      ],
      kvMetadata: [{ key: "huggingface", value: JSON.stringify(info) }],
    }),
  );
}

/** So many reviews, a class after the other as in the original. */
function reviews(count: number): Buffer {
  const labels = Array.from({ length: count }, (_, i) => (i < count / 2 ? 0 : 1));
  const texts = labels.map((label, i) => `${label === 0 ? "late" : "refund"} the card has ${i % 3 === 0 ? "" : "not "}arrived`);
  return reviewsParquet(texts, labels);
}

const card = `---
configs:
- config_name: plain_text
  data_files:
  - split: train
    path: plain_text/train-*
  - split: test
    path: plain_text/test-*
  - split: unsupervised
    path: plain_text/unsupervised-*
  default: true
---
# IMDB
`;

/** The files of the repository, by their paths. */
export function smallImdb(trainRows: number, testRows: number): Record<string, Buffer> {
  return {
    "README.md": Buffer.from(card),
    "plain_text/train-00000-of-00001.parquet": reviews(trainRows),
    "plain_text/test-00000-of-00001.parquet": reviews(testRows),
    "plain_text/unsupervised-00000-of-00001.parquet": reviewsParquet(["the card", "refund"], [-1, -1]),
  };
}
