/** @file Any model that a classifier can stand on, by the `model_type` of its `config.json`: an encoder, or a decoder language model. */
import { join } from "node:path";
import { decoderFamilies } from "../decoders/decoder-config.js";
import { buildDecoder } from "../decoders/decoder-encoder.js";
import { type Dropout, noDropout, type WantedStates } from "../encoders/encoder-graph.js";
import { type BuiltEncoder, buildEncoder, modelTypeOf, modelTypes, unknownType } from "../encoders/families.js";

/** Whether a configuration is one of a decoder. */
export function isDecoder(config: object): boolean {
  const type = modelTypeOf(config);
  return decoderFamilies.some((family) => family === type);
}

/** Builds the model of a parsed `config.json`, as `buildEncoder` does. Only of decoders the `last` states can be asked for. */
export function buildModel(
  config: object,
  folder: string,
  dropout: Dropout = noDropout,
  states: WantedStates = "all",
): BuiltEncoder {
  const place = join(folder, "config.json");
  if (isDecoder(config)) return buildDecoder(config, place, states);
  const type = modelTypeOf(config);
  if (type === undefined || !modelTypes.includes(type)) throw unknownType(place, type, [...modelTypes, ...decoderFamilies]);
  if (states === "last") throw new Error(`${place}: an encoder's last token has no part of its own`);
  return buildEncoder(config, folder, dropout, states);
}
