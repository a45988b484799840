import { calibrated } from "../../compare/calibration/score-calibration.js";
import type { ScoreCalibration } from "../../types/cascade.js";
import type { Loaded } from "../kinds/kind.js";

/** The predictor with calibrated scores and confidences. No answer is changed. */
export function calibratedPredictor({ labels, isMultiLabel, predictor }: Loaded, calibration: ScoreCalibration): Loaded {
  return {
    labels,
    isMultiLabel,
    predictor: {
      get facts() {
        return predictor.facts;
      },
      predict: async (queries, context) =>
        (await predictor.predict(queries, context)).map((prediction) => calibrated(prediction, calibration, { isMultiLabel })),
      files: () => predictor.files(),
      [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
    },
  };
}
