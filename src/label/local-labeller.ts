/** @file Who labels on this machine, without asking anybody. */
import type { Predictor } from "../types/approach.js";
import type { LabellerPlan } from "./labeller.js";

/** Texts that the estimate is timed on. */
const trialTexts = 32;

/** A predictor that costs nothing but time. */
export interface LocalPredictor extends Pick<LabellerPlan, "name" | "labels" | "isMultiLabel" | "fingerprint" | "columns"> {
  /** Loads it. Called once. */
  load(): Promise<Predictor>;
}

/** The plan of labeling with it: how long it takes is tried. */
export function planLocal({ load, ...known }: LocalPredictor): LabellerPlan {
  let predictor: Promise<Predictor> | undefined;
  const open = (): Promise<Predictor> => (predictor ??= load());
  return {
    ...known,
    notes: [],
    pieceRows: 256,
    async estimate(queries) {
      const trial = queries.slice(0, trialTexts);
      const predicting = await open();
      const startedAt = performance.now();
      await predicting.predict(trial, { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} });
      const seconds = (performance.now() - startedAt) / 1000;
      return {
        calls: 0,
        inputTokens: 0,
        outputTokens: 0,
        usd: 0,
        seconds: trial.length === 0 ? 0 : (seconds / trial.length) * queries.length,
        basis: `Time is from a trial with ${trial.length} rows on this machine.`,
      };
    },
    open,
  };
}
