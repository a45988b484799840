/**
 * @file A small language model whose understanding is real: a sentence encoder reads what the prompt says of each label, what its examples
 * show, and the text. So a prompt scores better for the reasons that make prompts better: descriptions that fit the texts, an instruction
 * that says what speaks for a label, examples near the text. A label's score for a text is the sum of
 *
 * - description: the cosine of the text with the mean of what the label is called and how it is described, in several wordings;
 * - examples: 0.03 · log(e² + Σ exp(10 · cosine)) over the label's examples: near ones count, and a label without any is not ruled out;
 * - instruction: 0.05 · √(words that text and what the instruction says of the label have in common), times `instructionWeight`.
 *
 * Probabilities are the softmax of scores / 0.05. Asked to reason, it looks at more wordings: every part of a description by itself too, and
 * where it answers by chance, a random half of them, which voting averages out. It is no better than that, and knows nothing of the world.
 */

import { sha256 } from "../../../src/lib/hash.js";
import { type Random, random } from "../../../src/lib/random.js";
import type { Message } from "../../../src/prompt/llm.js";
import type { Encoder } from "../../../src/types/encoder.js";
import { labelTokens } from "./label-tokens.js";
import type { AnswerSettings, SimulatedAnswer, SimulatedModel } from "./model.js";
import { asksForInstruction, proposedInstruction } from "./proposal.js";
import { clausesOf, type ReadLabel, wordsOfName } from "./read-labels.js";
import { type ReadPrompt, readPrompt } from "./read-prompt.js";
import { type Said, schemaAnswer } from "./schema-answer.js";
import { tellingWords } from "./words.js";

export interface EncoderModelOptions {
  /** The caller's; it is not disposed of here. */
  readonly encoder: Encoder;
  /** How much the instruction counts. 0: not at all, to the row; 1 unless given. */
  readonly instructionWeight?: number;
  /** Of what is left to chance; 0 unless given. */
  readonly seed?: number;
}

type Vector = ArrayLike<number>;

const sharpness = 20;
const demoWeight = 0.3;
const demoSharpness = 10;
/** The cosine at which an unseen example of every label is thought to lie. */
const unseenCosine = 0.2;
const wordWeight = 0.05;

