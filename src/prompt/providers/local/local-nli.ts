/**
 * @file Zero-shot classification by entailment (Yin et al. 2019, arXiv 1909.00161): a model that judges whether one sentence follows from
 * another is asked of each label whether "This text is about …" follows from the text. It reads the text, and the names and descriptions of
 * the labels, and nothing else of a prompt: no instruction, no examples.
 */

import { oneAtATime } from "../../../lib/queue.js";
import { type Completion, type CompletionRequest, LlmError, type Message } from "../../llm.js";
import { labelCompletion, logSoftmax } from "./label-completion.js";
import type { EntailmentClasses, LocalFiles } from "./local-files.js";
import { importTransformers, loadPretrained } from "./transformers-js.js";

/** Logits of one text and one hypothesis. */
interface Judgment {
  readonly entailment: number;
  readonly contradiction: number;
}

/** A model in memory that judges entailment. */
export interface EntailmentModel {
  /** One judgment a hypothesis, and the tokens that were read. Texts that are too long are cut. Calls may overlap: they wait for each other. */
  judge(
    text: string,
    hypotheses: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly judgments: readonly Judgment[]; readonly tokens: number; readonly seconds: number }>;
}

const hypothesesPerBatch = 16;
/** `<s>`, two `</s>` between and one at the end: the most of any family. */
const specialTokensOfPair = 4;

/** Loads a model from its folder. `UserError` where transformers.js is not installed, or can't read the model. */
export async function loadEntailmentModel(
  files: LocalFiles,
  { entailment, contradiction }: EntailmentClasses,
): Promise<EntailmentModel> {
  const { AutoTokenizer, AutoModelForSequenceClassification } = await importTransformers();
  const [tokenizer, model] = await loadPretrained(files, AutoTokenizer, AutoModelForSequenceClassification);
  const queue = oneAtATime();
  const lengthOf = (text: string): number => tokenizer.encode(text, { add_special_tokens: false }).length;
  // Of positions some families lose two to padding.
  const { max_position_embeddings: positions = 514 } = model.config as { readonly max_position_embeddings?: number };
  const longest = Math.min(tokenizer.model_max_length || Number.POSITIVE_INFINITY, positions - 2);
  /** The text cut so that the longest hypothesis fits behind it: transformers.js would cut the hypothesis away. */
  const fitting = (text: string, hypotheses: readonly string[]): string => {
    const room = longest - Math.max(...hypotheses.map(lengthOf)) - specialTokensOfPair;
    const ids = tokenizer.encode(text, { add_special_tokens: false });
    return ids.length <= room ? text : tokenizer.decode(ids.slice(0, Math.max(1, room)), { skip_special_tokens: true });
  };
  return {
    judge: (whole, hypotheses, signal) =>
      queue(async () => {
        const startedAt = performance.now();
        const text = fitting(whole, hypotheses);
        const judgments: Judgment[] = [];
        let tokens = 0;
        for (let start = 0; start < hypotheses.length; start += hypothesesPerBatch) {
          signal.throwIfAborted();
          const batch = hypotheses.slice(start, start + hypothesesPerBatch);
          const inputs = tokenizer(Array<string>(batch.length).fill(text), { text_pair: batch, padding: true });
          const { logits } = (await model(inputs)) as {
            logits: { readonly dims: readonly number[]; readonly data: Float32Array };
          };
          const classes = logits.dims[1]!;
          tokens += inputs.attention_mask.data.reduce((sum: number, value: bigint) => sum + Number(value), 0);
          for (const row of batch.keys()) {
            judgments.push({
              entailment: logits.data[row * classes + entailment]!,
              contradiction: logits.data[row * classes + contradiction]!,
            });
          }
        }
        return { judgments, tokens, seconds: (performance.now() - startedAt) / 1000 };
      }),
  };
}

/**
 * One label: the softmax over the labels of how far each is entailed. Several: each that is entailed rather than contradicted. Throws
 * `LlmError` where the request is no question about a text with a list of labels.
 */
export async function judged(
  { spec, model: servedBy }: { readonly spec: string; readonly model: string },
  model: EntailmentModel,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  const question = questionOf(request);
  if (question === null)
    throw new LlmError("request", `${spec} judges entailment: it answers with labels of a list, and with nothing else.`);
  const { text, property, labels, isMultiLabel } = question;
  const {
    judgments,
    tokens,
    seconds: latencySeconds,
  } = await model.judge(
    text,
    labels.map(({ hypothesis }) => hypothesis),
    signal,
  );
  const names = labels.map(({ name }) => name);
  if (isMultiLabel) {
    const entailed = names.filter((_, i) => judgments[i]!.entailment > judgments[i]!.contradiction);
    return {
      text: JSON.stringify({ [property]: entailed }),
      finish: "stop",
      usage: { inputTokens: tokens, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
      servedBy,
      latencySeconds,
    };
  }
  const logprobs = logSoftmax(judgments.map(({ entailment }) => entailment));
  const chosen = logprobs.indexOf(Math.max(...logprobs));
  const answer = { property, labels: names, logprobs, chosen, inputTokens: tokens, outputTokens: 0, servedBy };
  return { ...labelCompletion(answer, request), latencySeconds };
}

interface Question {
  readonly text: string;
  readonly property: string;
  readonly isMultiLabel: boolean;
  readonly labels: readonly { readonly name: string; readonly hypothesis: string }[];
}

/** What a request as `template.ts` renders it asks. */
function questionOf({ schema, messages }: CompletionRequest): Question | null {
  const properties = Object.entries(schema?.properties ?? {});
  const [property, rule] = properties[0] ?? [];
  const names = rule?.enum ?? rule?.items?.enum;
  const text = messages.findLast(({ role, content }) => role === "user" && delimited.test(content))?.content;
  if (property === undefined || names === undefined || text === undefined) return null;
  return {
    text: delimited.exec(text)![2]!,
    property,
    isMultiLabel: rule?.enum === undefined,
    labels: names.map((name) => ({ name, hypothesis: `This text is about: ${describedIn(messages, name)}.` })),
  };
}

const delimited = /^<text-([0-9a-f]+)>\n([\s\S]*)\n<\/text-\1>$/;

/** The description of a label in the list of the system message; the words of its name where it has none. */
function describedIn(messages: readonly Message[], name: string): string {
  const lines = messages.filter(({ role }) => role === "system").flatMap(({ content }) => content.split("\n"));
  const line = lines.find((candidate) => candidate.startsWith(`- ${name}: `));
  return line?.slice(name.length + 4) ?? name.replace(/[_-]+/g, " ");
}
