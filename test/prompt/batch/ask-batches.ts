/** @file What the tests of batches share: requests for money or about passwords, asked of the simulated service through its batch interface. */

import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import type { Query } from "../../../src/types/data.js";
import type { ProgressEvent } from "../../../src/types/events.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { recordingContext } from "../../contract/approach.js";
import { schemaAnswer } from "../../servers/simulated-llm/schema-answer.js";
import { type SimulatedLlm, type SimulatedLlmOptions, startSimulatedLlm } from "../../servers/simulated-llm/simulated-llm.js";
import { key, train } from "../ask-server.js";

/** A service whose model answers by a word of the text. `say`: what it says in place of a label. */
export function serveBatches(
  options: Omit<Partial<SimulatedLlmOptions>, "model"> & { readonly say?: (text: string) => string | undefined } = {},
): Promise<SimulatedLlm> {
  const { say, ...rest } = options;
  return startSimulatedLlm({
    ...rest,
    model: {
      answer: async (messages, { schema }) => {
        const last = messages.at(-1)!.content;
        const text = messages.findLast(({ content }) => content.startsWith("<text-"))!.content;
        const own = last.startsWith("<text-") ? say?.(text) : undefined;
        const label = text.includes("money") ? "refund" : "login";
        return {
          content: own ?? (schema === null ? label : schemaAnswer(schema, { labels: [label], confidence: 1, text: "" })),
          finish: "stop",
        };
      },
      countTokens: (text) => Math.ceil(text.length / 4),
    },
  });
}

export interface BatchRun {
  readonly predictions: Prediction[];
  readonly notes: readonly string[];
  readonly events: readonly ProgressEvent[];
}

/** Asks in batches, with hardly any waiting. */
export async function runBatches(
  server: SimulatedLlm,
  rows: readonly Query[],
  folder: string,
  options: Partial<PromptOptions> & { readonly signal?: AbortSignal } = {},
): Promise<BatchRun> {
  const { signal, ...rest } = options;
  const context = { ...recordingContext(), ...(signal === undefined ? {} : { signal }) };
  const events: ProgressEvent[] = [];
  const approach = prompt({
    llm: "openai:gpt-4o-mini",
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.url },
    backoffSeconds: 0.002,
    batch: { folder, log: (event) => events.push(event), gatherSeconds: 0.1, pollSeconds: 0.01 },
    ...rest,
  });
  await using predictor = await approach.fit(train, context);
  const predictions = await predictor.predict(rows, context);
  const notes = [...context.events, ...events].flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { predictions, notes, events };
}
