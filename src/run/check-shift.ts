import { fewestShiftRows, shiftedRows } from "../compare/experiments/shifted-rows.js";
import { UserError } from "../lib/errors.js";
import { formatPlural } from "../lib/text/format.js";
import type { Task } from "../types/data.js";

/** Refuses a column named by `--shift` that no part of the rows can be held out by, before anything is measured. */
export function checkShift(task: Pick<Task, "train" | "test">): void {
  const { train, test } = task;
  if (train.shiftColumn === undefined || shiftedRows(task) !== null) return;
  const values = new Set([...train.examples, ...test.examples].flatMap(({ shift }) => shift ?? []));
  throw new UserError(
    `--shift: no part of the rows can be held out by the column "${train.shiftColumn}", which has ${formatPlural(values.size, "value")}. ` +
      `It takes a value, or a last quarter of numbers or dates, with ${fewestShiftRows.part} training rows and ${fewestShiftRows.test} test rows or more, and ` +
      `${fewestShiftRows.rest} training rows of two labels without it. Leave --shift out to hold out the longest texts.`,
  );
}
