/**
 * @file A head as a file, where its encoder is no model folder and so cannot be saved with it: JSON, whose numbers read back to the bit and can be
 * read without this project.
 */

import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import type { Encoder } from "../../types/encoder.js";
import type { Head } from "./head.js";

/** The name of the file in `Predictor.files()`. */
export const headFile = "probe.json";

const finite = z.number();
const schema = z.object({
  /** To be raised with every change that older readers would misread. */
  format: z.literal("crossover-probe-2"),
  encoder: z.object({ name: z.string(), hash: z.string(), dimension: z.int().positive() }),
  labels: z.array(z.string()),
  isMultiLabel: z.boolean(),
  learned: z.array(z.string()),
  fixed: z.record(z.string(), finite),
  thresholds: z.array(finite),
  mayBeEmpty: z.boolean(),
  /** Logits are `weights · vector + intercepts`; one output a learned label, or one in all where `kind` is `binary`. */
  model: z
    .object({
      kind: z.enum(["binary", "multinomial", "multilabel"]),
      weights: z.array(z.array(finite)),
      intercepts: z.array(finite),
    })
    .nullable(),
});

/** The file's bytes. The encoder itself is not in it, only its name and hash. */
export function encodeHead(head: Head, encoder: Encoder): Uint8Array {
  const { labels, isMultiLabel, learned, fixed, thresholds, mayBeEmpty, model } = head;
  const stored: z.infer<typeof schema> = {
    format: "crossover-probe-2",
    encoder: { name: encoder.name, hash: encoder.hash, dimension: encoder.dimension },
    labels: [...labels],
    isMultiLabel,
    learned: [...learned],
    fixed,
    thresholds: [...thresholds],
    mayBeEmpty,
    model: model && {
      kind: model.kind,
      weights: Array.from({ length: model.weights.rows }, (_, k) => [
        ...model.weights.data.subarray(k * model.weights.columns, (k + 1) * model.weights.columns),
      ]),
      intercepts: [...model.intercepts],
    },
  };
  return new TextEncoder().encode(`${JSON.stringify(stored)}\n`);
}

/** The labels of such a file, which need no encoder. UserError where it is none. */
export function headLabels(bytes: Uint8Array): Pick<Head, "labels" | "isMultiLabel"> {
  const { labels, isMultiLabel } = parse(bytes);
  return { labels, isMultiLabel };
}

/** The head of a file that `encodeHead` wrote for the same encoder; a `UserError` for anything else. */
export function decodeHead(bytes: Uint8Array, encoder: Encoder): Head {
  const { encoder: wanted, format: _, model, ...head } = parse(bytes);
  if (wanted.hash !== encoder.hash) {
    throw new UserError(
      `${headFile} was fitted on the vectors of ${wanted.name} (${wanted.hash.slice(0, 12)}), and the encoder given is ` +
        `${encoder.name} (${encoder.hash.slice(0, 12)}). Load the encoder it was fitted on, or fit again.`,
    );
  }
  const outputs = model?.kind === "binary" ? 1 : head.learned.length;
  const columns = encoder.dimension;
  const isWhole =
    head.learned.every((label) => head.labels.includes(label)) &&
    head.thresholds.length === (head.isMultiLabel ? head.learned.length : 0) &&
    (model === null
      ? head.learned.length === 0
      : model.intercepts.length === outputs &&
        model.weights.length === outputs &&
        model.weights.every((row) => row.length === columns));
  if (!isWhole) {
    throw new UserError(
      `${headFile} is damaged: its numbers do not make ${outputs} outputs of ${columns} weights for its labels. Fit again.`,
    );
  }
  if (model === null) return { ...head, model };
  const weights = { rows: outputs, columns, data: Float64Array.from(model.weights.flat()) };
  return { ...head, model: { kind: model.kind, weights, intercepts: Float64Array.from(model.intercepts) } };
}

function parse(bytes: Uint8Array): z.infer<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new UserError(`${headFile} is not JSON. Expected the file that a fitted probe wrote; fit again.`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(
    `${headFile} is not a probe of this version: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "unreadable"}. Fit again.`,
  );
}
