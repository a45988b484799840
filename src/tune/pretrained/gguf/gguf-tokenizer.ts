/**
 * @file The tokenizer of a GGUF file as the `tokenizer.json` that its family publishes. Files have a vocabulary (`tokenizer.ggml.*`) and a name for the rest:
 * `gpt2` is byte-level BPE with merges, `llama` is SentencePiece's BPE with scores. Tokens are those of the models that the files are made from
 * (`golden/make_gguf.py`). Texts between control tokens each begin with a space in SentencePiece vocabularies, as llama.cpp has it.
 */
import { UserError } from "../../../lib/errors.js";
import { nearestNames } from "../../../lib/text/nearest-name.js";
import type { TokenizerFiles } from "../tokenizer.js";
import { metadataField, neededField, type WithMetadata } from "./metadata-fields.js";
import { type PreTokenizer, preTokenizers } from "./pre-tokenizers.js";
import { mergesByScore } from "./sentencepiece-merges.js";

/** A file's tokenizer. */
export interface GgufTokenizer {
  /** What `createTokenizer` and `@huggingface/tokenizers` take. */
  readonly files: TokenizerFiles;
  /** The number of tokens. The model may have numbers of more. */
  readonly size: number;
  /** How the model was taught to read conversations, in Jinja; `null` for a model that continues texts. */
  readonly chatTemplate: string | null;
  /** Words that are commands to the model, such as `<|im_end|>`, and must not be so in a text. */
  readonly specialTokens: readonly string[];
  readonly bosId: number | null;
  readonly eosId: number | null;
  /** Whether a text begins with `bosId`, and ends with `eosId`, where it is no conversation by the template. */
  readonly addsBos: boolean;
  readonly addsEos: boolean;
  /** Tokens after which an answer is over: the file's ends of text, of a turn and of a message, and control tokens of such a name. */
  readonly endIds: readonly number[];
}

/** Kinds of tokens, by the format's numbers. */
const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4 } as const;

/** Control tokens that end a text or a turn in one of the families, whatever else a file says. */
const endNames: ReadonlySet<string> = new Set([
  "</s>",
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|end_of_text|>",
  "<|endoftext|>",
  "<|end|>",
]);

/** A token is a word, or a run of spaces. */
const longestToken = 2000;

interface Vocabulary {
  readonly tokens: readonly string[];
  kindOf(id: number): number;
  readonly special: readonly { readonly id: number; readonly isControl: boolean }[];
  /** The token that a key names; `null` where it names none. */
  named(key: string, otherwise?: number): number | null;
}

/** Reads the tokenizer. `UserError` where the file has none, one of another kind, or one that is damaged. */
export function readGgufTokenizer(file: WithMetadata): GgufTokenizer {
  const { path } = file;
  const model = metadataField(file, "tokenizer.ggml.model", "text");
  if (model === undefined)
    throw new UserError(
      `${path} has no tokenizer: it lacks the metadata "tokenizer.ggml.model". Convert the model again with its tokenizer.`,
    );
  if (model !== "gpt2" && model !== "llama")
    throw new UserError(
      `${path} has a tokenizer of the kind ${JSON.stringify(model.slice(0, 40))}, which is not read. Kinds: gpt2 (byte-level BPE), llama (SentencePiece BPE). ` +
        "Use another model.",
    );
  const vocabulary = readVocabulary(file, model);
  const pre = model === "gpt2" ? preTokenizerOf(file) : undefined;
  const bosId = vocabulary.named("bos_token_id", model === "llama" ? 1 : undefined);
  const eosId = vocabulary.named("eos_token_id", model === "llama" ? 2 : undefined);
  const addsBos = metadataField(file, "tokenizer.ggml.add_bos_token", "flag") ?? pre?.addsBos ?? true;
  const addsEos = metadataField(file, "tokenizer.ggml.add_eos_token", "flag") ?? false;
  const { tokens } = vocabulary;
  const textOf = (id: number | null): string | null => (id === null ? null : tokens[id]!);
  const around = (isAdded: boolean, id: number | null, what: string): number[] => {
    if (!isAdded) return [];
    if (id !== null) return [id];
    throw new UserError(
      `${path}: its tokenizer adds a token at the ${what} of a text, and "tokenizer.ggml" names none. Convert the model again.`,
    );
  };
  const chatTemplate = metadataField(file, "tokenizer.chat_template", "text") ?? null;
  return {
    size: tokens.length,
    chatTemplate,
    specialTokens: vocabulary.special.map(({ id }) => tokens[id]!),
    bosId,
    eosId,
    addsBos,
    addsEos,
    endIds: endIdsOf(vocabulary, eosId),
    files: {
      tokenizer: {
        version: "1.0",
        added_tokens: vocabulary.special.map(({ id, isControl }) => addedToken(id, tokens[id]!, isControl)),
        ...(pre === undefined ? sentencePieceParts(file, vocabulary) : byteLevelParts(file, vocabulary, pre)),
        post_processor: templateOf(tokens, around(addsBos, bosId, "beginning"), around(addsEos, eosId, "end")),
      },
      config: {
        bos_token: textOf(bosId),
        eos_token: textOf(eosId),
        pad_token: textOf(vocabulary.named("padding_token_id") ?? eosId ?? 0),
        add_bos_token: addsBos,
        add_eos_token: addsEos,
        clean_up_tokenization_spaces: false,
        ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
      },
    },
  };
}

