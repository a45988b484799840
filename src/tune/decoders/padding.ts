/** @file Which token fills up a decoder's batches, and what a text that ends on it is. */
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import type { Tokenizer, TokenizerFiles } from "../pretrained/tokenizer.js";

/** A model's tokenizer with a token for padding, and the configurations that say so. */
export interface Padded {
  readonly tokenizer: Tokenizer;
  /** `config.json` with its `pad_token_id`, without which transformers' `…ForSequenceClassification` takes one text at a time. */
  readonly config: object;
  readonly files: TokenizerFiles;
}

/** Special tokens by their names in `tokenizer_config.json`, the one that is meant for it first: many language models have none. */
const candidates = ["pad_token", "eos_token", "unk_token", "bos_token"];

/**
 * Settles on a token for padding: that of `config.json`, by which transformers goes, else the tokenizer's, else the one that ends texts. Not one that the
 * tokenizer itself adds after texts: transformers reads the state of the last token that is no padding, and would pass over it. Where a classifier
 * was trained so nevertheless, its texts are read as it read them.
 */
export function withPadding(tokenizer: Tokenizer, config: object, files: TokenizerFiles, path: string): Padded {
  const own = at(config, "pad_token_id");
  const named = candidates.map((key) => textAt(files.config, key) ?? textAt(at(files.config, key), "content"));
  const ids = [
    typeof own === "number" && tokenizer.tokenOf(own) !== undefined ? own : undefined,
    ...named.map((token) => (token === null ? undefined : tokenizer.idOf(token))),
  ].filter((id) => id !== undefined);
  const isTrained = String(at(at(config, "architectures"), 0)).endsWith("ForSequenceClassification");
  const padId = ids.find((id) => isTrained || !tokenizer.after.includes(id));
  const token = padId === undefined ? undefined : tokenizer.tokenOf(padId);
  if (padId === undefined || token === undefined)
    throw new UserError(
      `The tokenizer of ${path} has no token that can fill up a batch: it names none of ${candidates.join(", ")}, or adds it to every text. ` +
        'Name one in tokenizer_config.json: "pad_token".',
    );
  return {
    tokenizer: { ...tokenizer, padId, encode: (text, maxTokens) => withoutPadding(tokenizer.encode(text, maxTokens), padId) },
    config: { ...config, pad_token_id: padId },
    files: { ...files, config: { ...files.config, pad_token: token } },
  };
}

/** As transformers reads a text: up to its last token that is no padding. A text without any token is one of padding. */
function withoutPadding(ids: readonly number[], padId: number): readonly number[] {
  const end = ids.findLastIndex((id) => id !== padId) + 1;
  return end === 0 ? [padId] : ids.slice(0, end);
}
