/**
 * @file A decoder that can be asked: what follows a text, and how likely given answers are. What several texts share at their beginning is computed
 * once, and texts that are asked about together are computed together.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { messageOf, UserError } from "../../../lib/errors.js";
import type { GeneratedToken, GenerateOptions, Ids, LocalEngine } from "../../../types/local-engine.js";
import { checkTokenizerBounds } from "../../pretrained/tokenizer-bounds.js";
import type { DecoderSource } from "../decoder-source.js";
import { chatRenderer } from "./chat-template.js";
import { extended } from "./key-values.js";
import { computed, mostTokensAPass, prefixes } from "./prefixes.js";
import { scoredBatch, type ToScore, tokensOf } from "./scored-batch.js";
import { createStepRunner, type StepOptions } from "./step-runner.js";
import { growingTree, root } from "./token-tree.js";

interface Asked {
  readonly prompt: Ids;
  readonly continuations: readonly Ids[];
  readonly signal: AbortSignal;
  resolve(scores: number[]): void;
  reject(reason: unknown): void;
}

/** Reads a decoder and makes it ready. `version`: see `LocalEngine`. `UserError` where its tokenizer can't be used, or a weight is missing or damaged. */
export async function createDecoderEngine(
  source: DecoderSource,
  { version, ...options }: StepOptions & { readonly version: string },
): Promise<LocalEngine> {
  const { config, tokens, path, shapes } = source;
  const tokenizer = openTokenizer(source);
  const renderChat = tokens.chatTemplate === null ? null : chatRenderer(tokens.chatTemplate, tokens.files.config, path);
  const runner = await createStepRunner(source, options);
  const known = prefixes(runner, config);
  const endIds = new Set(tokens.endIds);
  const queue = oneAtATime();

  /** Those that share a beginning with the first, as many as a pass takes; the first alone where it is long. */
  const scoreSome = async (asked: readonly Asked[]): Promise<void> => {
    let batch: Asked[] = [];
    let rows: ToScore[] = [];
    let past = runner.start;
    let used = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      const scores = await scoredBatch(runner, past, rows);
      for (const [i, each] of batch.entries()) each.resolve(scores[i]!);
      [batch, rows, used] = [[], [], 0];
    };
    for (const each of asked) {
      if (each.signal.aborted) {
        each.reject(each.signal.reason);
        continue;
      }
      const found = await known.of(each.prompt);
      const tail = Math.min(found.rest.length - 1, Math.max(0, found.rest.length - mostTokensAPass));
      const own = tail === 0 ? found.past : await computed(runner, found.past, found.rest.slice(0, tail), config);
      const row = { rest: found.rest.slice(tail), continuations: each.continuations };
      const size = tokensOf(row);
      if (own !== past || used + size > mostTokensAPass) await flush();
      past = own;
      batch.push(each);
      rows.push(row);
      used += size;
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
    version,
    parameters: [...shapes.values()].reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0),
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
          if (endIds.has(id)) return { tokens: found, isEnded: true };
          found.push({ id, logprobs: step.logprobs });
          next = [id];
        }
        return { tokens: found, isEnded: false };
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

/** Runs what it is given one after another, whatever becomes of those before. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** The likeliest token, or at a temperature a draw: the largest sum of log-probability and Gumbel noise. */
function drawn(logprobs: Float32Array, temperature: number, random: GenerateOptions["random"]): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logprobs.length; id++) {
    const logprob = logprobs[id]!;
    const value = temperature === 0 ? logprob : logprob / temperature - Math.log(-Math.log(random.uniform() || Number.MIN_VALUE));
    if (value > most) [best, most] = [id, value];
  }
  return best;
}
