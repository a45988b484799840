/**
 * @file A text-generation model of the Hub, run in this process by transformers.js: what follows a conversation, token by token, and how
 * likely given answers are.
 *
 * Log-probabilities agree with PyTorch's on the same weights (`golden/make_causal.py`).
 */

import { oneAtATime } from "../../../lib/queue.js";
import { drawn } from "../../../lib/random.js";
import type { GeneratedToken, Ids, LocalEngine } from "../../../types/local-engine.js";
import type { LocalFiles } from "./local-files.js";
import { importTransformers, loadPretrained, type Transformers } from "./transformers-js.js";

type Tensor = InstanceType<Transformers["Tensor"]>;
type Cache = InstanceType<Transformers["DynamicCache"]>;
/** Outputs of one run. `present.…` are what is kept for the next. */
type Outputs = Readonly<Record<string, Tensor>>;

/** As many continuations are run together: each holds a copy of what is kept of the prompt. */
const continuationsPerBatch = 8;

/** Loads a model from its folder. `UserError` where transformers.js is not installed, or can't read the model. */
export async function loadTransformersJsEngine(files: LocalFiles): Promise<LocalEngine> {
  const { AutoTokenizer, AutoModelForCausalLM, DynamicCache, Tensor, cat } = await importTransformers();
  const [tokenizer, model] = await loadPretrained(files, AutoTokenizer, AutoModelForCausalLM);
  const endIds = new Set([model.generation_config?.eos_token_id, tokenizer.eos_token_id].flat().filter(isNumber));

  const queue = oneAtATime();
  const isChat = files.chatTemplate !== null || tokenizer.chat_template != null;

  const integers = (rows: readonly Ids[]): Tensor =>
    new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0]);
  /**
   * Runs rows of new tokens after what is kept; `mask` says of kept and new ones which count. Where only the logits of the last token are
   * wanted, a model that can leaves out the others: those of a long prompt take gigabytes.
   */
  const run = async (rows: readonly Ids[], mask: readonly Ids[], kept: Cache | null, wants: "all" | "last"): Promise<Outputs> =>
    (await model.forward({
      input_ids: integers(rows),
      attention_mask: integers(mask),
      num_logits_to_keep: new Tensor("int64", BigInt64Array.of(wants === "last" ? 1n : 0n), []),
      ...(kept === null ? {} : { past_key_values: kept }),
    })) as Outputs;
  const keptOf = (outputs: Outputs, copies = 1): Cache =>
    new DynamicCache(
      Object.fromEntries(
        Object.entries(outputs)
          .filter(([name]) => name.startsWith("present"))
          .map(([name, tensor]) => [
            name.replace("present", "past_key_values"),
            copies === 1 ? tensor : cat(Array<Tensor>(copies).fill(tensor), 0),
          ]),
      ),
    );
  const ones = (count: number): Ids => Array<number>(count).fill(1);
  const last = (outputs: Outputs): Float64Array => logprobsAt(outputs["logits"]!, 0, outputs["logits"]!.dims[1]! - 1);

  return {
    maxTokens: windowOf(model.config),
    specialTokens: files.specialTokens,
    renderChat: isChat ? (messages) => renderChat(tokenizer, messages, files.chatTemplate) : null,
    encode: (text, hasEnds) => tokenizer.encode(text, { add_special_tokens: hasEnds }),
    decode: (ids) => tokenizer.decode([...ids], { skip_special_tokens: true }),
    score: (prompt, continuations, signal) =>
      queue(async () => {
        signal.throwIfAborted();
        const startedAt = performance.now();
        const begun = await run([prompt], [ones(prompt.length)], null, "last");
        const first = last(begun);
        const scores = continuations.map((ids) => (ids.length === 0 ? 0 : first[ids[0]!]!));
        // Of similar length together, so that little is padded.
        const longer = continuations.map((ids, i) => ({ ids, i })).filter(({ ids }) => ids.length > 1);
        longer.sort((a, b) => a.ids.length - b.ids.length);
        for (let start = 0; start < longer.length; start += continuationsPerBatch) {
          signal.throwIfAborted();
          const batch = longer.slice(start, start + continuationsPerBatch);
          const length = Math.max(...batch.map(({ ids }) => ids.length)) - 1;
          const padding = (ids: Ids): number => length - ids.length + 1;
          const outputs = await run(
            batch.map(({ ids }) => [...ids.slice(0, -1), ...ones(padding(ids))]),
            batch.map(({ ids }) => [...ones(prompt.length + ids.length - 1), ...Array<number>(padding(ids)).fill(0)]),
            keptOf(begun, batch.length),
            "all",
          );
          for (const [row, { ids, i }] of batch.entries()) {
            for (let at = 1; at < ids.length; at++) scores[i]! += logprobsAt(outputs["logits"]!, row, at - 1)[ids[at]!]!;
          }
        }
        return { logprobs: scores, seconds: secondsSince(startedAt) };
      }),
    generate: (prompt, { most, temperature, random, signal }) =>
      queue(async () => {
        const startedAt = performance.now();
        const tokens: GeneratedToken[] = [];
        let next: Ids = prompt;
        let kept: Cache | null = null;
        while (tokens.length < most) {
          signal.throwIfAborted();
          const outputs = await run([next], [ones(prompt.length + tokens.length)], kept, "last");
          kept = keptOf(outputs);
          const logprobs = last(outputs);
          const id = drawn(logprobs, temperature, random);
          if (endIds.has(id)) return { tokens, isEnded: true, seconds: secondsSince(startedAt) };
          tokens.push({ id, logprobs });
          next = [id];
        }
        return { tokens, isEnded: false, seconds: secondsSince(startedAt) };
      }),
    async [Symbol.asyncDispose]() {
      await queue(() => model.dispose());
    },
  };
}

interface ChatTokenizer {
  apply_chat_template(messages: { role: string; content: string }[], options: object): unknown;
}

/** By the model's own template. */
function renderChat(
  tokenizer: ChatTokenizer,
  messages: Parameters<NonNullable<LocalEngine["renderChat"]>>[0],
  template: string | null,
): string {
  const options = {
    tokenize: false,
    add_generation_prompt: true,
    // Models that think unless told not to are told not to: what is scored is the answer.
    enable_thinking: false,
    ...(template === null ? {} : { chat_template: template }),
  };
  return String(tokenizer.apply_chat_template([...messages], options));
}

/** Log-probabilities of the next token after one place of one row. */
function logprobsAt({ data, dims }: Tensor, row: number, place: number): Float64Array {
  const [, places, size] = dims as [number, number, number];
  const start = (row * places + place) * size;
  const logits = Float64Array.from((data as Float32Array).subarray(start, start + size));
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return logits.map((logit) => logit - most - Math.log(total));
}

function windowOf(config: object): number {
  const { max_position_embeddings: window, n_positions: positions } = config as Readonly<Record<string, unknown>>;
  return [window, positions].find(isNumber) ?? Number.POSITIVE_INFINITY;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
