import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openBill } from "../../src/store/bill.js";

it("counts a request that was open when the process was killed, and keeps no dust of those that ended", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.txt");
  const bill = openBill(path);
  for (const usd of [0.1, 0.2, 0.3, -0.1, -0.3, -0.2]) bill.add(usd);
  expect(bill.totalUsd).toBe(0);
  bill.add(0.0035);
  expect(openBill(path).totalUsd).toBe(0.0035);
});

it("sums what was paid over several sessions, whatever a killed one left", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-bill-")), "bill.txt");
  const first = openBill(path);
  expect(first.totalUsd).toBe(0);
  first.add(0.25);
  first.add(0);
  first.add(0.5);
  expect(first.totalUsd).toBe(0.75);
  appendFileSync(path, "0.1");
  expect(openBill(path).totalUsd).toBe(0.75);
});
