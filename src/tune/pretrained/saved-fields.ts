/** @file What a classifier's `config.json` has from here, besides what transformers reads: the field `crossover`. */
import { z } from "zod";
import type { Pooling } from "./pooling.js";

const savedFields = z.object({
  crossover: z
    .object({
      mayBeEmpty: z.boolean(),
      pooling: z.enum(["mean", "cls", "last"]).optional(),
      thresholds: z.array(z.number()).optional(),
    })
    .optional()
    .catch(undefined),
});

/** Fields of our own in a configuration. */
export interface SavedFields {
  /** Whether a text may get no label at all. */
  readonly mayBeEmpty: boolean;
  /** How the tokens become one vector, where the classifier is not the family's own. */
  readonly pooling?: Pooling | undefined;
  /** From which probability on a text gets a label, where it may have several; one a label. */
  readonly thresholds?: readonly number[] | undefined;
}

/** The fields; `undefined` for a folder that something else wrote. */
export function readSavedFields(config: object): SavedFields | undefined {
  return savedFields.parse(config).crossover;
}
