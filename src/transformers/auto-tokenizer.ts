/**
 * @file Tokenizers under Hugging Face's name. The columns that come out have the names that they have in Python (`input_ids`,
 * `attention_mask`), in an API that otherwise says `inputIds`: they are data, written to files and read by models, and a dataset that
 * was tokenized elsewhere has them.
 */
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { buildEncoder } from "../tune/encoders/families.js";
import { modelMaxLength, readTokenizerFiles } from "../tune/pretrained/folder-tokenizer.js";
import { findModelFolder, readObject } from "../tune/pretrained/model-folder.js";
import { createTokenizer, type TokenIds, type Tokenizer } from "../tune/pretrained/tokenizer.js";
import { type Column, type LazyColumns, lazyColumns } from "./column.js";
import { type HubOptions, modelFolder } from "./hub-folder.js";

/** How texts are padded and truncated. */
export interface TokenizeOptions {
  /** `true` or `longest` pads to the longest text of the call, `max_length` to `maxLength`. @default false */
  readonly padding?: boolean | "longest" | "max_length";
  /** Whether texts are truncated to `maxLength`. @default false */
  readonly truncation?: boolean;
  /** Length in tokens. @default the model's limit */
  readonly maxLength?: number;
}

/** One tokenized text. It has no `token_type_ids`: for a single text they are all 0, which the models here assume. */
export interface Encoding {
  readonly input_ids: number[];
  /** 1 where there is a token, 0 where there is padding. */
  readonly attention_mask: number[];
}

/** Several tokenized texts, one list each. */
export interface BatchEncoding {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
}

/** Turns a text, or a list of texts, into token ids. */
export interface PreTrainedTokenizer {
  (text: string, options?: TokenizeOptions): Encoding;
  /** Tokenizes lazily, when the result is read: if 1,000 of 50,000 texts are used, only those are tokenized. */
  (texts: readonly string[], options?: TokenizeOptions): BatchEncoding;
  /** The id of the padding token. */
  readonly padTokenId: number;
  /** The length in tokens that `truncation: true` truncates to; `Infinity` if the folder has no limit. */
  readonly modelMaxLength: number;
}

/** Makes tokenizers. */
export const AutoTokenizer = {
  /**
   * Loads the tokenizer of a model: from a folder, of the bundled `minilm-l6`, or from a repository on the Hugging Face Hub. Its ids equal
   * those of Python's (golden/transformers.json).
   */
  async fromPretrained(nameOrFolder: string, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    const folder = findModelFolder(await modelFolder(nameOrFolder, options));
    const files = await readTokenizerFiles(folder);
    const config = tokenizerConfig.parse(files.config);
    for (const side of ["padding_side", "truncation_side"] as const)
      if (config[side] !== "right")
        throw new UserError(
          `The tokenizer of ${folder.name} has ${side} "${config[side]}". Encoders are fed from the left on here: only "right" is done.`,
        );
    const model = await readObject(folder, "config.json");
    const positions = model === undefined ? Number.POSITIVE_INFINITY : buildEncoder(model, folder.path).maxPositions;
    return callable(createTokenizer(files, folder.path), Math.min(modelMaxLength(files.config), positions));
  },
};

const tokenizerConfig = z.object({
  padding_side: z.string().default("right"),
  truncation_side: z.string().default("right"),
});

function callable(tokenizer: Tokenizer, longest: number): PreTrainedTokenizer {
  const { padId } = tokenizer;
  function tokenize(text: string, options?: TokenizeOptions): Encoding;
  function tokenize(texts: readonly string[], options?: TokenizeOptions): BatchEncoding;
  function tokenize(texts: string | readonly string[], options: TokenizeOptions = {}): Encoding | BatchEncoding {
    const { most, fillTo } = lengthOptions(options, longest);
    const encode = (text: string): TokenIds => tokenizer.encode(text, most);
    if (typeof texts !== "string") return batchEncoding(checkedTexts(texts), encode, fillTo, padId);
    const ids = encode(texts);
    return filled(ids, typeof fillTo === "number" ? fillTo : ids.length, padId);
  }
  return Object.assign(tokenize, { padTokenId: padId, modelMaxLength: longest });
}

/** To how many tokens texts are cut, and filled up. */
function lengthOptions(
  { padding = false, truncation = false, maxLength }: TokenizeOptions,
  limit: number,
): { readonly most: number; readonly fillTo: number | "longest" | "own" } {
  if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength > 0))
    throw new UserError(`maxLength is ${maxLength}. Give a whole number of tokens above 0.`);
  if (maxLength !== undefined && !truncation && padding !== "max_length")
    throw new UserError('maxLength has no part without truncation: true or padding: "max_length". Add one of them.');
  const longest = maxLength ?? limit;
  if (padding === "max_length" && !Number.isFinite(longest))
    throw new UserError('padding: "max_length" needs maxLength: the tokenizer has no limit of its own.');
  return {
    most: truncation ? longest : Number.POSITIVE_INFINITY,
    fillTo: padding === "max_length" ? longest : padding === false ? "own" : "longest",
  };
}

function checkedTexts(texts: unknown): readonly string[] {
  if (!Array.isArray(texts))
    throw new UserError(`The tokenizer was given ${texts === null ? "null" : typeof texts}, expected a text or a list of texts.`);
  const wrong = texts.findIndex((text) => typeof text !== "string");
  if (wrong >= 0)
    throw new UserError(
      `The tokenizer was given a list whose item ${wrong} is ${texts[wrong] === null ? "null" : typeof texts[wrong]}, expected texts only.`,
    );
  return texts;
}

function filled(ids: TokenIds, length: number, padId: number): Encoding {
  const missing = Math.max(0, length - ids.length);
  return {
    input_ids: [...ids, ...new Array<number>(missing).fill(padId)],
    attention_mask: [...new Array<number>(ids.length).fill(1), ...new Array<number>(missing).fill(0)],
  };
}

/** Each text is tokenized once, when it is first needed: alone where its own ids are read, all for the length of the longest. */
function batchEncoding(
  texts: readonly string[],
  encode: (text: string) => TokenIds,
  fillTo: number | "longest" | "own",
  padId: number,
): BatchEncoding {
  const known = new Map<number, TokenIds>();
  const idsOf = (row: number): TokenIds => {
    const ids = known.get(row) ?? encode(texts[row]!);
    known.set(row, ids);
    return ids;
  };
  let longest: number | undefined;
  const lengthOf = (row: number): number => {
    if (fillTo === "own") return idsOf(row).length;
    if (fillTo !== "longest") return fillTo;
    longest ??= texts.reduce((most, _, other) => Math.max(most, idsOf(other).length), 0);
    return longest;
  };
  const rowOf = (row: number): Encoding => filled(idsOf(row), lengthOf(row), padId);
  const columnOf = (name: keyof Encoding): Column => ({
    length: texts.length,
    get: (row) => rowOf(row)[name],
    unpadded: (row) => filled(idsOf(row), 0, padId)[name],
  });
  const columns: LazyColumns[typeof lazyColumns] = new Map([
    ["input_ids", columnOf("input_ids")],
    ["attention_mask", columnOf("attention_mask")],
  ]);
  const encoding = {
    get input_ids() {
      return texts.map((_, row) => rowOf(row).input_ids);
    },
    get attention_mask() {
      return texts.map((_, row) => rowOf(row).attention_mask);
    },
  };
  // Not enumerable: `{ ...tokenizer(texts), more }` is then a plain object with all its columns.
  return Object.defineProperty(encoding, lazyColumns, { value: columns });
}
