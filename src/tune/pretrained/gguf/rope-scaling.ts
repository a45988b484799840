/** @file How a model's rotary positions are stretched for longer texts, as Hugging Face's `rope_scaling` says it. */
import { UserError } from "../../../lib/errors.js";
import { metadataField, neededField, type WithMetadata } from "./metadata-fields.js";

/** `rope_scaling` of a Hugging Face configuration, of the kinds that GGUF files have. */
export type RopeScaling =
  | { readonly rope_type: "linear"; readonly factor: number }
  | { readonly rope_type: "yarn"; readonly factor: number; readonly original_max_position_embeddings: number }
  | ({ readonly rope_type: "llama3"; readonly factor: number } & typeof llama3);

/** Llama 3.1 to 3.3, of which files hold the outcome: what each frequency is divided by (`rope_freqs.weight`). */
const llama3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 } as const;

/**
 * The scaling; `null` where positions are plain. `factors` are the numbers of `rope_freqs.weight`, where the file has it. `UserError` for a scaling that
 * is not one of Hugging Face's linear, yarn or llama3.
 */
export function ropeScaling(
  file: WithMetadata,
  architecture: string,
  { theta, factors }: { readonly theta: number; readonly factors: Float32Array | undefined },
): RopeScaling | null {
  const key = (name: string): string => `${architecture}.rope.${name}`;
  const type = metadataField(file, key("scaling.type"), "text");
  const linear = metadataField(file, key("scale_linear"), "number");
  if (factors !== undefined) return ofFactors(file, factors, theta);
  if (type === undefined || type === "none")
    return linear === undefined || linear === 1 ? null : { rope_type: "linear", factor: linear };
  const others = [...file.metadata.keys()].filter(
    (name) => name.startsWith(key("scaling.")) && !known.has(name.slice(key("scaling.").length)),
  );
  if ((type !== "linear" && type !== "yarn") || others.length > 0)
    throw new UserError(
      `${file.path}: positions are scaled by ${JSON.stringify(type.slice(0, 40))}${others.length === 0 ? "" : ` with "${others[0]!.slice(0, 80)}"`}, which is not computed here. ` +
        "Computed: linear, yarn, and the factors of Llama 3. Use another model.",
    );
  const factor = neededField(file, key("scaling.factor"), "number");
  if (type === "linear") return { rope_type: type, factor };
  return {
    rope_type: type,
    factor,
    original_max_position_embeddings: neededField(file, key("scaling.original_context_length"), "count"),
  };
}

const known: ReadonlySet<string> = new Set(["type", "factor", "original_context_length", "finetuned"]);

/** Rounding of the converter's float32. */
const tolerance = 1e-4;

/** The scaling whose outcome these factors are. Low frequencies are divided by all of it, high ones by 1, those between by something between. */
function ofFactors({ path }: WithMetadata, factors: Float32Array, theta: number): RopeScaling | null {
  const factor = Math.round(factors.reduce((most, each) => Math.max(most, each), 0));
  if (factor === 1 && factors.every((each) => each === 1)) return null;
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: length } = llama3;
  const isLlama3 = factors.every((found, i) => {
    const wavelength = 2 * Math.PI * theta ** (i / factors.length);
    const between = Math.min(1, Math.max(0, (length / wavelength - low) / (high - low)));
    const expected = 1 / ((1 - between) / factor + between);
    return Math.abs(found / expected - 1) < tolerance;
  });
  if (isLlama3) return { rope_type: "llama3", factor, ...llama3 };
  throw new UserError(
    `${path}: the factors of its positions ("rope_freqs.weight", up to ${factor}) are not those of Llama 3.1, which are the only ones computed here. ` +
      "Is the file damaged? Download it again, or use another model.",
  );
}
