/** @file `POST /predict`: our own shape, which says all that is known of an answer. */
import { z } from "zod";
import { at } from "../../../lib/json-value.js";
import type { Prediction } from "../../../types/prediction.js";
import { Refusal } from "../refusal.js";
import { wellFormed } from "../request-body.js";
import { checkCount, checked, failureText, plainError, type Served, type Shape } from "./shape.js";

const one = z.strictObject({ text: z.string() });

const many = z.strictObject({ texts: z.array(z.string()) });

/** One answer. */
const predictionOf = ({ isMultiLabel }: Served) =>
  z.object({
    answer: (isMultiLabel ? z.array(z.string()) : z.string())
      .nullable()
      .describe(`The ${isMultiLabel ? "labels, none, one or several" : "label"}; null where there is none.`),
    failure: z.string().optional().describe("Why there is no answer. Present exactly where answer is null."),
    probabilities: z
      .record(z.string(), z.number())
      .nullable()
      .describe("The probability of each label; null where the model tells none."),
    confidence: z.number().nullable().describe("How sure it is of its answer, from 0 to 1; null where it does not tell."),
    answeredBy: z.string().describe("Who answered: the approach, or the one of its members that did."),
    costUsd: z
      .number()
      .nullable()
      .describe("What the answer cost at list price; 0 on this machine, null where the price is unknown."),
  });

const latency = z.number().describe("Seconds in the server, waiting included.");

/** The shape `/predict`. */
export const predictShape: Shape = {
  id: "predict",
  path: "/predict",
  summary: "Label one text or many",
  description:
    "Answers in the order of the texts. A text that could not be answered has the answer null beside others that were; where none was answered, the status is 502.",
  request: ({ mostTexts }) => z.union([one, z.strictObject({ texts: z.array(z.string()).max(mostTexts) })]),
  response: (served) =>
    z.union([
      predictionOf(served).extend({ latencySeconds: latency }),
      z.object({ predictions: z.array(predictionOf(served)), costUsd: z.number().nullable(), latencySeconds: latency }),
    ]),
  read(body, served) {
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    if (!isObject || "text" in body === "texts" in body)
      throw new Refusal(400, 'The body must be {"text": "…"}, or {"texts": ["…", "…"]}.');
    if ("text" in body) {
      const { text } = checked(one, body);
      return {
        texts: [wellFormed(text)],
        answer([prediction], latencySeconds) {
          refuseAll([prediction!]);
          return { ...shownPrediction(prediction!, served), latencySeconds };
        },
      };
    }
    checkCount(at(body, "texts"), served);
    const { texts } = checked(many, body);
    return {
      texts: texts.map(wellFormed),
      answer(predictions, latencySeconds) {
        refuseAll(predictions);
        return {
          predictions: predictions.map((prediction) => shownPrediction(prediction, served)),
          costUsd: totalUsd(predictions),
          latencySeconds,
        };
      },
    };
  },
  error: plainError,
};

/** What answers cost together; `null` where the price of one is not known. */
export function totalUsd(predictions: readonly Prediction[]): number | null {
  let total = 0;
  for (const { costUsd = 0 } of predictions) {
    if (costUsd === null) return null;
    total += costUsd;
  }
  return total;
}

/** Nobody could be asked: the request failed, not its texts. */
function refuseAll(predictions: readonly Prediction[]): void {
  if (predictions.length === 0 || predictions.some(({ failure }) => failure !== "error")) return;
  throw new Refusal(502, `No text was answered: ${failureText(predictions[0]!)}.`);
}

function shownPrediction(prediction: Prediction, { name, isMultiLabel }: Served) {
  const { answer, scores, confidence, costUsd = 0, failure, answeredBy = name } = prediction;
  return {
    answer: answer === null || isMultiLabel ? answer : answer[0],
    ...(failure !== undefined && { failure }),
    probabilities: scores ?? null,
    confidence: confidence?.value ?? topOf(prediction),
    answeredBy,
    costUsd,
  };
}

/** Of one label its own probability. Of several there is no one number. */
function topOf({ answer, scores }: Prediction): number | null {
  const label = answer?.length === 1 ? answer[0]! : undefined;
  return label !== undefined && scores !== undefined && Object.hasOwn(scores, label) ? scores[label]! : null;
}
