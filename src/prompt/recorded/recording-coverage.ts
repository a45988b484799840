import { UserError } from "../../lib/errors.js";
import { formatPlural } from "../../lib/text/format.js";
import type { Task } from "../../types/data.js";
import type { Recording } from "./recording.js";

/** A recording that has no row of those to be asked about says nothing of them: a `UserError` with one id of each side. */
export function checkCoverage({ path, rows }: Recording, { train, test }: Pick<Task, "train" | "test">): void {
  if (test.examples.some(({ id }) => rows.has(id))) return;
  const [recorded] = rows.keys();
  const [example] = test.examples;
  const known = train.examples.filter(({ id }) => rows.has(id)).length;
  const found =
    known > 0
      ? `it has ${formatPlural(known, "training row")}, but not one of the ${formatPlural(test.examples.length, "test row")}`
      : `not one of its ids is an id of the data`;
  throw new UserError(
    `${path} cannot be compared: ${found}. It has "${recorded}", for instance; the test rows have "${example?.id}". Expected: each answer's ` +
      `custom_id is the id of its row. Name the column of these ids with --id, or ${known > 0 ? "record the test rows too" : "give the recording of these rows"}.`,
  );
}
