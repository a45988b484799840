/**
 * @file Text to token ids, by a Hugging Face folder's `tokenizer.json`, or by a WordPiece tokenizer around its `vocab.txt`.
 * The work is `@huggingface/tokenizers`'; here are cutting, padding and long texts. For SentencePiece's own table of characters
 * (`Precompiled`, in XLM-RoBERTa and DeBERTa v3) that library takes NFKC, so rare characters may become other tokens than in Python.
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { messageOf, UserError } from "../../lib/errors.js";
import { checkTokenizerBounds } from "./tokenizer-bounds.js";

/** Token ids of a text, with the special tokens. */
export type TokenIds = readonly number[];

export interface Tokenizer {
  /** At most `maxTokens` ids; what goes is the end of the text, never the special token after it. */
  encode(text: string, maxTokens?: number): TokenIds;
  /** Stands where a batch has nothing. */
  readonly padId: number;
  /** The largest id it gives. */
  readonly maxId: number;
  /** The special tokens that it adds after each text. */
  readonly after: TokenIds;
  /** The id of a token, and the token of an id; `undefined` where there is none. */
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

/**
 * Longer texts are taken in pieces of about this many characters, cut at white space: what is behind the last token that is
 * wanted is never looked at, and a cell of a hundred megabytes takes no more memory than a page.
 */
const pieceLength = 20_000;
/** A "word" that goes on for so long is cut anyway. WordPiece has one token for any word beyond a hundred characters. */
const longestPiece = 10 * pieceLength;

/** The text in pieces, in order. Each but the first begins with white space, unless one piece were longer than `longestPiece`. */
function* pieces(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > pieceLength) {
    const space = text.slice(start + pieceLength, start + longestPiece).search(/\s/);
    const end = space < 0 ? start + longestPiece : start + pieceLength + space;
    yield text.slice(start, end);
    start = end;
  }
  if (start === 0 || start < text.length) yield text.slice(start);
}

/** What a tokenizer needs to be made. */
export interface TokenizerFiles {
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: object;
  /** `tokenizer_config.json`, parsed, or `{}`. */
  readonly config: object;
}

/** The token of padding in `tokenizer_config.json`: its text, or an object around it, as transformers wrote it before version 5. */
const paddingConfig = z.object({
  pad_token: z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]).catch("[PAD]"),
});

/** The tokenizer of the library, and its ids of a probe without special tokens and with them. */
function probed(
  { tokenizer: json, config }: TokenizerFiles,
  folder: string,
): {
  readonly tokenizer: HuggingFaceTokenizer;
  readonly plain: TokenIds;
  readonly whole: TokenIds;
} {
  try {
    checkTokenizerBounds(json, folder);
    const tokenizer = new HuggingFaceTokenizer(json, config);
    const plain = tokenizer.encode("a", { add_special_tokens: false }).ids;
    return { tokenizer, plain, whole: tokenizer.encode("a").ids };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The tokenizer of ${folder} can't be used: ${messageOf(error)}. Supply the tokenizer.json of the model.`);
  }
}

/**
 * Makes a tokenizer; `folder` is for messages. Padding and truncation that `tokenizer.json` asks for do not apply: batches have
 * their own.
 */
export function createTokenizer(files: TokenizerFiles, folder: string): Tokenizer {
  const { config } = files;
  // Which special tokens go around a text is what a probe has that its plain tokens have not.
  const { tokenizer, plain, whole } = probed(files, folder);
  const begin = whole.indexOf(plain[0] ?? -1);
  if (begin < 0)
    throw new UserError(`The tokenizer of ${folder} turns "a" into nothing. Supply the tokenizer.json of the model.`);
  const idsOf = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const before = whole.slice(0, begin);
  const after = whole.slice(begin + plain.length);

  const { pad_token: padToken } = paddingConfig.parse(config);
  return {
    maxId: [...tokenizer.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0),
    padId: tokenizer.token_to_id(padToken) ?? 0,
    after,
    idOf: (token) => tokenizer.token_to_id(token),
    tokenOf: (id) => tokenizer.id_to_token(id),
    encode: (text, maxTokens = Number.POSITIVE_INFINITY) => {
      const room = maxTokens - before.length - after.length;
      const ids: number[] = [];
      for (const piece of pieces(text)) {
        for (const id of idsOf(piece)) ids.push(id);
        if (ids.length >= room) break;
      }
      return [...before, ...ids.slice(0, Math.max(0, room)), ...after];
    },
  };
}

/** The `tokenizer.json` of a WordPiece model, from the lines of its `vocab.txt`, as BERT's own tokenizer works. */
export function wordPieceFiles(vocabulary: string, isLowercase: boolean): TokenizerFiles {
  const words = vocabulary.split(/\r?\n/);
  if (words.at(-1) === "") words.pop();
  const idByToken = new Map(words.map((word, id) => [word, id]));
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  const missing = special.filter((token) => !idByToken.has(token) && token !== "[MASK]");
  if (missing.length > 0)
    throw new UserError(
      `vocab.txt lacks ${missing.join(", ")}: it is not the vocabulary of a BERT model. Supply tokenizer.json.`,
    );
  const known = special.filter((token) => idByToken.has(token));
  const around = (token: string): object => ({ SpecialToken: { id: token, type_id: 0 } });
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: known.map((content) => ({
        id: idByToken.get(content),
        content,
        special: true,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
      })),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: isLowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: {
        type: "TemplateProcessing",
        single: [around("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, around("[SEP]")],
        pair: [],
        special_tokens: Object.fromEntries(
          ["[CLS]", "[SEP]"].map((token) => [token, { id: token, ids: [idByToken.get(token)], tokens: [token] }]),
        ),
      },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(idByToken),
      },
    },
    config: { pad_token: "[PAD]" },
  };
}
