/**
 * @file Hugging Face's text classification, as their inference API, their endpoints and the clients of both have it: `{"inputs": …}` is answered by a
 * list a text, each with the labels from the likeliest down.
 */
import { z } from "zod";
import { at } from "../../../lib/json-value.js";
import type { Prediction } from "../../../types/prediction.js";
import { Refusal } from "../refusal.js";
import { wellFormed } from "../request-body.js";
import { checkCount, checked, plainError, ranked, refuseFailures, type Served, type Shape } from "./shape.js";

const parameters = z.strictObject({
  top_k: z.int().min(1).nullish().describe("Only the k likeliest labels. Default: all."),
  function_to_apply: z
    .enum(["softmax", "sigmoid", "none"])
    .nullish()
    .describe("Must be what the model was trained for: softmax with one label a text, sigmoid with several."),
  truncation: z.unknown().optional().describe("Has no effect: texts are cut at the model's length."),
  padding: z.unknown().optional().describe("Has no effect."),
});

const request = z.looseObject({
  inputs: z.union([z.string(), z.array(z.string())], { error: "must be a text, or a list of texts" }),
  parameters: parameters.nullish(),
  options: z.looseObject({}).nullish().describe("Of Hugging Face's own servers; has no effect."),
});

const response = z.array(z.array(z.object({ label: z.string(), score: z.number() })));

/** The row of both paths. */
const shape: Omit<Shape, "id" | "path"> = {
  summary: "Label texts, as Hugging Face's text classification",
  description:
    "One list a text, also for a single one: their clients read the first. A model that tells no probabilities answers with its label alone, with its own confidence as the score, or 1.",
  request: () => request,
  response: () => response,
  read(body, served) {
    checkCount(at(body, "inputs"), served);
    const { inputs, parameters: given } = checked(request, body);
    const texts = typeof inputs === "string" ? [inputs] : inputs;
    checkFunction(given?.function_to_apply ?? undefined, served);
    const most = given?.top_k ?? served.labels.length;
    return {
      texts: texts.map(wellFormed),
      answer(predictions) {
        refuseFailures(predictions);
        return predictions.map((prediction) => scoresOf(prediction, served).slice(0, most));
      },
    };
  },
  error: plainError,
};

/** At the root, where `endpointUrl` is the server's own address, and under the names of models. */
export const huggingFaceShapes: readonly Shape[] = [
  { ...shape, id: "huggingface", path: "/" },
  { ...shape, id: "huggingface-models", path: "/models/*", documentedPath: "/models/{name}" },
];

function checkFunction(name: string | undefined, { isMultiLabel }: Served): void {
  const own = isMultiLabel ? "sigmoid" : "softmax";
  if (name === undefined || name === own) return;
  throw new Refusal(
    400,
    `parameters.function_to_apply: this model's scores are made with ${own}. Leave it out, or ask for that.`,
  );
}

function scoresOf(prediction: Prediction, { labels }: Served): { readonly label: string; readonly score: number }[] {
  const scores = ranked(prediction, labels);
  if (scores !== null) return scores.map(([label, score]) => ({ label, score }));
  return prediction.answer!.map((label) => ({ label, score: prediction.confidence?.value ?? 1 }));
}
