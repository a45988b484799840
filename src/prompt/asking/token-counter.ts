/** @file How many tokens a prompt will be billed for: counted by OpenAI's own vocabularies where the model has one of them. */
import type { AnswerSchema, Message, ModelCard } from "../llm.js";
import { schemaText } from "./schema-text.js";

/** Counts for one model. */
export interface TokenCounter {
  /** Tokens of a text by itself. */
  count(text: string): number;
  /** Tokens of a conversation as it is billed, with the framing of its messages and the start of the reply. */
  countMessages(messages: readonly Message[], schema?: AnswerSchema): number;
  /** The most by which the bill may differ from the count, as a share, by experience with the family. */
  readonly tolerance: number;
  /** What was counted by, for people. */
  readonly basis: string;
}

/** How a family of models counts. */
interface Family {
  readonly vocabulary: "o200k_base" | "cl100k_base";
  /** Tokens of the model for one of the vocabulary. */
  readonly factor: number;
  /** Tokens that the start of the reply is billed with. */
  readonly replyTokens: number;
  readonly tolerance: number;
  readonly basis: string;
}

/**
 * Models of OpenAI, by their vocabularies (tiktoken's `model.py`). Of the recorded prompts on SMS messages, the count is that of the bill
 * in each of 5,160 rows of gpt-3.5-turbo, and in each of 15,365 rows of gpt-5, gpt-5-mini and gpt-5-nano.
 */
const cl100k: Family = {
  vocabulary: "cl100k_base",
  factor: 1,
  replyTokens: 3,
  tolerance: 0.02,
  basis: "counted with the model's own vocabulary (cl100k_base)",
};
const o200k: Family = { ...cl100k, vocabulary: "o200k_base", basis: "counted with the model's own vocabulary (o200k_base)" };
const gpt5: Family = { ...o200k, replyTokens: 2 };

/** Other vocabularies are not published, or would be megabytes more: the nearest one, times what their makers' rules of thumb differ by. */
function nearest(factor: number, tolerance: number, whose: string): Family {
  const times = factor === 1 ? "" : ` times ${factor}`;
  return { ...o200k, factor, tolerance, basis: `counted with OpenAI's o200k_base${times}, which stands in for ${whose}` };
}

/** Anthropic speaks of 3.5 English characters a token, OpenAI and Google of 4. */
const anthropic = nearest(1.15, 0.25, "Claude's");
const google = nearest(1, 0.2, "Gemini's");
const other = nearest(1, 0.3, "that of this model");

/** Families by what a model's name begins with, the longest first that fits. */
const families: readonly (readonly [prefix: string, family: Family])[] = [
  ["gpt-3.5", cl100k],
  ["gpt-35", cl100k],
  ["gpt-4", cl100k],
  ["gpt-4o", o200k],
  ["gpt-4.", o200k],
  ["gpt-oss", gpt5],
  ["gpt-5", gpt5],
  ["gpt-6", gpt5],
  ["gpt-", o200k],
  ["chatgpt-", o200k],
  ["o1", o200k],
  ["o3", o200k],
  ["o4", o200k],
  ["claude", anthropic],
  ["gemini", google],
];

/** Prefixes of whose model it is, or of what it was made: `openai/` of routers, `ft:` of fine-tuned ones. */
const owners = ["ft:", "openai/", "anthropic/", "google/"];

/** Families of providers that have one alone. */
const ofProviders: Readonly<Record<string, Family>> = { anthropic, google };

function familyOf({ provider, model }: Pick<ModelCard, "provider" | "model">): Family {
  const owner = owners.find((prefix) => model.startsWith(prefix)) ?? "";
  const name = model.slice(owner.length);
  const fitting = families.filter(([prefix]) => name.startsWith(prefix));
  const longest = fitting.sort(([a], [b]) => b.length - a.length)[0];
  return longest?.[1] ?? ofProviders[provider] ?? other;
}

/** Around each message, and for its role, in the cookbook's "How to count tokens with tiktoken". */
const tokensPerMessage = 3;
const roleTokens = 1;

/** A counter for a model. The vocabulary (megabytes) is loaded with the first one that needs it. */
export async function tokenCounter(card: Pick<ModelCard, "provider" | "model">): Promise<TokenCounter> {
  const { vocabulary, factor, replyTokens, tolerance, basis } = familyOf(card);
  const countPiece = await loadVocabulary(vocabulary);
  const count = (text: string): number => Math.round(factor * countText(text, countPiece));
  // What all prompts of a task begin with is counted once.
  const known = new Map<string, number>();
  const countKnown = (text: string): number => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const tokens = count(text);
    if (known.size < mostKnown) known.set(text, tokens);
    return tokens;
  };
  return {
    count,
    countMessages(messages, schema) {
      const last = messages.length - 1;
      const contents = messages.reduce((sum, { content }, i) => sum + (i === last ? count(content) : countKnown(content)), 0);
      const framing = messages.length * (tokensPerMessage + roleTokens) + replyTokens;
      return contents + framing + (schema === undefined ? 0 : countKnown(schemaText(schema)));
    },
    tolerance,
    basis,
  };
}

const mostKnown = 2000;

type CountPiece = (text: string) => number;

async function loadVocabulary(name: Family["vocabulary"]): Promise<CountPiece> {
  const { countTokens } =
    name === "o200k_base"
      ? await import("gpt-tokenizer/encoding/o200k_base")
      : await import("gpt-tokenizer/encoding/cl100k_base");
  // Services take "<|endoftext|>" in a message for the letters that it is made of.
  return (text) => countTokens(text, { disallowedSpecial: new Set() });
}

/** Merging takes time that grows with the square of an unbroken run: 100,000 times one letter would take half a minute. */
const mostPieceCharacters = 1000;

/** The tokens of a text, piece by piece. Where it can be, a piece ends before a space, which begins a token: that changes no count. */
function countText(text: string, countPiece: CountPiece): number {
  if (text.length <= mostPieceCharacters) return countPiece(text);
  let tokens = 0;
  for (let start = 0; start < text.length; ) {
    let end = start + mostPieceCharacters;
    if (end < text.length) {
      const space = text.lastIndexOf(" ", end);
      // No half of a surrogate pair is left alone.
      if (space > start) end = space;
      else if (/[\uD800-\uDBFF]/.test(text[end - 1]!)) end--;
    }
    tokens += countPiece(text.slice(start, end));
    start = end;
  }
  return tokens;
}
