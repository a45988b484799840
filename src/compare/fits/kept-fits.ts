/** @file One fit for several sets of rows: what is going to be asked again is kept, and not trained again. */
import { addCosts, noCost } from "../../lib/cost.js";
import type { Approach, FitContext, Predictor } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Cost } from "../../types/prediction.js";

/** Approaches whose fits are kept until they are released. Disposes of all that is left. */
export interface KeptFits extends AsyncDisposable {
  /**
   * The approaches, to be used in place of those given. Fitted again on the same rows with the same seed, one gives the predictor that was kept and is charged
   * as it was the first time.
   */
  readonly approaches: readonly Approach[];
  /** Whether such a fit is at hand. */
  has(approach: string, train: Dataset, seed: number): boolean;
  /** Disposes of what is kept of an approach. */
  release(approach: string): Promise<void>;
}

/** A predictor that is kept, and what fitting it took. */
interface KeptFit {
  readonly train: Dataset;
  readonly seed: number;
  readonly predictor: Predictor;
  readonly cost: Cost;
}

/** @param isWanted whether a fit is going to be asked for again. What is not wanted is fitted, and disposed of, as ever */
export function keptFits(
  approaches: readonly Approach[],
  isWanted: (approach: Approach, train: Dataset, seed: number) => boolean,
): KeptFits {
  const kept = new Map<string, KeptFit[]>();
  const find = (name: string, train: Dataset, seed: number): KeptFit | undefined =>
    kept.get(name)?.find((fit) => fit.train === train && fit.seed === seed);
  const release = async (name: string): Promise<void> => {
    const fits = kept.get(name) ?? [];
    kept.delete(name);
    for (const { predictor } of fits) await predictor[Symbol.asyncDispose]();
  };

  async function fitOrKept(approach: Approach, train: Dataset, context: FitContext): Promise<Predictor> {
    const known = find(approach.name, train, context.seed);
    if (known !== undefined) {
      context.spend(known.cost);
      return withoutDisposal(known.predictor);
    }
    if (!isWanted(approach, train, context.seed)) return approach.fit(train, context);
    const began = performance.now();
    let spent = noCost;
    const spend = (cost: Partial<Cost>): void => {
      spent = addCosts(spent, cost);
      context.spend(cost);
    };
    const predictor = await approach.fit(train, { ...context, spend });
    const cost = addCosts(spent, { seconds: (performance.now() - began) / 1000 });
    kept.set(approach.name, [...(kept.get(approach.name) ?? []), { train, seed: context.seed, predictor, cost }]);
    return withoutDisposal(predictor);
  }

  return {
    approaches: approaches.map((approach) => ({
      ...approach,
      // An approach may be an object of a class, whose methods are not its own properties.
      estimate: (train, queries) => approach.estimate(train, queries),
      ...(approach.begin !== undefined && { begin: (train, context) => approach.begin!(train, context) }),
      fit: (train, context) => fitOrKept(approach, train, context),
    })),
    has: (name, train, seed) => find(name, train, seed) !== undefined,
    release,
    async [Symbol.asyncDispose]() {
      for (const name of [...kept.keys()]) await release(name);
    },
  };
}

/** Whoever measures disposes of its predictor; this one is still needed. */
function withoutDisposal(predictor: Predictor): Predictor {
  return {
    facts: predictor.facts,
    predict: (queries, context) => predictor.predict(queries, context),
    files: () => predictor.files(),
    async [Symbol.asyncDispose]() {},
  };
}
