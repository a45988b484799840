/** @file The families of encoders, by the `model_type` of their `config.json`. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { bertConfig, bertGraph } from "./bert.js";
import { parseConfig } from "./config-fields.js";
import { debertaV2Config, debertaV2Graph } from "./deberta-v2.js";
import { distilbertConfig, distilbertGraph } from "./distilbert.js";
import { electraConfig, electraGraph } from "./electra.js";
import { type Dropout, type EncoderGraph, type EncoderStates, type GraphOptions, noDropout } from "./encoder-graph.js";
import { modernbertConfig, modernbertGraph } from "./modernbert.js";
import { mpnetConfig, mpnetGraph, mpnetPositions } from "./mpnet.js";
import { robertaConfig, robertaGraph, robertaPositions } from "./roberta.js";

/** How one family reads its configuration and builds its graph. */
interface Family {
  build(config: object, place: string, options: GraphOptions): BuiltEncoder;
}

/** A graph with what it takes to feed it. */
export interface BuiltEncoder {
  readonly graph: EncoderGraph;
  /** What may stand before its tensors' names where the file has a head as well; "" where its own names have it already. */
  readonly prefix: string;
  readonly hiddenSize: number;
  /** The longest text in tokens that the model has positions for. */
  readonly maxPositions: number;
  /** Rows of the table of tokens. */
  readonly vocabularySize: number;
}

/** A row of the table: what the files' tensors may have before their names, the configuration, and what to build of it. */
function family<Schema extends z.ZodType>(
  prefix: string,
  schema: Schema,
  build: (config: z.infer<Schema>, options: GraphOptions) => Omit<BuiltEncoder, "prefix">,
): Family {
  return { build: (config, place, options) => ({ prefix, ...build(parseConfig(schema, config, place), options) }) };
}

/** The measures by the names that most configurations have for them. */
function measures(config: {
  readonly hidden_size: number;
  readonly max_position_embeddings: number;
  readonly vocab_size: number;
}): Omit<BuiltEncoder, "prefix" | "graph"> {
  return {
    hiddenSize: config.hidden_size,
    maxPositions: config.max_position_embeddings,
    vocabularySize: config.vocab_size,
  };
}

const roberta = family("roberta", robertaConfig, (config, options) => ({
  graph: robertaGraph(config, options),
  ...measures(config),
  maxPositions: robertaPositions(config),
}));

const families: Readonly<Record<string, Family>> = {
  bert: family("bert", bertConfig, (config, options) => ({ graph: bertGraph(config, options), ...measures(config) })),
  "deberta-v2": family("deberta", debertaV2Config, (config, options) => ({
    graph: debertaV2Graph(config, options),
    ...measures(config),
  })),
  distilbert: family("distilbert", distilbertConfig, (config, options) => ({
    graph: distilbertGraph(config, options),
    hiddenSize: config.dim,
    maxPositions: config.max_position_embeddings,
    vocabularySize: config.vocab_size,
  })),
  electra: family("electra", electraConfig, (config, options) => ({ graph: electraGraph(config, options), ...measures(config) })),
  modernbert: family("model", modernbertConfig, (config, options) => ({
    graph: modernbertGraph(config, options),
    ...measures(config),
  })),
  mpnet: family("mpnet", mpnetConfig, (config, options) => ({
    graph: mpnetGraph(config, options),
    ...measures(config),
    maxPositions: mpnetPositions(config),
  })),
  roberta,
  "xlm-roberta": roberta,
};

/** The families that can be built, by the `model_type` of their `config.json`. */
export const modelTypes: readonly string[] = Object.keys(families);

/** Builds the encoder that a parsed `config.json` describes; `folder` is for messages, `dropout` for training. By default it returns all states. */
export function buildEncoder(
  config: object,
  folder: string,
  dropout: Dropout = noDropout,
  states: EncoderStates = "all",
): BuiltEncoder {
  const place = join(folder, "config.json");
  const type = modelTypeOf(config);
  const found = type !== undefined && modelTypes.includes(type) ? families[type] : undefined;
  if (found === undefined) throw unknownType(place, type, modelTypes);
  return found.build(config, place, { dropout, states });
}

/** The family that a configuration names. */
export function modelTypeOf(config: object): string | undefined {
  return z.object({ model_type: z.string().optional() }).catch({}).parse(config).model_type;
}

/** A configuration of a family that is none of `supported`. */
export function unknownType(place: string, type: string | undefined, supported: readonly string[]): UserError {
  const what = type === undefined ? `has no "model_type"` : `is of a model of type "${type}"`;
  return new UserError(`${place} ${what}.${didYouMean(type ?? "", supported)} Supported: ${supported.join(", ")}.`);
}
