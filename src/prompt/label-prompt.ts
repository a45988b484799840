/**
 * @file Prompting without a language model: the frozen encoder is told what each label means, and the label whose sentences lie
 * nearest to a text is the answer (zero-shot classification by sentence embeddings). It learns nothing, needs no key and no
 * network, and so is the prompted arm's floor.
 */

import { estimateEmbeddingSeconds } from "../lib/embedding-estimate.js";
import { UserError } from "../lib/errors.js";
import type { Approach, Dataset, Encoder, Prediction } from "../types.js";
import { countWords } from "./words.js";

export interface LabelPromptOptions {
  /** The caller's; it is not disposed of here. */
  readonly encoder: Encoder;
  /** Sentences with `{description}` or `{label}` in them; a label's vector is the mean over all of them. */
  readonly templates?: readonly string[];
}

/** `{description}` falls back on the label's words; `{label}` is the name with underscores as spaces. */
export const defaultTemplates: readonly string[] = [
  "{description}",
  "a message that says that {description}",
  "this is about {label}",
];

/**
 * Cosines of sentence embeddings lie close together, so probabilities are their softmax at temperature 0.05. That only spreads
 * them: it was not fitted, and the probabilities are not calibrated.
 */
const temperature = 0.05;

/** `prompt:labels`. Uses no example of the training set. Where the task is multi-label it names the one nearest label. */
export function labelPrompt({ encoder, templates = defaultTemplates }: LabelPromptOptions): Approach {
  if (templates.length === 0) throw new UserError('prompt:labels has no templates; give one, such as "this is about {label}".');
  for (const template of templates) {
    if (!/\{(description|label)\}/.test(template)) {
      throw new UserError(`A template of prompt:labels names neither {description} nor {label}: "${template.slice(0, 80)}".`);
    }
  }
  return {
    name: "prompt:labels",
    arm: "prompt",
    summary: `Describes each label to the frozen encoder ${encoder.name} in ${templates.length} sentences, and answers with the nearest label.`,
    async estimate(train, queries) {
      const texts = [
        ...train.labels.flatMap((label) => templates.map((template) => fill(template, label, train))),
        ...queries.map(({ text }) => text),
      ];
      return {
        calls: 0,
        inputTokens: 0,
        outputTokens: 0,
        usd: 0,
        seconds: await estimateEmbeddingSeconds(encoder, texts),
      };
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      const sentences = train.labels.map((label) => templates.map((template) => fill(template, label, train)));
      const vectors = await encoder.embed(sentences.flat(), { ...context, useCache: true });
      const labelVectors = train.labels.map((_, i) =>
        meanDirection(vectors.slice(i * templates.length, (i + 1) * templates.length)),
      );
      const files = labelFiles(encoder, train, templates, sentences);
      return {
        facts: {
          trainedParameters: 0,
          totalParameters: encoder.parameters,
          promptTokens: 0,
          humanWords: countWords([...Object.values(train.descriptions), ...(templates === defaultTemplates ? [] : templates)]),
          chosen: {},
          artifactBytes:
            [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0) +
            (encoder.fileBytes ?? encoder.parameters * Float32Array.BYTES_PER_ELEMENT),
          needs: [`encoder ${encoder.name}`],
        },
        async predict(queries, predictContext) {
          predictContext.signal.throwIfAborted();
          if (queries.length === 0) return [];
          const textVectors = await encoder.embed(
            queries.map(({ text }) => text),
            predictContext,
          );
          return textVectors.map((vector) => nearest(vector, labelVectors, train));
        },
        files: async () => files,
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

function fill(template: string, label: string, { descriptions }: Dataset): string {
  const words = label.replace(/[_-]+/g, " ").trim();
  const description = Object.hasOwn(descriptions, label) ? descriptions[label]!.trim() : words;
  // Functions, since `$&` and its like in a description are not to be expanded.
  return template.replace(/\{(description|label)\}/g, (_, field: string) => (field === "label" ? words : description));
}

/** The mean of unit vectors, scaled to length 1. */
function meanDirection(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let j = 0; j < mean.length; j++) mean[j]! += vector[j]!;
  const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? mean : mean.map((value) => value / length);
}

function nearest(vector: Float32Array, labelVectors: readonly Float64Array[], { labels, isMultiLabel }: Dataset): Prediction {
  const cosines = labelVectors.map((other) => other.reduce((sum, value, j) => sum + value * vector[j]!, 0));
  const best = Math.max(...cosines);
  const weights = cosines.map((cosine) => Math.exp((cosine - best) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const answer = [labels[cosines.indexOf(best)]!];
  // Shares of a softmax say nothing about whether a second label applies too.
  if (isMultiLabel) return { answer };
  return { answer, scores: Object.fromEntries(labels.map((label, i) => [label, weights[i]! / total])) };
}

function labelFiles(
  encoder: Encoder,
  { labels, descriptions }: Dataset,
  templates: readonly string[],
  sentences: readonly (readonly string[])[],
): ReadonlyMap<string, Uint8Array> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const settings = {
    format: 1,
    approach: "prompt:labels",
    encoder: { name: encoder.name, hash: encoder.hash },
    labels,
    descriptions,
    templates,
    temperature,
  };
  const page = [
    `# Sentences for ${encoder.name}`,
    "",
    ...labels.flatMap((label, i) => [
      `## ${label}`,
      "",
      ...sentences[i]!.map((sentence) => `    ${sentence.replace(/\s+/g, " ")}`),
      "",
    ]),
  ];
  return new Map([
    ["prompt.md", encode(page.join("\n"))],
    ["examples.jsonl", encode("")],
    ["prompt.json", encode(`${JSON.stringify(settings, null, 2)}\n`)],
  ]);
}