/** A model that reads prompts by an encoder. Vectors of what was read before, by any model on that encoder, are kept. */
export function encoderModel({ encoder, instructionWeight = 1, seed = 0 }: EncoderModelOptions): SimulatedModel {
  const embed = keptVectors(encoder);
  const counted = new Map<string, number>();

  const directions = new Map<string, Vector>();
  const directionOf = async (texts: readonly string[]): Promise<Vector> => {
    const key = texts.join("\n");
    const known = directions.get(key) ?? meanDirection(await embed(texts));
    directions.set(key, known);
    return known;
  };

  const scoresOf = async (prompt: ReadPrompt, wordings: (label: ReadLabel) => readonly string[]): Promise<number[]> => {
    const [text] = await embed([prompt.text]);
    const demoVectors = await embed(prompt.demos.map((demo) => demo.text));
    const words = tellingWords(prompt.text);
    const clauses =
      instructionWeight === 0
        ? new Map<string, string>()
        : clausesOf(
            prompt.instruction,
            prompt.labels.map(({ name }) => name),
          );
    const scores: number[] = [];
    for (const label of prompt.labels) {
      const description = cosine(text!, await directionOf(wordings(label)));
      const similar = prompt.demos.flatMap(({ labels }, i) =>
        labels.includes(label.name) ? [cosine(text!, demoVectors[i]!)] : [],
      );
      const seen = [unseenCosine, ...similar].reduce((sum, value) => sum + Math.exp(demoSharpness * value), 0);
      const shared = [...tellingWords(clauses.get(label.name) ?? "")].filter((word) => words.has(word)).length;
      scores.push(
        description + (demoWeight / demoSharpness) * Math.log(seen) + instructionWeight * wordWeight * Math.sqrt(shared),
      );
    }
    return scores;
  };

  const classify = async (prompt: ReadPrompt, settings: AnswerSettings, stream: Random): Promise<SimulatedAnswer> => {
    const isReasoned = prompt.wantsReasoning || wantsThoughts(settings.schema);
    const wordings = (label: ReadLabel): readonly string[] => {
      const all = isReasoned ? everyWording(label) : plainWordings(label);
      return isReasoned && settings.temperature > 0 ? stream.shuffle(all).slice(0, Math.ceil(all.length / 2)) : all;
    };
    const logits = (await scoresOf(prompt, wordings)).map((score) => score * sharpness);
    const probabilities = softmax(logits);
    const drawn = settings.temperature === 0 ? logits : logits.map((logit) => logit / settings.temperature + gumbel(stream));
    const best = drawn.indexOf(Math.max(...drawn));
    const names = prompt.labels.map(({ name }) => name);
    const chosen = prompt.isMultiLabel
      ? names.filter((_, i) => i === best || probabilities[i]! >= 0.5 * probabilities[best]!)
      : [names[best]!];
    const thoughts = isReasoned ? thoughtsOn(prompt) : "";
    const content = contentOf(prompt, settings.schema, { labels: chosen, confidence: probabilities[best]!, text: thoughts });
    const isGiven = settings.topLogprobs !== null && !prompt.isMultiLabel;
    return {
      content,
      finish: "stop",
      ...(isGiven ? { logprobs: labelTokens(content, chosen[0]!, names, probabilities, settings.topLogprobs!) } : {}),
    };
  };

  return {
    async answer(messages, settings) {
      const conversation = messages.flatMap(({ role, content }) => [role, content]);
      const chance = settings.seed ?? `unseeded ${settings.repeat}`;
      const stream = random(seed, sha256(String(chance), ...conversation));
      const isProposal = asksForInstruction(messages) && !JSON.stringify(settings.schema ?? null).includes('"enum"');
      const prompt = isProposal ? null : readPrompt(messages);
      // A schema says it plainly; words may mislead.
      const isMultiLabel = severalIn(settings.schema) ?? prompt?.isMultiLabel ?? false;
      if (prompt !== null) return classify({ ...prompt, isMultiLabel }, settings, stream);
      return { content: propose(messages, settings, stream), finish: "stop" };
    },
    countTokens(text) {
      const known = counted.get(text);
      if (known !== undefined) return known;
      const [tokens] = encoder.countTokens([text]);
      // Without the two special tokens of the encoder.
      counted.set(text, Math.max(0, tokens! - 2));
      return tokens! - 2;
    },
  };
}

/** The wordings of a label that are read at a glance. A name such as "3" or "B" says nothing. */
function plainWordings({ name, description }: ReadLabel): readonly string[] {
  const words = wordsOfName(name);
  const said = [...(/\p{L}{2}/u.test(words) ? [words] : []), ...(description === "" ? [] : [description.replaceAll("_", " ")])];
  return said.length === 0 ? [words] : said;
}

/** These, and each part of the description by itself. */
function everyWording(label: ReadLabel): readonly string[] {
  const words = wordsOfName(label.name);
  const parts = label.description.split(/[,;:]\s|\bor\b/).map((part) => part.trim());
  const plain = plainWordings(label);
  return [
    ...plain,
    ...parts.filter((part) => part.length > 3).map((part) => (/\p{L}{2}/u.test(words) ? `${words}: ${part}` : part)),
  ];
}

/** The answer in the form asked for: by a schema, as JSON, or as text. */
function contentOf({ instruction, isMultiLabel }: ReadPrompt, schema: unknown, said: Said): string {
  if (schema !== null && schema !== undefined) return schemaAnswer(schema, said);
  if (/\bJSON\b/.test(instruction)) {
    const reasoning = said.text === "" ? {} : { reasoning: said.text };
    return JSON.stringify({ ...reasoning, ...(isMultiLabel ? { labels: said.labels } : { label: said.labels[0] }) });
  }
  const labels = said.labels.join("\n");
  if (said.text === "") return labels;
  return `${said.text}\n${isMultiLabel ? "Labels:\n" : "Label: "}${labels}`;
}

