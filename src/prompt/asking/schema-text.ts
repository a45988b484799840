import type { AnswerSchema } from "../llm.js";

const texts = new WeakMap<AnswerSchema, string>();

/** A schema as JSON, made once: all requests of a template share their schema, and each of them is hashed and counted. */
export function schemaText(schema: AnswerSchema): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema);
  texts.set(schema, text);
  return text;
}
