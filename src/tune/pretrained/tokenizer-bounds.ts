/** @file What a `tokenizer.json` may ask for: looked at before anything is made of it, since files come from elsewhere. */
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { faultOfPatterns } from "./tokenizer-patterns.js";

/** Tables are made with a place for each id up to the largest. The largest vocabularies have a quarter of a million tokens. */
const mostTokens = 1e7;

/** How much longer replacements may make a text, all together. Unicode's own normal forms make a character at most 18 times as long. */
const mostGrowth = 100;

const id = z.int().nonnegative().max(mostTokens);
const tokenizer = z.looseObject({
  added_tokens: z.array(z.looseObject({ id })).nullish(),
  model: z.looseObject({ vocab: z.unknown() }).nullish(),
});

/**
 * Refuses ids that no vocabulary has, normalizers that make a text grow without measure, and patterns that would run for ever, with a `UserError`. What else is wrong is found when
 * a tokenizer is made of it.
 */
export function checkTokenizerBounds(json: object, folder: string): void {
  const refusal = (what: string): UserError =>
    new UserError(`The tokenizer of ${folder} can't be used: ${what}. Supply the tokenizer.json of the model.`);
  const parsed = tokenizer.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw refusal(`"${path.join(".")}" of tokenizer.json: ${message}`);
  }
  const vocabulary = parsed.data.model?.vocab;
  if (typeof vocabulary === "object" && vocabulary !== null && !Array.isArray(vocabulary))
    for (const [token, value] of Object.entries(vocabulary))
      if (!id.safeParse(value).success)
        throw refusal(`the token ${JSON.stringify(token.slice(0, 40))} has the id ${String(value)}`);
  const growth =
    growthOf("normalizer" in json ? json.normalizer : undefined) *
    growthOf("pre_tokenizer" in json ? json.pre_tokenizer : undefined);
  if (growth > mostGrowth) throw refusal(`its replacements make a text up to ${Math.round(growth)} times as long`);
  const fault = faultOfPatterns(json);
  if (fault !== null) throw refusal(fault);
}

const step = z.looseObject({
  type: z.string().optional(),
  content: z.string().optional(),
  pattern: z.looseObject({ String: z.string().optional() }).optional(),
  normalizers: z.array(z.unknown()).optional(),
  pretokenizers: z.array(z.unknown()).optional(),
});

/** How many times as long a text can become by a step and those within it. */
function growthOf(value: unknown): number {
  const parsed = step.safeParse(value);
  if (!parsed.success) return 1;
  const { type, content, pattern, normalizers = [], pretokenizers = [] } = parsed.data;
  const within = [...normalizers, ...pretokenizers].reduce<number>((product, each) => product * growthOf(each), 1);
  // A pattern that is no text matches a single character, or none, before each.
  const own = type === "Replace" ? Math.max(1, (content ?? "").length / Math.max(1, pattern?.String?.length ?? 1)) : 1;
  return own * within;
}
