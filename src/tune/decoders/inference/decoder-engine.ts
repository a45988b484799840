/**
 * @file A decoder that can be asked: what follows a text, and how likely given answers are. What several texts share at their beginning is computed
 * once, and texts that are asked about together are computed together.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { messageOf, UserError } from "../../../lib/errors.js";
import { oneAtATime } from "../../../lib/queue.js";
import { drawn } from "../../../lib/random.js";
import type { GeneratedToken, Ids, LocalEngine, Scored } from "../../../types/local-engine.js";
import { checkTokenizerBounds } from "../../pretrained/tokenizer-bounds.js";
import type { DecoderSource } from "../decoder-source.js";
import { chatRenderer } from "./chat-template.js";
import { extended, type KeyValues } from "./key-values.js";
import { computed, mostTokensAPass, prefixes } from "./prefixes.js";
import { scoredAlone, scoredBatch, type ToScore, tokensOf } from "./scored-batch.js";
import { createStepRunner, type StepOptions } from "./step-runner.js";
import { growingTree, root } from "./token-tree.js";

interface Asked {
  readonly prompt: Ids;
  readonly continuations: readonly Ids[];
  readonly signal: AbortSignal;
  resolve(scores: Scored): void;
  reject(reason: unknown): void;
}

/** What one pass scores. */
interface Batch {
  readonly past: KeyValues;
  readonly rows: readonly (ToScore & Pick<Asked, "resolve"> & { /** Until now. */ readonly seconds: number })[];
  readonly tokens: number;
}

/** Reads a decoder and makes it ready. `UserError` where its tokenizer can't be used, or a weight is missing or damaged. */
export async function createDecoderEngine(source: DecoderSource, options: StepOptions = {}): Promise<LocalEngine> {
  const { config, tokens, path } = source;
  const tokenizer = openTokenizer(source);
  const renderChat = tokens.chatTemplate === null ? null : chatRenderer(tokens.chatTemplate, tokens.files.config, path);
  const runner = await createStepRunner(source, options);
  const known = prefixes(runner, config);
  const endIds = new Set(tokens.endIds);
  const queue = oneAtATime();

  /** Those whose beginnings were computed alike, as many as a pass takes. */
  const scoreSome = async (asked: readonly Asked[]): Promise<void> => {
    let batch: Batch = { past: runner.start, rows: [], tokens: 0 };
    const flush = async (): Promise<void> => {
      const { past, rows, tokens: all } = batch;
      batch = { past, rows: [], tokens: 0 };
      if (rows.length === 0) return;
      const start = performance.now();
      const scores = await scoredBatch(runner, past, rows);
      const seconds = (performance.now() - start) / 1000;
      for (const [i, row] of rows.entries())
        row.resolve({ logprobs: scores[i]!, seconds: row.seconds + (seconds * tokensOf(row)) / all });
    };
    for (const { prompt, continuations, signal, resolve, reject } of asked) {
      if (signal.aborted) {
        reject(signal.reason);
        continue;
      }
      const start = performance.now();
      const { past, rest } = await known.of(prompt);
      const row = { rest, continuations, resolve, seconds: (performance.now() - start) / 1000 };
      const size = tokensOf(row);
      if (size > mostTokensAPass) {
        const logprobs = await scoredAlone(runner, past, row, config);
        resolve({ logprobs, seconds: (performance.now() - start) / 1000 });
        continue;
      }
      if (past !== batch.past || batch.tokens + size > mostTokensAPass) await flush();
      batch = { past, rows: [...batch.rows, row], tokens: batch.tokens + size };
    }
    await flush();
  };

  let waiting: Asked[] = [];
  const scoreWaiting = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      await scoreSome(asked);
    } catch (error) {
      // Those that have their scores already do not hear of it.
      for (const each of asked) each.reject(error);
    }
  };

  return {
    maxTokens: config.maxPositions,
    specialTokens: tokens.specialTokens,
    renderChat,
    encode: (text, hasEnds) => tokenizer.encode(text, { add_special_tokens: hasEnds }).ids,
    decode: (ids) => tokenizer.decode([...ids], { skip_special_tokens: true }),
    score: (prompt, continuations, signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ prompt, continuations, signal, resolve, reject });
        // Whoever asks until its turn comes is computed with it.
        void queue(scoreWaiting);
      }),
    generate: (prompt, { most, temperature, random, signal }) =>
      queue(async () => {
        signal.throwIfAborted();
        const start = performance.now();
        const { past, rest } = await known.of(prompt);
        let kept = past;
        let next: Ids = rest;
        const found: GeneratedToken[] = [];
        while (found.length < most) {
          signal.throwIfAborted();
          const begun = next.length > mostTokensAPass ? await computed(runner, kept, next.slice(0, -1), config) : kept;
          if (begun !== kept) next = next.slice(-1);
          const tree = growingTree();
          const step = await runner.run(begun, tree, [tree.addAll(next, root)]);
          kept = extended(begun, step, config, begun === past);
          const id = drawn(step.logprobs, temperature, random);
          if (endIds.has(id)) return { tokens: found, isEnded: true, seconds: (performance.now() - start) / 1000 };
          found.push({ id, logprobs: step.logprobs });
          next = [id];
        }
        return { tokens: found, isEnded: false, seconds: (performance.now() - start) / 1000 };
      }),
    [Symbol.asyncDispose]: () => queue(async () => runner[Symbol.asyncDispose]()),
  };
}

function openTokenizer({ tokens: { files }, config, path }: DecoderSource): Tokenizer {
  checkTokenizerBounds(files.tokenizer, path);
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(files.tokenizer, files.config);
  } catch (error) {
    throw new UserError(`The tokenizer of ${path} can't be used: ${messageOf(error)}. Use another model.`);
  }
  const largest = [...tokenizer.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0);
  if (largest >= config.vocabularySize)
    throw new UserError(
      `The tokenizer of ${path} has ids up to ${largest}; the model has numbers of ${config.vocabularySize} tokens. Do they belong together?`,
    );
  return tokenizer;
}
