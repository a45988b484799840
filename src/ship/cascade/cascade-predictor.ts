/** @file A cascade that answers: the small model where it is sure, the other approach for the rest. */

import { answerConfidence, calibrated } from "../../compare/calibration/score-calibration.js";
import { isHandedOn } from "../../compare/cascade/ladder.js";
import type { Predictor } from "../../types/approach.js";
import type { PredictorFacts } from "../../types/identity.js";
import type { Prediction } from "../../types/prediction.js";
import type { Loaded } from "../kinds/kind.js";
import type { CascadeFile } from "./cascade-file.js";
import { memberFolders } from "./cascade-names.js";

/**
 * Two predictors as one. Rows below the threshold, and those that the small one has no answer to or tells no confidence of, are asked of the other;
 * where that has no answer, the small one's stands. `costUsd` is what both took, `answeredBy` says who answered.
 */
export function cascadePredictor({ small, llm }: { readonly small: Loaded; readonly llm: Loaded }, told: CascadeFile): Predictor {
  const space = { labels: small.labels, isMultiLabel: small.isMultiLabel };
  return {
    get facts() {
      return bothFacts(small.predictor.facts, llm.predictor.facts);
    },
    async predict(queries, context) {
      const first = (await small.predictor.predict(queries, context)).map((said) => calibrated(said, told.calibration, space));
      const handedOn = queries.flatMap((_, row) => {
        const confidence = answerConfidence(first[row]!, space) ?? Number.NEGATIVE_INFINITY;
        return isHandedOn(confidence, told.threshold) ? [row] : [];
      });
      const asked = handedOn.map((row) => queries[row]!);
      const answers = asked.length === 0 ? [] : await llm.predictor.predict(asked, context);
      const second = new Map(handedOn.map((row, place) => [row, answers[place]!]));
      return first.map((own, row) => combined(own, second.get(row), told));
    },
    async files() {
      const members = [
        [memberFolders.small, await small.predictor.files()],
        [memberFolders.llm, await llm.predictor.files()],
      ] as const;
      return new Map(
        members.flatMap(([folder, files]) => [...files].map(([path, content]) => [`${folder}/${path}`, content] as const)),
      );
    },
    async [Symbol.asyncDispose]() {
      const ended = await Promise.allSettled([small, llm].map(({ predictor }) => predictor[Symbol.asyncDispose]()));
      for (const end of ended) if (end.status === "rejected") throw end.reason;
    },
  };
}

/** What is said of one row. */
function combined(own: Prediction, other: Prediction | undefined, { small, llm }: CascadeFile): Prediction {
  if (other === undefined) return { ...own, costUsd: own.costUsd === undefined ? 0 : own.costUsd, answeredBy: small };
  const costUsd = own.costUsd === null || other.costUsd === null ? null : (own.costUsd ?? 0) + (other.costUsd ?? 0);
  if (other.answer !== null || own.answer === null) return { ...other, costUsd, answeredBy: llm };
  const { rawAnswer, latencySeconds, usage, isCached } = other;
  return {
    ...own,
    ...(rawAnswer !== undefined && { rawAnswer }),
    ...(latencySeconds !== undefined && { latencySeconds }),
    ...(usage !== undefined && { usage }),
    ...(isCached !== undefined && { isCached }),
    costUsd,
    answeredBy: small,
  };
}

function bothFacts(small: PredictorFacts, llm: PredictorFacts): PredictorFacts {
  const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
  return {
    trainedParameters: small.trainedParameters + llm.trainedParameters,
    totalParameters: sum(small.totalParameters, llm.totalParameters),
    promptTokens: llm.promptTokens,
    humanWords: small.humanWords + llm.humanWords,
    chosen: { ...llm.chosen, ...small.chosen },
    artifactBytes: sum(small.artifactBytes, llm.artifactBytes ?? 0),
    needs: [...new Set([...small.needs, ...llm.needs])],
  };
}
