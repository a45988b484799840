/** @file A language model in this process, as those who ask it see it: tokens, how likely they are, and what follows them. */
import type { ProgressEvent } from "./events.js";

/** Token ids. */
export type Ids = readonly number[];

/** A token that was generated, with the natural log-probabilities of all that could have been: one a token of the vocabulary. */
export interface GeneratedToken {
  readonly id: number;
  readonly logprobs: Float32Array | Float64Array;
}

/** How likely continuations are. */
export interface Scored {
  /** Natural log-probabilities, in the order of the continuations. */
  readonly logprobs: readonly number[];
  /** Seconds of this machine, without waiting for others. */
  readonly seconds: number;
}

/** What was generated. */
export interface Generated {
  readonly tokens: readonly GeneratedToken[];
  /** Whether the model ended, rather than the room. */
  readonly isEnded: boolean;
  /** Seconds of this machine, without waiting for others. */
  readonly seconds: number;
}

/** How tokens are generated. */
export interface GenerateOptions {
  /** At most so many. */
  readonly most: number;
  /** 0: the likeliest ones. */
  readonly temperature: number;
  /** Uniform in [0, 1). */
  readonly random: { uniform(): number };
  readonly signal: AbortSignal;
}

/** A model that was found, its weights not yet in memory. */
export interface LocalEngineSource {
  /** What distinguishes it from others, weights and arithmetic: a part of the key of every stored answer. */
  readonly version: string;
  /** Numbers that were trained. */
  readonly parameters: number;
  load(): Promise<LocalEngine>;
}

/** A model in memory. Calls may overlap: what is asked together is computed together. Holds native memory: dispose of it. */
export interface LocalEngine extends AsyncDisposable {
  /** Longest text with what follows it, in tokens. */
  readonly maxTokens: number;
  /** Words that are commands to the model, such as `<|im_end|>`, and must not be so in a text. */
  readonly specialTokens: readonly string[];
  /** A conversation up to where the answer begins, by the model's own template; `null`: it was not taught to converse. Throws where the template refuses. */
  readonly renderChat: ((messages: readonly { readonly role: string; readonly content: string }[]) => string) | null;
  /** `hasEnds`: with the tokens that begin and end a text, which a rendered conversation has already. */
  encode(text: string, hasEnds: boolean): Ids;
  /** Text without special tokens. */
  decode(ids: Ids): string;
  /**
   * The natural log-probability of each continuation after the prompt, which has a token at least: the sum over its tokens, not divided by their number.
   * `seconds` are its share of those passes by its tokens. Rejects with the signal's reason.
   */
  score(prompt: Ids, continuations: readonly Ids[], signal: AbortSignal): Promise<Scored>;
  /** Tokens after the prompt until the model ends or there are enough. */
  generate(prompt: Ids, options: GenerateOptions): Promise<Generated>;
}

/** What a model is opened with. */
export interface EngineContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  log(event: ProgressEvent): void;
}

/**
 * Finds what follows `local:`: a name, a folder, a file. `null` where the model is of a family that this engine does not compute, so that another
 * may. `UserError` where there is no such model, or it is damaged.
 */
export type OpenLocalEngine = (name: string, context: EngineContext) => Promise<LocalEngineSource | null>;
