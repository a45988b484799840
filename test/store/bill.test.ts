import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { sealedLine } from "../../src/lib/sealed-json.js";
import { openBill } from "../../src/store/bill.js";

it("counts a request that was open when the process was killed, and keeps no dust of those that ended", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl");
  const bill = openBill(path);
  for (const usd of [0.1, 0.2, 0.3, -0.1, -0.3, -0.2]) bill.add(usd);
  expect(bill.totalUsd).toBe(0);
  bill.add(0.0035);
  expect(openBill(path).totalUsd).toBe(0.0035);
});

it("sums what was paid over several sessions, whatever a killed one left", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl");
  const first = openBill(path);
  expect(first.totalUsd).toBe(0);
  first.add(0.25);
  first.add(0);
  first.add(0.5);
  expect(first.totalUsd).toBe(0.75);
  appendFileSync(path, "0.1");
  expect(openBill(path).totalUsd).toBe(0.75);
});

it("keeps what was paid apart from what requests may have cost that broke off, also of a process that was killed", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl");
  const bill = openBill(path);
  // Three are sent: one is answered, one breaks off, one is open when the process is killed.
  for (let i = 0; i < 3; i++) bill.add(0, 0.5, 1);
  bill.add(0.01, -0.5, -1);
  bill.add(0, 0.125 - 0.5, 0);
  for (const { paidUsd, uncertainUsd, uncertainRequests, totalUsd } of [bill, openBill(path)])
    expect({ paidUsd, uncertainUsd, uncertainRequests, totalUsd }).toEqual({
      paidUsd: 0.01,
      uncertainUsd: 0.625,
      uncertainRequests: 2,
      totalUsd: 0.635,
    });
});

it("loses no payment to a line that was torn before it", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl");
  openBill(path).add(0.25);
  appendFileSync(path, '{"paidUsd":0,"uncertainUsd":0.5e-');
  const bill = openBill(path);
  expect(bill.totalUsd).toBe(0.25);
  bill.add(0.5);
  expect(openBill(path).totalUsd).toBe(0.75);
});

it.each([
  ["a payment that was never made", sealedLine({ paidUsd: "0.25" })],
  ["Infinity", sealedLine({ paidUsd: 0.25 }).replace("0.25", "1e999")],
  ["another sum", sealedLine({ paidUsd: 0.25 }).replace("0.25", "0.26")],
  ["no checksum", '{"paidUsd":0.25}'],
  ["a bare number", "0.25"],
])("is no bill with a line that holds %s", (_, line) => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl");
  const whole = sealedLine({ paidUsd: 0.5 });
  writeFileSync(path, `${whole}\n${line}\n${whole}\n`);
  expect(() => openBill(path)).toThrow(`${path} line 2`);
  expect(() => openBill(path)).toThrow(UserError);
});

it("refuses to write down what is no sum of money", () => {
  const bill = openBill(join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.jsonl"));
  expect(() => bill.add(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  expect(() => bill.add(0, Number.NaN)).toThrow(RangeError);
  expect(bill.totalUsd).toBe(0);
});
