/** @file The tokenizer of a Hugging Face folder, and how long a text it takes. */
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { type ModelFolder, readObject, readText } from "./model-folder.js";
import { createTokenizer, type Tokenizer, type TokenizerFiles, wordPieceFiles } from "./tokenizer.js";

/** The folder's `tokenizer.json`, or one made of its `vocab.txt`, with `tokenizer_config.json`. */
export async function readTokenizerFiles(folder: ModelFolder): Promise<TokenizerFiles> {
  const config = (await readObject(folder, "tokenizer_config.json")) ?? {};
  const tokenizer = await readObject(folder, "tokenizer.json");
  if (tokenizer !== undefined) return { tokenizer, config };
  const vocabulary = await readText(folder, "vocab.txt");
  if (vocabulary === undefined)
    throw new UserError(
      `${folder.path} has no tokenizer: neither tokenizer.json nor vocab.txt. Save it beside the model in Python: ` +
        `AutoTokenizer.from_pretrained(NAME).save_pretrained(DIR).`,
    );
  const { do_lower_case: isLowercase } = z.object({ do_lower_case: z.boolean().default(true) }).parse(config);
  const built = wordPieceFiles(vocabulary, isLowercase);
  return { tokenizer: built.tokenizer, config: { ...built.config, ...config } };
}

/** The folder's tokenizer, if its ids are rows of the model's table. */
export function createFolderTokenizer({ path }: ModelFolder, files: TokenizerFiles, vocabularySize: number): Tokenizer {
  const tokenizer = createTokenizer(files, path);
  if (tokenizer.maxId >= vocabularySize)
    throw new UserError(
      `The tokenizer of ${path} has ids up to ${tokenizer.maxId}; by config.json the model has ${vocabularySize} tokens. ` +
        "Do the two files belong together?",
    );
  return tokenizer;
}

const limit = z.number().int().positive().nullish().catch(undefined);

/** The longest text in tokens by a `tokenizer_config.json`, which is where transformers cuts; infinite where it has no limit, for which Python writes 1e30. */
export function modelMaxLength(tokenizerConfig: object): number {
  return z.object({ model_max_length: limit }).parse(tokenizerConfig).model_max_length ?? Number.POSITIVE_INFINITY;
}

/** The longest text in tokens, by sentence-transformers' setting, else by the tokenizer's. */
export async function readMaxTokens(folder: ModelFolder, tokenizerConfig: object): Promise<number> {
  const sentence = z.object({ max_seq_length: limit }).parse((await readObject(folder, "sentence_bert_config.json")) ?? {});
  return sentence.max_seq_length ?? modelMaxLength(tokenizerConfig);
}
