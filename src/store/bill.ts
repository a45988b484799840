import { z } from "zod";
import type { Spending } from "../types/prediction.js";
import { openJournal } from "./journal.js";

/** What a run has paid, over all its sessions, and what requests may have cost whose fate is unknown: those that broke off, and those that never ended. */
export interface Bill extends Spending {
  /** The most that all of it can have cost. */
  readonly totalUsd: number;
  /**
   * Enters what came to be paid, and what is uncertain by how many requests; less than 0 takes back what was entered before. Written before it
   * returns: what was paid is never forgotten, however the process ends.
   */
  add(paidUsd: number, uncertainUsd?: number, uncertainRequests?: number): void;
}

const kind = {
  schema: z.object({
    paidUsd: z.number(),
    uncertainUsd: z.number().exactOptional(),
    uncertainRequests: z.int().exactOptional(),
  }),
  remedy:
    "What was spent is not known: restore the file from a backup, or move its folder away to start over; stored answers are reused.",
};

/**
 * Opens the list of payments, one a line. A torn last line is not counted. After a power cut the last payments may be missing, and that cannot be
 * told: what rows cost is stored as it would be alone, whether this run paid for it or a cache answered.
 *
 * @throws UserError where a line is damaged: what was spent is not known then, and must not be taken for nothing
 */
export function openBill(path: string): Bill {
  const journal = openJournal(path, kind);
  const total = { paidUsd: 0, uncertainUsd: 0, uncertainRequests: 0 };
  const enter = ({ paidUsd, uncertainUsd = 0, uncertainRequests = 0 }: z.output<(typeof kind)["schema"]>): void => {
    total.paidUsd += paidUsd;
    total.uncertainUsd += uncertainUsd;
    total.uncertainRequests += uncertainRequests;
  };
  journal.lines.forEach(enter);
  return {
    get paidUsd() {
      return sumOf(total.paidUsd);
    },
    get uncertainUsd() {
      return sumOf(total.uncertainUsd);
    },
    get uncertainRequests() {
      return Math.max(0, total.uncertainRequests);
    },
    get totalUsd() {
      return sumOf(total.paidUsd + total.uncertainUsd);
    },
    add(paidUsd, uncertainUsd = 0, uncertainRequests = 0) {
      const values = [paidUsd, uncertainUsd, uncertainRequests];
      if (values.every((value) => value === 0)) return;
      if (!values.every(Number.isFinite)) throw new RangeError(`A bill of ${paidUsd} and ${uncertainUsd} USD.`);
      const entry = uncertainUsd === 0 && uncertainRequests === 0 ? { paidUsd } : { paidUsd, uncertainUsd, uncertainRequests };
      journal.append(entry);
      enter(entry);
    },
  };
}

/** What was set aside and given back leaves the dust of floats behind, which is no payment. */
const sumOf = (usd: number): number => Math.max(0, Math.round(usd * 1e10) / 1e10);
