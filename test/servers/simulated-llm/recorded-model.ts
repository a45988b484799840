import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { UserError } from "../../../src/lib/errors.js";
import { readRecording } from "../../../src/prompt/recorded/recording.js";
import type { Query } from "../../../src/types/data.js";
import { charactersByFour, type SimulatedAnswer, type SimulatedModel } from "./model.js";
import { taggedTexts } from "./read-prompt.js";
import { schemaAnswer } from "./schema-answer.js";

/** Ids and texts of a table with the columns `id` and `text`: what a recording's `custom_id` means. */
export async function readTexts(path: string): Promise<Query[]> {
  const rows = parse(await readFile(path), { columns: true, bom: true }) as { id?: string; text?: string }[];
  return rows.map(({ id, text }, i) => {
    if (id === undefined || text === undefined) throw new UserError(`${path} row ${i + 1} lacks id or text.`);
    return { id, text };
  });
}

/**
 * A model that answers as it once did: by the text in the prompt, whatever the prompt says besides, with the usage of then. Where equal texts
 * have several ids, the first that was answered counts. A text it does not know, or whose row failed then, gets `otherwise`.
 */
export async function recordedModel(options: {
  /** Output file of OpenAI's Batch API, `.gz` or not. */
  readonly recording: string;
  /** What each `custom_id` was about. */
  readonly texts: readonly Query[];
  readonly otherwise: string;
}): Promise<SimulatedModel> {
  const { rows } = await readRecording(options.recording);
  const answers = new Map<string, SimulatedAnswer>();
  for (const { id, text } of options.texts) {
    const row = rows.get(id);
    if (row === undefined || "error" in row || answers.has(text.trim())) continue;
    const finish = row.finish === "refused" ? "refusal" : row.finish === "length" ? "length" : "stop";
    answers.set(text.trim(), { content: row.text, finish, ...(row.usage === null ? {} : { usage: row.usage }) });
  }
  return {
    async answer(messages, { schema }) {
      const text = messages
        .filter(({ role }) => role === "user")
        .flatMap(({ content }) => (taggedTexts(content).length > 0 ? [taggedTexts(content).at(-1)!] : [content]))
        .findLast((candidate) => answers.has(candidate.trim()));
      const answer = answers.get(text?.trim() ?? "") ?? { content: options.otherwise, finish: "stop" };
      // A label that was said plainly is said in the form that is asked for now.
      return schema === null || answer.finish !== "stop"
        ? answer
        : { ...answer, content: schemaAnswer(schema, { labels: [answer.content], confidence: 1, text: "" }) };
    },
    // For texts that were not recorded; of the others the usage is known.
    countTokens: charactersByFour,
  };
}