/** A sentence of thoughts. It names no label, so that an answer has one alone. */
function thoughtsOn({ text, labels }: ReadPrompt): string {
  const names = new Set(labels.flatMap(({ name }) => wordsOfName(name).split(" ")));
  const words = [...tellingWords(text)].filter((word) => !names.has(word)).slice(0, 4);
  return words.length === 0 ? "Nothing in the text stands out." : `What stands out in the text: ${words.join(", ")}.`;
}

/** Whether a schema wants several labels; `undefined` where it says nothing of labels. */
function severalIn(schema: unknown): boolean | undefined {
  const properties = (schema as { properties?: Record<string, { enum?: unknown; items?: unknown }> } | null)?.properties ?? {};
  const label = Object.values(properties).find((property) => property.enum !== undefined || property.items !== undefined);
  return label === undefined ? undefined : label.items !== undefined;
}

/** Whether a schema has room for thoughts before the label. */
function wantsThoughts(schema: unknown): boolean {
  const properties = (schema as { properties?: object } | null | undefined)?.properties ?? {};
  return Object.keys(properties).some((name) => /reason|thought|rationale|explanation/i.test(name));
}

/** An instruction, in whatever form it was asked for. */
function propose(messages: readonly Message[], { schema, temperature }: AnswerSettings, stream: Random): string {
  const instruction = proposedInstruction(messages, temperature, stream);
  if (schema !== null && schema !== undefined) return schemaAnswer(schema, { labels: [], confidence: 1, text: instruction });
  const asked = messages.map(({ content }) => content).join("\n");
  const tag = ["instruction", "instructions"].find((name) => asked.includes(`<${name}>`));
  if (tag !== undefined) return `<${tag}>\n${instruction}\n</${tag}>`;
  return /```/.test(asked) ? `\`\`\`\n${instruction}\n\`\`\`` : instruction;
}

const kept = new WeakMap<Encoder, Map<string, Promise<Vector>>>();
const context = { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} };

function vectorsKeptOf(encoder: Encoder): Map<string, Promise<Vector>> {
  const known = kept.get(encoder) ?? new Map<string, Promise<Vector>>();
  kept.set(encoder, known);
  return known;
}

/** Vectors of texts, each computed once for all models on the encoder. */
export function keptVectors(encoder: Encoder): (texts: readonly string[]) => Promise<readonly Vector[]> {
  const known = vectorsKeptOf(encoder);
  const vectorOf = (text: string): Promise<Vector> => {
    // One at a time: the last bits of a vector depend on what else is in its batch, and answers are not to depend on who asks beside.
    const vector = known.get(text) ?? encoder.embed([text], context).then(([only]) => only!);
    known.set(text, vector);
    return vector;
  };
  return (texts) => Promise.all(texts.map(vectorOf));
}

/** Computes what will be asked about together, before anything is asked: that takes half the time. */
export async function readAhead(encoder: Encoder, texts: readonly string[]): Promise<void> {
  const known = vectorsKeptOf(encoder);
  const vectors = await encoder.embed(texts, context);
  for (const [i, text] of texts.entries()) known.set(text, Promise.resolve(vectors[i]!));
}

function cosine(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The mean of unit vectors, scaled to length 1. */
function meanDirection(vectors: readonly Vector[]): Vector {
  const mean = Float64Array.from(vectors[0]!, (_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0));
  const length = Math.sqrt(cosine(mean, mean));
  return length === 0 ? mean : mean.map((value) => value / length);
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Added to log-probabilities, the largest sum is a draw from their distribution (Gumbel-max). */
function gumbel(stream: Random): number {
  return -Math.log(-Math.log(stream.uniform() || Number.MIN_VALUE));
}