function readVocabulary(file: WithMetadata, model: "gpt2" | "llama"): Vocabulary {
  const { path } = file;
  const tokens = neededField(file, "tokenizer.ggml.tokens", "texts");
  if (tokens.length === 0)
    throw new UserError(`${path} has no tokens ("tokenizer.ggml.tokens" is empty). Convert the model again with its tokenizer.`);
  const long = tokens.findIndex((token) => token.length > longestToken);
  if (long >= 0)
    throw new UserError(
      `${path}: token ${long} has ${tokens[long]!.length} characters; expected at most ${longestToken}. Is the file damaged? Download it again.`,
    );
  const kindsOfTokens = metadataField(file, "tokenizer.ggml.token_type", "numbers");
  if (kindsOfTokens !== undefined) checkLength(path, "token_type", kindsOfTokens.length, tokens.length);
  const kindOf = (id: number): number => (kindsOfTokens === undefined ? tokenKinds.normal : Number(kindsOfTokens[id]));
  const named: Vocabulary["named"] = (name, otherwise) => {
    const key = `tokenizer.ggml.${name}`;
    const id = metadataField(file, key, "number") ?? otherwise ?? null;
    if (id === null || (Number.isInteger(id) && id >= 0 && id < tokens.length)) return id;
    throw new UserError(
      `${path}: "${key}" is ${id}; expected one of its ${tokens.length} tokens, 0 to ${tokens.length - 1}. Convert the model again.`,
    );
  };
  // Older files do not say of which kind their tokens are. Which ones they name is then all that is known.
  const keys = ["bos_token_id", "eos_token_id", "eot_token_id", "eom_token_id", "unknown_token_id", "padding_token_id"];
  const defaults: Readonly<Record<string, number>> =
    model === "llama" ? { bos_token_id: 1, eos_token_id: 2, unknown_token_id: 0 } : {};
  const isNamed = new Set(kindsOfTokens === undefined ? keys.map((key) => named(key, defaults[key])) : []);
  const special = tokens.flatMap((text, id) => {
    const isControl = [tokenKinds.control, tokenKinds.unknown].some((kind) => kind === kindOf(id)) || isNamed.has(id);
    return text !== "" && (isControl || kindOf(id) === tokenKinds.userDefined) ? [{ id, isControl }] : [];
  });
  return { tokens, kindOf, special, named };
}

function checkLength(path: string, key: string, found: number, expected: number): void {
  if (found !== expected)
    throw new UserError(
      `${path}: "tokenizer.ggml.${key}" has ${found} entries for ${expected} tokens. Is the file damaged? Download it again.`,
    );
}

