import { describe, expect, it } from "vitest";
import type { Audit } from "../../src/data/audit/audit.js";
import { renderAudit } from "../../src/report/audit-text.js";

const lengths = { p50: 40, p95: 1200.4, p99: 2000, max: 12345 };

function auditOf(changes: Partial<Audit> = {}): Audit {
  const none = { groups: 0, rows: 0, acrossSplits: 0, leakedTestRows: 0, examples: [] };
  return {
    name: "tickets",
    rows: { train: 1200, test: 400 },
    isMultiLabel: false,
    splitNote: "Tested on 400 rows of test.csv; 1,200 rows of train.csv to learn from.",
    labels: [
      { label: "cards", train: 700, test: 210 },
      { label: "fees", train: 500, test: 190 },
    ],
    lookalikes: [],
    exact: none,
    near: none,
    conflicts: { groups: 0, rows: 0, examples: [] },
    characters: lengths,
    tokens: null,
    personalData: [],
    languages: [{ language: "English", rows: 1500 }],
    modelLanguages: null,
    suspects: null,
    warnings: [],
    findings: [],
    ...changes,
  };
}

describe("renderAudit", () => {
  it("of clean data", () => {
    expect(renderAudit(auditOf(), { width: 80, color: false })).toBe(`tickets: 1,200 training rows, 400 test rows, 2 labels
Tested on 400 rows of test.csv; 1,200 rows of train.csv to learn from.

✓ No problems found.

Labels
           train     test
  cards      700      210
  fees       500      190

Lengths
                median     95 %     99 %  longest
  characters        40    1,200    2,000   12,345

Languages (rows): English 1,500
`);
  });

  it("says what is wrong, what to do, and where to look, within the width", () => {
    const row = (id: string, line: number, excerpt: string) => ({
      id,
      split: "train" as const,
      place: `train.csv:${line}`,
      labels: ["cards"],
      excerpt,
    });
    const text = renderAudit(
      auditOf({
        tokens: { ...lengths, maxTokens: 256, truncated: 3 },
        warnings: ["train.csv: 2 rows have no text and were left out (lines 4, 7)."],
        findings: [
          {
            about: "conflicts",
            severity: "problem",
            message:
              "3 groups of (nearly) equal texts have different labels: 12 rows (0.8%), which is more than chance would give.",
            remedy: "Decide which label is right, or what tells the labels apart: no approach can be right on both.",
            examples: [
              [row("t-9", 9, "Where is the card that you sent me last week? I have been waiting"), row("row-11", 11, "x")],
              [{ id: "7", split: "test", place: null, labels: [] }],
            ],
          },
          {
            about: "suspects",
            severity: "warning",
            message: "1 training row may have the wrong label.",
            remedy: null,
            examples: [[{ ...row("t-3", 3, "fee"), suggested: "fees", margin: -0.9 }] as never],
          },
        ],
      }),
      { width: 72, color: false },
    );
    expect(text.split("\n").slice(3, 18)).toEqual([
      "✗ 3 groups of (nearly) equal texts have different labels: 12 rows",
      "  (0.8%), which is more than chance would give.",
      "  → Decide which label is right, or what tells the labels apart: no",
      "    approach can be right on both.",
      '    train  train.csv:9 (t-9)  cards  "Where is the card that you sent …"',
      '    train  train.csv:11  cards  "x"',
      "    test  7  (no label)",
      "",
      "! 1 training row may have the wrong label.",
      '    train  train.csv:3 (t-3)  cards → fees?  "fee"',
      "",
      "While reading",
      "  train.csv: 2 rows have no text and were left out (lines 4, 7).",
      "",
      "Labels",
    ]);
    expect(text).toContain("  tokens            40    1,200    2,000   12,345");
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(72);
  });

  it("writes out what a terminal would act on or hide", () => {
    const evil = "\u001b[31mred\u0007\u202egnp\u200b\u2028<script>";
    const text = renderAudit(
      auditOf({
        name: evil,
        labels: [{ label: evil, train: 1, test: 1 }],
        findings: [
          {
            about: "leaks",
            severity: "problem",
            message: evil,
            remedy: "x",
            examples: [[{ id: evil, split: "test", place: evil, labels: [evil], excerpt: evil }]],
          },
        ],
        warnings: [evil],
      }),
      { width: 400, color: false },
    );
    expect(text.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)!.every((character) => character === "\n")).toBe(true);
    expect(text).toContain('"␛[31mred␇[U+202E]gnp[U+200B] <script>"');
  });

  it("colors only where asked", () => {
    const audit = auditOf({ findings: [{ about: "leaks", severity: "problem", message: "m", remedy: null, examples: [] }] });
    expect(renderAudit(audit, { width: 80, color: true })).toContain("\u001b[31m✗\u001b[0m");
    expect(renderAudit(audit, { width: 80, color: false })).not.toContain("\u001b");
  });

  it("shortens a long list of labels in the middle", () => {
    const labels = Array.from({ length: 77 }, (_, i) => ({ label: `label ${i}`, train: 200 - i, test: 40 }));
    const lines = renderAudit(auditOf({ labels }), { width: 80, color: false }).split("\n");
    const at = lines.indexOf("Labels");
    expect(lines.slice(at + 7, at + 10)).toEqual([
      "  label 5       195       40",
      "  … 65 more …",
      "  label 71      129       40",
    ]);
  });
});
