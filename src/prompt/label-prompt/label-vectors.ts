import type { PredictContext } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";

/** Sentences about a label. `{description}` falls back on the label's words; `{label}` is the name with underscores as spaces. */
export const defaultTemplates: readonly string[] = [
  "{description}",
  "a message that says that {description}",
  "this is about {label}",
];

/** The sentences that describe each label to an encoder, by label and template. */
export function labelSentences(
  task: Pick<Dataset, "labels" | "descriptions">,
  templates: readonly string[] = defaultTemplates,
): string[][] {
  return task.labels.map((label) => templates.map((template) => fill(template, label, task)));
}

/** A vector a label: the direction of the mean over its sentences. */
export async function embedSentences(
  sentences: readonly (readonly string[])[],
  encoder: Encoder,
  context: PredictContext,
): Promise<Float64Array[]> {
  const vectors = (await encoder.embed(sentences.flat(), context)).values();
  return sentences.map((own) => meanDirection(own.map(() => vectors.next().value!)));
}

function fill(template: string, label: string, { descriptions }: Pick<Dataset, "descriptions">): string {
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
