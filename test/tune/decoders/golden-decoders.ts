/** @file The golden file of `golden/make_decoders.py`. */
import { readFileSync } from "node:fs";
import { float32, type TensorValue } from "../../../src/autodiff/values.js";
import type { GoldenGradient } from "../golden-gradient.js";

/** What transformers makes of one small model, in float64. */
export interface GoldenDecoder {
  /** As a file of any version may say it. */
  readonly config: object;
  /** The same in the words of the version that computed it. */
  readonly savedConfig: object;
  /** For each text, [token][word] in one row. */
  readonly logits: readonly (readonly number[])[];
  /** Of the sum of the texts' cross-entropies, by the names of the weights. */
  readonly gradients: Readonly<Record<string, GoldenGradient>>;
}

/** Models by what is particular to them, on the same texts; `target` is the word that the last token's logits are compared with. */
export const goldenDecoders = JSON.parse(readFileSync(new URL("../../../golden/decoders.json", import.meta.url), "utf8")) as {
  readonly texts: readonly { readonly ids: readonly number[]; readonly target: number }[];
  readonly decoders: Readonly<Record<string, GoldenDecoder>>;
};

/** The numbers of a weight: they follow from its name, as in `draw` of the script. All are exact in 32 bits. */
export function drawnWeight(name: string, shape: readonly number[]): TensorValue<"float32"> {
  let state = Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619) >>> 0, 2_166_136_261);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = (state >>> 16) / 2 ** 16 - 0.5;
    return name.includes("norm") ? 1 + value / 2 : value;
  });
  return float32(values, [...shape]);
}
