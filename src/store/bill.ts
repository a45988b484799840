import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** What a run has really paid, over all its sessions. */
export interface Bill {
  readonly totalUsd: number;
  /** Written before it returns: what was paid is never forgotten, however the process ends. */
  add(usd: number): void;
}

/** Opens the list of payments, one number a line; a torn last line, left by a power cut, is not counted. */
export function openBill(path: string): Bill {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  let total = text
    .split("\n")
    .slice(0, -1)
    .map(Number)
    .filter(Number.isFinite)
    .reduce((sum, usd) => sum + usd, 0);
  return {
    get totalUsd() {
      return total;
    },
    add(usd) {
      if (usd === 0) return;
      appendFileSync(path, `${usd}\n`);
      total += usd;
    },
  };
}
