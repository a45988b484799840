/** @file What is kept beside a file of labels: by whom its rows were labeled, its journal, and what was paid. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { writePrivateFile } from "../lib/private-file.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { sealedDocument, unsealed } from "../lib/sealed-json.js";
import { checked, damaged } from "../store/journal.js";
import type { LabellerPlan } from "./labeller.js";

/** The version of what is kept beside a file of labels. */
export const labelFormat = 2;

const stateSchema = z.object({
  format: z.literal(labelFormat),
  version: z.string(),
  dataHash: z.string(),
  labelledBy: z.string(),
  fingerprint: z.string(),
  labels: z.array(z.string()),
  defusesFormulas: z.boolean(),
});

/** How the rows of a file are labeled. Plain JSON; never a key. */
export interface LabelState {
  readonly format: typeof labelFormat;
  readonly version: string;
  /** Of all rows of the data, in their order. */
  readonly dataHash: string;
  readonly labelledBy: string;
  readonly fingerprint: string;
  readonly labels: readonly string[];
  /** Whether its cells that a spreadsheet might compute are defused. */
  readonly defusesFormulas: boolean;
}

/** The folder beside an output file. */
export const stateFolder = (output: string): string => `${output}.crossover`;

const statePath = (output: string): string => join(stateFolder(output), "label.json");

/** Writes how a new file is labeled. */
export async function writeState(output: string, state: LabelState): Promise<void> {
  await writePrivateFile(statePath(output), sealedDocument(state));
}

/**
 * Whether labeling is to go on; false: it begins. UserError where the file is another's, or its rows were labeled otherwise: one file is
 * labeled by one prompt and one model.
 *
 * @param former see `LabellerPlan.former`
 */
export async function checkState(output: string, state: LabelState, former?: LabellerPlan["former"]): Promise<boolean> {
  const path = statePath(output);
  if (!existsSync(path)) {
    if (existsSync(output))
      throw new UserError(`${output} exists, and is never overwritten. Name another file with -o, or move it away.`);
    return false;
  }
  const remedy = `Put it back from a copy, or name another file with -o; stored answers are used again.`;
  checkRegularFile(path);
  const stored = unsealed(await readFile(path, "utf8"));
  if (stored === null) throw damaged(path, remedy);
  const before = checked(path, stored, stateSchema, remedy);
  const differs =
    before.dataHash !== state.dataHash
      ? "the data has changed since"
      : before.labelledBy !== state.labelledBy
        ? `its rows were labeled by ${before.labelledBy}`
        : before.fingerprint !== state.fingerprint
          ? before.fingerprint === former?.fingerprint
            ? former.differs
            : "labels, prompt or examples are not those it was begun with"
          : before.defusesFormulas !== state.defusesFormulas
            ? `it was begun with${before.defusesFormulas ? "" : "out"} --defuse-formulas`
            : null;
  if (differs === null) return true;
  throw new UserError(
    `${output} cannot be resumed: ${differs}. Name another file with -o, or move it and ${stateFolder(output)} away.`,
  );
}
