import { describe, expect, it } from "vitest";
import { type ColumnNames, findColumns } from "../../src/data/columns.js";
import type { Row, Table } from "../../src/data/table.js";

function tableOf(rows: readonly Row[]): Table {
  return { file: "tickets.csv", columns: Object.keys(rows[0]!), rows, lineOf: (row) => row + 2, warnings: [] };
}

/** Forty rows; each column is a function of the row's number. */
function rowsOf(columns: Readonly<Record<string, (i: number) => string | number>>): Table {
  return tableOf(
    Array.from({ length: 40 }, (_, i) => Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, cell(i)]))),
  );
}

const prose = (i: number): string => `message number ${i} about something that happened`;
const topic = (i: number): string => ["cards", "loans", "fees"][i % 3]!;

describe("findColumns", () => {
  it("takes the column that a shift is seen by only where it is named, and leaves it the part it has besides", () => {
    const table = rowsOf({ message: prose, kind: topic, customer: (i) => `c${i % 7}`, source: (i) => ["web", "mail"][i % 2]! });
    expect(findColumns(table, { label: "kind" }).shift).toBeUndefined();
    expect(findColumns(table, { label: "kind", shift: "customer" })).toMatchObject({ shift: "customer", group: "customer" });
    // Named for the one, it is no candidate for the label.
    expect(findColumns(table, { shift: "source" })).toMatchObject({ label: "kind", shift: "source" });
    expect(() => findColumns(table, { shift: "sources" })).toThrow(/no column "sources" \(--shift\).*"source"/);
    expect(() => findColumns(table, { label: "kind", shift: "kind" })).toThrow(/column of the labels/);
  });

  it.each<[string, string]>([
    ["text", "label"],
    ["Sentence", "Intent"],
    ["content", "category"],
    ["review", "sentiment"],
    ["utterance", "labels"],
  ])("knows the names %s and %s", (text, label) => {
    expect(findColumns(rowsOf({ [label]: topic, [text]: prose }), {})).toMatchObject({
      text,
      label,
      id: null,
      group: null,
      notes: [],
    });
  });

  it("prefers the names of classes to their numbers, and finds id, group and split", () => {
    const table = rowsOf({
      id: (i) => i,
      text: prose,
      label: (i) => i % 3,
      label_text: topic,
      customer: (i) => `c${i % 9}`,
      split: () => "train",
    });
    expect(findColumns(table, {})).toEqual({
      text: "text",
      label: "label_text",
      id: "id",
      group: "customer",
      split: "split",
      notes: [],
    });
  });

  it("finds text and label by what they hold, and says so", () => {
    const table = rowsOf({ key: (i) => `k-${i}`, complaint: prose, team: topic });
    expect(findColumns(table, {})).toEqual({
      text: "complaint",
      label: "team",
      id: null,
      group: null,
      split: null,
      notes: [
        'the text is taken from "complaint", the column with the longest and most varied values',
        'the label is taken from "team", the only other column with few different values',
      ],
    });
  });

  it("takes named columns, whatever else there is", () => {
    const table = rowsOf({ text: prose, label: topic, summary: prose, queue: topic });
    expect(findColumns(table, { text: "summary", label: "queue" })).toMatchObject({ text: "summary", label: "queue" });
    // A column that is named for one thing is not found for another.
    expect(findColumns(rowsOf({ text: prose, category: topic, label: prose }), { text: "label" })).toMatchObject({
      text: "label",
      label: "category",
    });
  });

  it.each<[string, Table, ColumnNames, string]>([
    [
      "a column that is not there",
      rowsOf({ text: prose, labels: topic, id: (i) => i }),
      { label: "labls" },
      'tickets.csv has no column "labls" (--label). Its columns, the nearest first: "labels", "text", "id".',
    ],
    [
      "no label",
      rowsOf({ id: (i) => i, text: prose }),
      {},
      'No column of tickets.csv looks like a label: "id" has 40 different values in 40 rows. Name it with --label.',
    ],
    [
      "only texts",
      rowsOf({ text: prose }),
      {},
      'tickets.csv has no label column: "text" is its only column. Expected a second one with the label of each text.',
    ],
    [
      "several labels",
      rowsOf({ text: prose, team: topic, channel: (i) => ["mail", "chat"][i % 2]! }),
      {},
      'Several columns of tickets.csv could be the label: "team" has 3 different values in 40 rows, "channel" has 2 different values in 40 rows. Name it with --label.',
    ],
    [
      "no text",
      rowsOf({ label: topic, amount: (i) => i * 1000, code: (i) => `x${i}` }),
      {},
      'No column of tickets.csv looks like a text: "amount" has 40 different values in 40 rows, "code" has 40 different values in 40 rows. Name it with --text.',
    ],
    [
      "one column for both",
      rowsOf({ text: prose, label: topic }),
      { text: "label", label: "label" },
      'tickets.csv: "label" cannot be both the text and the label. Name two columns with --text and --label.',
    ],
  ])("refuses %s", (_, table, names, message) => {
    expect(() => findColumns(table, names)).toThrow(message);
  });

  it("refuses a file without a header", () => {
    const rows = Array.from({ length: 6 }, (_, i) => ({
      "I lost my card yesterday evening": prose(i),
      lost_card: i % 2 ? "lost_card" : "fees",
    }));
    expect(() => findColumns(tableOf(rows), {})).toThrow(
      'tickets.csv seems to have no header: its first line holds "I lost my card yesterday evening", which looks like a row. Put column names such as text,label into the first line.',
    );
    expect(() => findColumns(tableOf(rows.map((row) => ({ "lost my card": "x", lost_card: row.lost_card }))), {})).toThrow(
      'holds "lost_card"',
    );
  });
});
