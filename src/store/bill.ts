import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";

/** What a run has paid at most, over all its sessions: what came to be paid, and what was set aside for requests that never ended. */
export interface Bill extends Disposable {
  readonly totalUsd: number;
  /** Written before it returns: what was paid is never forgotten, however the process ends. */
  add(usd: number): void;
}

/** Opens the list of payments, one number a line, less than 0 where less was paid than set aside; a torn last line, left by a power cut, is not counted. */
export function openBill(path: string): Bill {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  let total = text
    .split("\n")
    .slice(0, -1)
    .map(Number)
    .filter(Number.isFinite)
    .reduce((sum, usd) => sum + usd, 0);
  /** Opened with the first payment: until then there may be no folder. */
  let file: number | undefined;
  return {
    get totalUsd() {
      // What was set aside and given back leaves the dust of floats behind, which is no payment.
      return Math.round(total * 1e10) / 1e10;
    },
    add(usd) {
      if (usd === 0) return;
      file ??= openSync(path, "a");
      writeSync(file, `${usd}\n`);
      total += usd;
    },
    [Symbol.dispose]() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
