/** @file How a model's rotary positions are stretched for texts longer than those it was first trained on: `rope_scaling` of its configuration, and the angles that follow. */
import { z } from "zod";
import { rotaryFrequencies } from "../encoders/rotary.js";

const positive = z.number().positive();

/** What each kind cannot do without. */
const needed = {
  default: [],
  linear: ["factor"],
  llama3: ["factor", "low_freq_factor", "high_freq_factor"],
  yarn: ["factor"],
} as const;

/** `rope_scaling`, or `rope_parameters` as transformers 5 has it, with `rope_type` in its place. */
export const ropeFields = z
  .object({
    rope_type: z.literal(["default", "linear", "llama3", "yarn"]),
    rope_theta: positive.optional(),
    factor: z.number().min(1).optional(),
    low_freq_factor: positive.optional(),
    high_freq_factor: positive.optional(),
    /** Without it the model's own length. */
    original_max_position_embeddings: z.int().positive().optional(),
    beta_fast: positive.nullish(),
    beta_slow: positive.nullish(),
    attention_factor: positive.nullish(),
    truncate: z.boolean().optional(),
    partial_rotary_factor: z.literal(1).optional(),
    mscale: z.number().min(0).nullish(),
    mscale_all_dim: z.number().min(0).nullish(),
  })
  .superRefine((fields, context) => {
    const missing = needed[fields.rope_type].find((name) => fields[name] === undefined);
    if (missing !== undefined)
      context.addIssue({ code: "custom", message: `positions scaled by "${fields.rope_type}" need the field "${missing}".` });
    const { rope_type: type, low_freq_factor: low = 1, high_freq_factor: high = 4 } = fields;
    if (type === "llama3" && low >= high)
      context.addIssue({ code: "custom", message: `"low_freq_factor" ${low} has to be below "high_freq_factor" ${high}.` });
  });
/** The checked fields. */
export type RopeFields = z.infer<typeof ropeFields>;

/** The angles of `rotary`, and what it multiplies by. */
export interface RopeAngles {
  readonly frequencies: readonly number[];
  readonly factor: number;
}

/** As transformers computes them (`modeling_rope_utils.py`), for heads of `width` numbers. */
export function ropeAngles(width: number, theta: number, fields: RopeFields): RopeAngles {
  const plain = rotaryFrequencies(width, theta);
  const { factor = 1, original_max_position_embeddings: original = 1 } = fields;
  switch (fields.rope_type) {
    case "default":
      return { frequencies: plain, factor: 1 };
    case "linear":
      return { frequencies: plain.map((frequency) => frequency / factor), factor: 1 };
    case "llama3": {
      const { low_freq_factor: low = 1, high_freq_factor: high = 4 } = fields;
      const frequencies = plain.map((frequency) => {
        const turns = (original * frequency) / (2 * Math.PI);
        return between(frequency / factor, frequency, (turns - low) / (high - low));
      });
      return { frequencies, factor: 1 };
    }
    case "yarn": {
      const keeps = yarnShares(width, theta, fields);
      return {
        frequencies: plain.map((frequency, pair) => between(frequency / factor, frequency, keeps[pair]!)),
        factor: fields.attention_factor ?? yarnSharpening(factor, fields),
      };
    }
  }
}

/** What YaRN multiplies queries and keys by. Of `mscale` and `mscale_all_dim` one alone, or 0, changes nothing. */
function yarnSharpening(factor: number, { mscale, mscale_all_dim: all }: RopeFields): number {
  const by = (scale: number): number => 0.1 * scale * Math.log(factor) + 1;
  return mscale && all ? by(mscale) / by(all) : by(1);
}

/** From `a` at share 0 to `b` at share 1, and no further. */
function between(a: number, b: number, share: number): number {
  const bounded = Math.min(1, Math.max(0, share));
  return (1 - bounded) * a + bounded * b;
}

/**
 * YaRN (Peng et al. 2023, arXiv 2309.00071): how much each pair keeps of its own frequency. All of it where it turns more than `beta_fast` times within
 * the texts of the first training, nothing where fewer than `beta_slow` times, and between those by the number of the pair.
 */
function yarnShares(width: number, theta: number, fields: RopeFields): readonly number[] {
  const { original_max_position_embeddings: original = 1, truncate = true } = fields;
  const pairThatTurns = (times: number): number => (width * Math.log(original / (times * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [pairThatTurns(fields.beta_fast ?? 32), pairThatTurns(fields.beta_slow ?? 1)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, width - 1);
  const length = high === low ? 0.001 : high - low;
  return Array.from({ length: width / 2 }, (_, pair) => 1 - Math.min(1, Math.max(0, (pair - low) / length)));
}
