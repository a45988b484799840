/**
 * @file Prompting without a language model: the frozen encoder is told what each label means, and the label whose sentences lie
 * nearest to a text is the answer (zero-shot classification by sentence embeddings). It learns nothing, needs no key and no
 * network, and so is the prompted arm's floor.
 */

import { estimateEmbeddingSeconds } from "../../lib/embedding-estimate.js";
import { UserError } from "../../lib/errors.js";
import { countWords } from "../../lib/text/count-words.js";
import type { Approach } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import type { Prediction } from "../../types/prediction.js";
import { defaultTemplates, embedSentences, labelSentences } from "./label-vectors.js";

export interface LabelPromptOptions {
  /** The encoder. It stays the caller's to dispose of. */
  readonly encoder: Encoder;
  /** Sentences that contain `{description}` or `{label}`; a label's vector is the mean over all of them. */
  readonly templates?: readonly string[];
}

/**
 * Cosines of sentence embeddings lie close together, so probabilities are their softmax at temperature 0.05. That only spreads
 * them: it was not fitted, and the probabilities are not calibrated.
 */
const temperature = 0.05;

/** `prompt:labels`: answers the label whose description is nearest to the text. Uses no training rows. In a multi-label task it answers one label. */
export function labelPrompt({ encoder, templates = defaultTemplates }: LabelPromptOptions): Approach {
  if (templates.length === 0) throw new UserError('prompt:labels has no templates; give one, such as "this is about {label}".');
  for (const template of templates) {
    if (!/\{(description|label)\}/.test(template)) {
      throw new UserError(`A template of prompt:labels names neither {description} nor {label}: "${template.slice(0, 80)}".`);
    }
  }
  return {
    name: "prompt:labels",
    // It asks no language model: nothing that it does says how well prompting one works.
    arm: "baseline",
    method: "labels",
    model: encoder.name,
    traits: { asksLlm: false, learnsFrom: "nothing" },
    // Each of the built-in sentences alone.
    ...(templates === defaultTemplates && {
      reworded: templates.map((template) => labelPrompt({ encoder, templates: [template] })),
    }),
    summary: `Describes each label to the frozen encoder ${encoder.name} in ${templates.length} sentences, and answers with the nearest label.`,
    async estimate(train, queries) {
      const texts = [...labelSentences(train, templates).flat(), ...queries.map(({ text }) => text)];
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
      const sentences = labelSentences(train, templates);
      const labelVectors = await embedSentences(sentences, encoder, { ...context, useCache: true });
      const files = labelFiles(encoder, train, templates, sentences);
      return {
        facts: {
          trainedParameters: 0,
          totalParameters: encoder.parameters,
          promptTokens: 0,
          humanWords: countWords([...Object.values(train.descriptions), ...(templates === defaultTemplates ? [] : templates)]),
          chosen: {},
          artifactBytes: null,
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
  { labels, isMultiLabel, descriptions }: Dataset,
  templates: readonly string[],
  sentences: readonly (readonly string[])[],
): ReadonlyMap<string, Uint8Array> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const settings = {
    format: 1,
    approach: "prompt:labels",
    encoder: { name: encoder.name, hash: encoder.hash },
    labels,
    isMultiLabel,
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
