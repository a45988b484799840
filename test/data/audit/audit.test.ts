import { describe, expect, it } from "vitest";
import { type AuditOptions, auditTask } from "../../../src/data/audit/audit.js";
import type { Dataset, Example, Task } from "../../../src/types/data.js";
import { distinctText } from "../files.js";

interface Cells {
  readonly text: string;
  readonly labels: readonly string[];
}

function taskOf(train: readonly Cells[], test: readonly Cells[], isMultiLabel = false): Task {
  const examplesOf = (rows: readonly Cells[], file: string): Example[] =>
    rows.map((row, i) => ({ id: `${file}-${i}`, ...row, place: `${file}.csv:${i + 2}` }));
  const labels = [...new Set([...train, ...test].flatMap((row) => row.labels))].sort();
  const dataset = (rows: readonly Cells[], file: string): Dataset => ({
    name: "tickets",
    labels,
    isMultiLabel,
    descriptions: {},
    examples: examplesOf(rows, file),
  });
  return {
    train: dataset(train, "train"),
    test: dataset(test, "test"),
    trainHash: "",
    testHash: "",
    splitNote: "Tested on test.csv.",
    warnings: [],
  };
}

/** Rows without a fault, labels in turn. */
function clean(count: number, from: number, labels: readonly string[] = ["cards", "fees"]): Cells[] {
  return Array.from({ length: count }, (_, i) => ({ text: distinctText(from + i), labels: [labels[i % labels.length]!] }));
}

const findings = (task: Task, options?: AuditOptions): string[] =>
  auditTask(task, options).findings.map(({ severity, about, message }) => `${severity} ${about}: ${message}`);