function preTokenizerOf(file: WithMetadata): PreTokenizer {
  const name = metadataField(file, "tokenizer.ggml.pre", "text") ?? "default";
  const found = preTokenizers.get(name);
  if (found !== undefined) return found;
  throw new UserError(
    `${file.path}: its tokenizer cuts texts as ${JSON.stringify(name.slice(0, 40))} ("tokenizer.ggml.pre"), which is not known here. Known: ` +
      `${nearestNames(name.slice(0, 40), [...preTokenizers.keys()]).join(", ")}. Use another model.`,
  );
}

function endIdsOf({ tokens, special, named }: Vocabulary, eosId: number | null): number[] {
  const byName = special.filter(({ id, isControl }) => isControl && endNames.has(tokens[id]!)).map(({ id }) => id);
  const ids = [eosId, named("eot_token_id"), named("eom_token_id"), ...byName];
  return [...new Set(ids.filter((id) => id !== null))];
}

const addedToken = (id: number, content: string, isControl: boolean): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: isControl,
});

/** The tokens' ids. A token that is there twice has the last one, as in Python. `fromEntries` takes also "__proto__" for a name. */
const idsByToken = (tokens: readonly string[]): object => Object.fromEntries(tokens.map((token, id) => [token, id]));

function byteLevelParts(file: WithMetadata, { tokens }: Vocabulary, pre: PreTokenizer): object {
  const lines = neededField(file, "tokenizer.ggml.merges", "texts");
  const known = new Set(tokens);
  const merges = lines.map((line, i): [string, string] => {
    const space = line.indexOf(" ", 1);
    const [left, right] = [line.slice(0, space), line.slice(space + 1)];
    // What merges make and the vocabulary has not would vanish from texts.
    if (space < 0 || !known.has(left + right))
      throw new UserError(
        `${file.path}: merge ${i + 1} of its tokenizer is ${JSON.stringify(line.slice(0, 80))}; expected two parts of a token with a space between. Download the file again.`,
      );
    return [left, right];
  });
  return {
    normalizer: pre.normalizer === null ? null : { type: pre.normalizer },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...pre.splits.map((Regex) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false })),
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoresMerges,
      vocab: idsByToken(tokens),
      merges,
    },
  };
}

function sentencePieceParts(file: WithMetadata, { tokens, kindOf, named }: Vocabulary): object {
  const scores = neededField(file, "tokenizer.ggml.scores", "numbers");
  checkLength(file.path, "scores", scores.length, tokens.length);
  const mergeable = tokens.flatMap((text, id) =>
    kindOf(id) === tokenKinds.normal ? [{ text, id, score: Number(scores[id]) }] : [],
  );
  const hasPrefix = metadataField(file, "tokenizer.ggml.add_space_prefix", "flag") ?? true;
  const unknown = named("unknown_token_id", 0);
  const space = { type: "Replace", pattern: { String: " " }, content: "▁" };
  return {
    normalizer: { type: "Sequence", normalizers: hasPrefix ? [{ type: "Prepend", prepend: "▁" }, space] : [space] },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(hasPrefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: unknown === null ? null : tokens[unknown],
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: idsByToken(tokens),
      merges: mergesByScore(file.path, mergeable),
    },
  };
}

function templateOf(tokens: readonly string[], before: readonly number[], after: readonly number[]): object | null {
  const added = [...before, ...after];
  if (added.length === 0) return null;
  const special = (id: number): object => ({ SpecialToken: { id: tokens[id]!, type_id: 0 } });
  const sequence = (id: string): object => ({ Sequence: { id, type_id: 0 } });
  const single = (id: string): object[] => [...before.map(special), sequence(id), ...after.map(special)];
  return {
    type: "TemplateProcessing",
    single: single("A"),
    pair: [...single("A"), ...single("B")],
    special_tokens: Object.fromEntries(added.map((id) => [tokens[id]!, { id: tokens[id]!, ids: [id], tokens: [tokens[id]!] }])),
  };
}
