import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { UserError } from "../lib/errors.js";
import type { Spending } from "../types.js";

/** What a run has paid, over all its sessions, and what requests may have cost whose fate is unknown: those that broke off, and those that never ended. */
export interface Bill extends Disposable, Spending {
  /** The most that all of it can have cost. */
  readonly totalUsd: number;
  /**
   * Enters what came to be paid, and what is uncertain by how many requests; less than 0 takes back what was entered before. Written before it
   * returns: what was paid is never forgotten, however the process ends.
   */
  add(paidUsd: number, uncertainUsd?: number, uncertainRequests?: number): void;
}

/** One entry; as a line `paid`, or `paid uncertain requests`. */
type Entry = readonly [paidUsd: number, uncertainUsd: number, uncertainRequests: number];

/**
 * Opens the list of payments. A torn line, left by a power cut, is not counted.
 *
 * @throws UserError where a line is no sum of money: what was spent is not known then, and must not be taken for nothing
 */
export function openBill(path: string): Bill {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = text.split("\n");
  let isTorn = lines.pop() !== "";
  const total: [number, number, number] = [0, 0, 0];
  const enter = (entry: Entry): void => {
    for (const [i, value] of entry.entries()) total[i] = total[i]! + value;
  };
  for (const [i, line] of lines.entries()) {
    const entry = readEntry(line);
    if (entry === null)
      throw new UserError(
        `${path} line ${i + 1} is "${line.slice(0, 40)}"; expected a sum in USD. What was spent is not known: mend the line, or move the file's folder away to begin anew.`,
      );
    enter(entry);
  }
  /** Opened with the first payment: until then there may be no folder. */
  let file: number | undefined;
  return {
    get paidUsd() {
      return sumOf(total[0]);
    },
    get uncertainUsd() {
      return sumOf(total[1]);
    },
    get uncertainRequests() {
      return Math.max(0, total[2]);
    },
    get totalUsd() {
      return sumOf(total[0] + total[1]);
    },
    add(paidUsd, uncertainUsd = 0, uncertainRequests = 0) {
      const entry: Entry = [paidUsd, uncertainUsd, uncertainRequests];
      if (entry.every((value) => value === 0)) return;
      if (!entry.every(Number.isFinite)) throw new RangeError(`A bill of ${paidUsd} and ${uncertainUsd} USD.`);
      file ??= openSync(path, "a");
      const line = uncertainUsd === 0 && uncertainRequests === 0 ? `${paidUsd}` : entry.join(" ");
      writeSync(file, `${isTorn ? "\n" : ""}${line}\n`);
      isTorn = false;
      enter(entry);
    },
    [Symbol.dispose]() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** What was set aside and given back leaves the dust of floats behind, which is no payment. */
const sumOf = (usd: number): number => Math.max(0, Math.round(usd * 1e10) / 1e10);

/** `null` where it is none. The beginning of a number, which a line that was torn may be, counts as nothing. */
function readEntry(line: string): Entry | null {
  const values = line.split(" ").map(Number);
  const [paidUsd = 0, uncertainUsd = 0, uncertainRequests = 0] = values;
  if (values.length <= 3 && values.every(Number.isFinite)) return [paidUsd, uncertainUsd, uncertainRequests];
  return /^[-+\d.e ]*$/.test(line) && !values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY) ? [0, 0, 0] : null;
}
