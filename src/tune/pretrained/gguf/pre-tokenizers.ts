/**
 * @file How byte-level vocabularies cut a text before they merge: what `tokenizer.ggml.pre` names, as the parts of a `tokenizer.json` that the families
 * publish. Patterns match from left to right; they are Oniguruma's, which `@huggingface/tokenizers` rewrites.
 */

/** A kind of cutting, and what goes with it in the families that have it. */
export interface PreTokenizer {
  /** Patterns whose matches are pieces of their own, one after another. */
  readonly splits: readonly string[];
  /** A piece that is a token is one, whatever the merges say. */
  readonly ignoresMerges: boolean;
  /** Whether a text begins with the first token where the file does not say so. */
  readonly addsBos: boolean;
  readonly normalizer: "NFC" | null;
}

/** GPT-2's: contractions, words, numbers and signs, each with the space before it. */
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const digit = "\\p{N}";

/** Llama 3's and Qwen2's, which differ in how many digits are a piece. */
const words = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/** Mistral's since Nemo: words also end where lower case turns to upper. */
const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const tekken =
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*|\\p{N}` +
  "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const plain = { ignoresMerges: false, addsBos: false, normalizer: null } as const;
const ofGpt2: PreTokenizer = { splits: [gpt2], ...plain };
const ofDigits: PreTokenizer = { splits: [digit, gpt2], ...plain };
const ofLlama3: PreTokenizer = { splits: [words("\\p{N}{1,3}")], ignoresMerges: true, addsBos: true, normalizer: null };
const ofQwen2: PreTokenizer = { splits: [words("\\p{N}")], ...plain };

/**
 * By the file's names. llama.cpp cuts in the same way, with two exceptions. `default`, or no name, stands in old files for whatever was not known yet; there
 * llama.cpp guesses, and transformers and this table take GPT-2's. And Qwen2 composes characters (NFC) before, which its files do not say.
 */
export const preTokenizers: ReadonlyMap<string, PreTokenizer> = new Map([
  ["default", ofGpt2],
  ["gpt-2", ofGpt2],
  ["smollm", ofDigits],
  ["starcoder", ofDigits],
  ["refact", ofDigits],
  ["command-r", ofDigits],
  ["codeshell", ofDigits],
  ["minerva-7b", ofDigits],
  ["llama-bpe", ofLlama3],
  ["llama3", ofLlama3],
  ["llama-v3", ofLlama3],
  ["falcon3", ofLlama3],
  ["pixtral", ofLlama3],
  ["midm-2.0", ofLlama3],
  ["smaug-bpe", { ...ofLlama3, ...plain }],
  ["dbrx", { ...ofLlama3, ...plain }],
  ["qwen2", { ...ofQwen2, normalizer: "NFC" }],
  ["deepseek-r1-qwen", ofQwen2],
  ["megrez", ofQwen2],
  ["tekken", { splits: [tekken], ignoresMerges: true, addsBos: true, normalizer: null }],
]);
