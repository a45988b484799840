/** @file The families of encoders, by the `model_type` of their `config.json`. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/nearest-name.js";
import { bertConfig, bertGraph } from "./bert.js";
import type { EncoderGraph } from "./encoder-graph.js";

/** How one family reads its configuration and builds its graph. */
interface Family {
  build(config: object, place: string): BuiltEncoder;
}

/** A graph with what it takes to feed it. */
export interface BuiltEncoder {
  readonly graph: EncoderGraph;
  /** What may stand before its tensors' names where the file has a head as well. */
  readonly prefix: string;
  readonly hiddenSize: number;
  /** The longest text in tokens that the model has positions for. */
  readonly maxPositions: number;
  /** Rows of the table of tokens. */
  readonly vocabularySize: number;
}

/** What `schema` makes of a configuration; a `UserError` names the field that does not fit, and what would. */
function parseConfig<Schema extends z.ZodType>(schema: Schema, config: object, place: string): z.infer<Schema> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join(".");
  const found: unknown = Object.entries(config).find(([key]) => key === field)?.[1];
  const what = found === undefined ? "is missing" : `is ${JSON.stringify(found)?.slice(0, 60)}, which is not supported`;
  throw new UserError(`${place}: "${field}" ${what}. ${message}.`);
}

const families: Readonly<Record<string, Family>> = {
  bert: {
    build: (config, place) => {
      const parsed = parseConfig(bertConfig, config, place);
      if (parsed.hidden_size % parsed.num_attention_heads !== 0)
        throw new UserError(
          `${place}: hidden_size ${parsed.hidden_size} is no multiple of num_attention_heads ${parsed.num_attention_heads}.`,
        );
      const { hidden_size: hiddenSize, max_position_embeddings: maxPositions, vocab_size: vocabularySize } = parsed;
      return { graph: bertGraph(parsed), prefix: "bert", hiddenSize, maxPositions, vocabularySize };
    },
  },
};

/** Builds the encoder that a parsed `config.json` describes; `folder` is for messages. */
export function buildEncoder(config: object, folder: string): BuiltEncoder {
  const place = join(folder, "config.json");
  const { model_type: type } = z.object({ model_type: z.string().optional() }).catch({}).parse(config);
  const supported = Object.keys(families);
  const family = type !== undefined && supported.includes(type) ? families[type] : undefined;
  if (family === undefined) {
    const found = type === undefined ? `has no "model_type"` : `is of a model of type "${type}"`;
    throw new UserError(`${place} ${found}.${didYouMean(type ?? "", supported)} Supported: ${supported.join(", ")}.`);
  }
  return family.build(config, place);
}
