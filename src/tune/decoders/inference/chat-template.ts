/** @file How a model was taught to read conversations: its template in Jinja, by `@huggingface/jinja`, which runs no code of the file. */
import { Template } from "@huggingface/jinja";
import { messageOf, UserError } from "../../../lib/errors.js";
import { at, textAt } from "../../../lib/json-value.js";
import type { LocalEngine } from "../../../types/local-engine.js";

/**
 * A function that renders conversations up to where the answer begins. `tokenizerConfig` has the words that begin and end a text, `path` is for
 * messages. `UserError` where the template can't be read; what it makes throws `UserError` where the template refuses a conversation.
 */
export function chatRenderer(template: string, tokenizerConfig: object, path: string): NonNullable<LocalEngine["renderChat"]> {
  const wordOf = (key: string): string => textAt(tokenizerConfig, key) ?? textAt(at(tokenizerConfig, key), "content") ?? "";
  const words = Object.fromEntries(["bos_token", "eos_token", "pad_token", "unk_token"].map((key) => [key, wordOf(key)]));
  const refusal = (error: unknown): UserError =>
    new UserError(
      `The chat template of ${path} can't be rendered: ${messageOf(error).slice(0, 200)}. Use another model, or one whose template is mended.`,
    );
  let parsed: Template;
  try {
    parsed = new Template(template);
  } catch (error) {
    throw refusal(error);
  }
  return (messages) => {
    try {
      // Models that think unless told not to are told not to: what is scored is the answer.
      return parsed.render({ ...words, messages: [...messages], add_generation_prompt: true, enable_thinking: false });
    } catch (error) {
      throw refusal(error);
    }
  };
}