describe("auditTask", () => {
  it("finds nothing in clean data, and counts it", () => {
    const audit = auditTask(taskOf(clean(60, 0), clean(40, 100)));
    expect(audit.findings).toEqual([]);
    expect(audit.rows).toEqual({ train: 60, test: 40 });
    expect(audit.labels).toEqual([
      { label: "cards", train: 30, test: 20 },
      { label: "fees", train: 30, test: 20 },
    ]);
    expect([audit.tokens, audit.suspects]).toEqual([null, null]);
    // Plain JSON: nothing is lost on the way to a file.
    expect(JSON.parse(JSON.stringify(audit))).toEqual(audit);
  });

  it("tells leaks word for word from near ones, with both rows", () => {
    const [train, test] = [clean(60, 0), clean(40, 100)];
    test[3] = { text: train[7]!.text.toUpperCase(), labels: train[7]!.labels };
    test[5] = { text: `${train[9]!.text}!`, labels: train[9]!.labels };
    const audit = auditTask(taskOf(train, test));
    expect(audit.exact).toMatchObject({ groups: 1, rows: 2, acrossSplits: 1, leakedTestRows: 1 });
    expect(audit.near).toMatchObject({ groups: 2, rows: 4, acrossSplits: 2, leakedTestRows: 2 });
    const [leak, near, note] = audit.findings;
    expect(leak).toMatchObject({
      severity: "problem",
      about: "leaks",
      message: "1 test row (2.5%) has the text of a training row.",
    });
    expect(leak!.examples).toEqual([
      [
        { id: "train-7", split: "train", place: "train.csv:9", labels: ["fees"], excerpt: train[7]!.text },
        { id: "test-3", split: "test", place: "test.csv:5", labels: ["fees"], excerpt: test[3]!.text },
      ],
    ]);
    expect(near).toMatchObject({
      severity: "warning",
      about: "nearLeaks",
      message: "1 test row (2.5%) is nearly the same as training rows.",
    });
    expect(near!.examples.map((group) => group.map(({ id }) => id))).toEqual([["train-9", "test-5"]]);
    expect(note).toMatchObject({ severity: "note", about: "duplicates", examples: [] });
  });

  it("finds equal texts with different labels, the unlike ones first", () => {
    const train = clean(60, 0);
    const text = "where is the card that you sent me last week";
    train.push({ text, labels: ["cards"] }, { text: `${text}?`, labels: ["cards"] }, { text: `${text}!`, labels: ["fees"] });
    const audit = auditTask(taskOf(train, clean(40, 100)));
    expect(audit.conflicts).toMatchObject({ groups: 1, rows: 3 });
    expect(audit.findings[0]).toMatchObject({
      severity: "problem",
      about: "conflicts",
      message: "1 group of (nearly) equal texts has different labels: 3 rows (2.9%).",
    });
    expect(audit.findings[0]!.examples[0]!.map(({ id }) => id)).toEqual(["train-60", "train-62", "train-61"]);
  });

  it("finds labels with too few rows, and those that look alike", () => {
    const train = [...clean(60, 0), ...clean(3, 200, ["rare"]), ...clean(20, 300, ["Cards"])];
    expect(findings(taskOf(train, [...clean(40, 100), ...clean(2, 400, ["Cards"])]))).toEqual([
      'problem lookalikes: Labels that differ only in case or spaces: "Cards" / "cards".',
      "warning untested: rare has no test row: nothing will be known of it.",
      "warning smallTest: Cards (2) has fewer than 20 test rows: its F1 is not estimable.",
      "warning smallTrain: rare (3) has fewer than 8 training rows.",
    ]);
  });

  it("counts personal data without repeating it", () => {
    const train = [
      ...clean(60, 0),
      { text: "write to jane.doe@example.com or +49 30 901820", labels: ["cards"] },
      { text: "my mail is max@example.org ok", labels: ["fees"] },
    ];
    const audit = auditTask(taskOf(train, clean(40, 100)));
    expect(findings(taskOf(train, clean(40, 100)))).toEqual([
      "warning personalData: Personal data: e-mail addresses in 2 rows, phone numbers in 1 row.",
    ]);
    expect(JSON.stringify(audit)).not.toMatch(/example\.(com|org)|901820/);
    expect(audit.personalData[0]).toEqual({
      kind: "email",
      rows: 2,
      examples: [
        { id: "train-60", split: "train", place: "train.csv:62", labels: ["cards"] },
        { id: "train-61", split: "train", place: "train.csv:63", labels: ["fees"] },
      ],
    });
  });

  it("warns of texts in another language than the model was trained on", () => {
    const hausa = (count: number, from: number): Cells[] =>
      Array.from({ length: count }, (_, i) => ({
        text: `Gwamnatin Najeriya ta ce za ta dauki mataki a kan lamari ${from + i} da ya faru jiya`,
        labels: [i % 2 === 0 ? "siyasa" : "wasanni"],
      }));
    const modelLanguages = ["English"];
    const about = (task: Task, options: AuditOptions): string[] =>
      auditTask(task, { ...options, hasNearDuplicates: false }).findings.map((finding) => finding.about);
    expect(about(taskOf(hausa(60, 0), hausa(60, 100)), { modelLanguages })).toContain("modelLanguages");
    expect(about(taskOf(hausa(60, 0), hausa(60, 100)), {})).not.toContain("modelLanguages");
    const english = (count: number, from: number): Cells[] =>
      clean(count, from).map(({ text, labels }) => ({ text: `I have lost the card and this is what you sent: ${text}`, labels }));
    expect(about(taskOf(english(60, 0), english(40, 100)), { modelLanguages })).toEqual([]);
  });

  it("measures lengths with the tokenizer it is given", () => {
    const task = taskOf(clean(60, 0), clean(40, 100));
    // Row i has i tokens, 0 to 99.
    const { tokens, findings: found } = auditTask(task, { countTokens: (texts) => texts.map((_, i) => i), maxTokens: 89 });
    expect(tokens).toEqual({ p50: 49.5, p95: 94.05, p99: 98.01, max: 99, maxTokens: 89, truncated: 10 });
    expect(found).toMatchObject([
      {
        severity: "warning",
        about: "truncation",
        message: "10 texts (10.0%) are longer than the 89 tokens that the model reads; the rest is cut off.",
      },
    ]);
  });

  it("lists suspected label errors from out-of-fold probabilities, the surest first", () => {
    const train = clean(60, 0);
    train[10] = { ...train[10]!, labels: ["fees"] };
    train[21] = { ...train[21]!, labels: ["cards"] };
    const outOfFold = new Map(
      train.map((_, i) => {
        const sure = i === 10 ? 0.97 : 0.9;
        return [`train-${i}`, i % 2 === 0 ? { cards: sure, fees: 1 - sure } : { cards: 1 - sure, fees: sure }];
      }),
    );
    const audit = auditTask(taskOf(train, clean(40, 100)), { outOfFold });
    expect(audit.suspects!.count).toBe(2);
    expect(audit.suspects!.examples.map(({ id, labels, suggested }) => [id, labels, suggested])).toEqual([
      ["train-10", ["fees"], "cards"],
      ["train-21", ["cards"], "fees"],
    ]);
    expect(audit.suspects!.examples[0]!.margin).toBeCloseTo(-0.94, 12);
    expect(audit.findings[0]).toMatchObject({ about: "suspects", message: "2 training rows (3.3%) may have the wrong label." });
  });

  it("notes a mix of languages", () => {
    const german = Array.from({ length: 30 }, (_, i) => ({
      text: `Ich habe die Karte nicht und warte auf sie: ${distinctText(500 + i)}`,
      labels: ["cards"],
    }));
    const english = Array.from({ length: 30 }, (_, i) => ({
      text: `I do not have the card and I am waiting for it: ${distinctText(700 + i)}`,
      labels: ["fees"],
    }));
    const audit = auditTask(taskOf([...german, ...english], []));
    expect(audit.languages).toEqual([
      { language: "German", rows: 30 },
      { language: "English", rows: 30 },
    ]);
    expect(audit.findings.find(({ about }) => about === "languages")!.message).toBe(
      "Several languages: German 50.0%, English 50.0% of the texts whose language is plain.",
    );
  });

  it("takes several labels a row, and judges no label errors there", () => {
    const train = clean(60, 0).map((row, i) => ({
      ...row,
      labels: i % 3 === 0 ? ["cards", "fees"] : i % 3 === 1 ? [] : ["fees"],
    }));
    const audit = auditTask(taskOf(train, clean(40, 100), true), { outOfFold: new Map() });
    expect(audit.suspects).toBeNull();
    expect(audit.labels).toEqual([
      { label: "fees", train: 40, test: 20 },
      { label: "cards", train: 20, test: 20 },
    ]);
  });
});
