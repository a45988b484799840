/**
 * @file What a service says an answer used, whatever its dialect, as tokens that can be billed; or nothing, where what it says cannot be so. A
 * price is made of these numbers, and a budget holds by them: a count that is no count must not become one.
 */

import { at } from "../../lib/json-value.js";
import type { Usage } from "../../types/prediction.js";

/** The names of one dialect, each of them a path; where several are known for a number, the first that is there counts. */
interface Dialect {
  readonly input: string;
  readonly output: string;
  readonly total: string;
  readonly cached: readonly (readonly string[])[];
  readonly written: readonly (readonly string[])[];
  readonly reasoning: readonly (readonly string[])[];
  /** Whether what the cache had is counted beside the input as a rule. */
  readonly isCacheBeside: boolean;
  /** Whether reasoning is counted beside the output as a rule. */
  readonly isReasoningBeside: boolean;
}

const dialects: readonly Dialect[] = [
  // OpenAI's chat completions and their likes; DeepSeek, Moonshot and proxies have names of their own for what the cache had.
  {
    input: "prompt_tokens",
    output: "completion_tokens",
    total: "total_tokens",
    cached: [
      ["prompt_tokens_details", "cached_tokens"],
      ["prompt_cache_hit_tokens"],
      ["cached_tokens"],
      ["cache_read_input_tokens"],
    ],
    written: [["prompt_tokens_details", "cache_write_tokens"], ["cache_creation_input_tokens"]],
    reasoning: [["completion_tokens_details", "reasoning_tokens"], ["reasoning_tokens"]],
    isCacheBeside: false,
    isReasoningBeside: false,
  },
  // Anthropic's messages.
  {
    input: "input_tokens",
    output: "output_tokens",
    total: "total_tokens",
    cached: [["cache_read_input_tokens"]],
    written: [["cache_creation_input_tokens"]],
    reasoning: [["output_tokens_details", "thinking_tokens"]],
    isCacheBeside: true,
    isReasoningBeside: false,
  },
  // Google's.
  {
    input: "promptTokenCount",
    output: "candidatesTokenCount",
    total: "totalTokenCount",
    cached: [["cachedContentTokenCount"]],
    written: [],
    reasoning: [["thoughtsTokenCount"]],
    isCacheBeside: false,
    isReasoningBeside: true,
  },
];

/** OpenAI's responses, which share two names with Anthropic's messages and are told by their details. */
const responses: Dialect = {
  input: "input_tokens",
  output: "output_tokens",
  total: "total_tokens",
  cached: [["input_tokens_details", "cached_tokens"]],
  written: [["input_tokens_details", "cache_write_tokens"]],
  reasoning: [["output_tokens_details", "reasoning_tokens"]],
  isCacheBeside: false,
  isReasoningBeside: false,
};

/**
 * The `usage` of an answer; `null` where it is unknown: not there, all zeros, or with a count that is none (negative, broken, endless, a text).
 *
 * Some services count what their cache had beside the input, or reasoning beside the output. It shows where a part is larger than the whole, and by
 * the total: what that has more than input and output is the cached part, or else output.
 */
export function readUsage(usage: unknown): Usage | null {
  const dialect = dialectOf(usage);
  if (dialect === undefined) return null;
  const [input, output, total] = [dialect.input, dialect.output, dialect.total].map((key) => countAt(usage, [[key]]));
  const [cached, written, reasoning] = [dialect.cached, dialect.written, dialect.reasoning].map((paths) => countAt(usage, paths));
  // Google leaves out the output of an answer that is all thoughts.
  const said = dialect.isReasoningBeside && output === undefined ? 0 : output;
  if ([input, said].includes(undefined) || [input, said, total, cached, written, reasoning].includes(null)) return null;
  const parts = {
    input: input!,
    output: said!,
    total: total ?? null,
    cache: (cached ?? 0) + (written ?? 0),
    reasoning: reasoning ?? 0,
  };
  const whole = withWhatIsBeside(parts, dialect);
  if (whole.input === 0 || !isCount(whole.input) || !isCount(whole.output)) return null;
  return {
    inputTokens: whole.input,
    cachedInputTokens: cached ?? 0,
    ...(written ? { cacheWriteInputTokens: written } : {}),
    outputTokens: whole.output,
    reasoningTokens: reasoning ?? 0,
  };
}

/** Whether counts that were stored can be billed. */
export function isUsage({
  inputTokens,
  cachedInputTokens,
  cacheWriteInputTokens = 0,
  outputTokens,
  reasoningTokens,
}: Usage): boolean {
  const counts = [inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens, reasoningTokens];
  return counts.every(isCount) && inputTokens > 0 && cachedInputTokens + cacheWriteInputTokens <= inputTokens;
}

interface Parts {
  readonly input: number;
  readonly output: number;
  readonly total: number | null;
  readonly cache: number;
  readonly reasoning: number;
}

/** All input and all output. */
function withWhatIsBeside(
  parts: Parts,
  { isCacheBeside, isReasoningBeside }: Dialect,
): { readonly input: number; readonly output: number } {
  const { cache, reasoning, total } = parts;
  let { input, output } = parts;
  const more = (): number => (total === null ? 0 : total - input - output);
  const isBesideByTotal = cache > 0 && more() > 0 && (more() === cache || more() === cache + reasoning);
  if (isCacheBeside || cache > input || isBesideByTotal) input += cache;
  if (isReasoningBeside || reasoning > output) output += reasoning;
  // Whatever it is, it is not cheaper than it would be as output.
  return { input, output: output + Math.max(0, more()) };
}

function dialectOf(usage: unknown): Dialect | undefined {
  const hasDetails = at(usage, "input_tokens_details") !== undefined || at(usage, "output_tokens_details") !== undefined;
  if (hasDetails && at(usage, "cache_read_input_tokens") === undefined && at(usage, responses.input) !== undefined)
    return responses;
  return dialects.find(({ input }) => at(usage, input) !== undefined);
}

/** The count at the first path that is there; `undefined` where none is, `null` where it is no count. */
function countAt(usage: unknown, paths: readonly (readonly string[])[]): number | null | undefined {
  for (const path of paths) {
    const found = path.reduce(at, usage);
    if (found !== undefined) return isCount(found) ? found : null;
  }
  return undefined;
}

/** No model takes or gives a hundredth of it in one request: more is an error of whoever counts, as are milliseconds in the place of tokens. */
const mostTokens = 1e9;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= mostTokens;
}
