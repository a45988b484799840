/**
 * @file Which point of which learning curve is measured next: the one that is expected to say most about the crossover for its time. Points are chosen
 * one by one, so a run that stops at any moment has measured the most useful ones.
 */

/** One training set of one approach. */
export interface PlannedPoint {
  readonly approach: string;
  readonly size: number;
  readonly seed: number;
}

/** An approach whose curve is measured. */
export interface CurveCandidate {
  readonly approach: string;
  /** Expected seconds of a point with this many training rows. Corrected by what points take. */
  expectedSeconds(size: number): number;
  /** Its score with all training rows. */
  readonly fullScore: number;
  /** Points of the best of an arm count twice: the answer rests on them. */
  readonly isBest: boolean;
}

export interface PointPlan {
  /** Ascending; all rows may be the last. */
  readonly sizes: readonly number[];
  readonly allRows: number;
  /** Seeds of a point with so many training rows, the first one first. Small training sets differ more, and may get more of them. */
  seedsOf(size: number): readonly number[];
  readonly candidates: readonly CurveCandidate[];
  /** Scores that curves may cross: of the prompts, with all labels that they use. */
  readonly levels: readonly number[];
}

/** Chooses points, and learns from each what the next ones are worth and take. */
export interface PointPlanner {
  /** The next point that fits into `seconds`; `undefined` where there is none. */
  next(seconds: number): PlannedPoint | undefined;
  /** The points that are still expected to fit into `seconds`, the quickest first. */
  open(seconds: number): readonly PlannedPoint[];
  /** How many these are, and what they take together. */
  left(seconds: number): { readonly points: number; readonly seconds: number };
  /** A point was measured, or found in an earlier session. `seconds` is absent where that was not timed. */
  add(point: PlannedPoint, score: number, seconds?: number): void;
  /** Points of this approach with so many rows, or fewer, can't be measured. Of all rows: no further one. */
  drop(approach: string, size: number): void;
  /** No further point of this approach is measured. */
  dropAll(approach: string): void;
}

/** What one curve has so far. */
interface Progress {
  readonly candidate: CurveCandidate;
  /** Scores by size, one a seed. */
  readonly scores: Map<number, number[]>;
  /** Measured seconds over expected ones, by size. */
  readonly slowness: Map<number, number>;
  readonly open: Set<string>;
}

export function pointPlanner(plan: PointPlan): PointPlanner {
  const { sizes, allRows, seedsOf, candidates, levels } = plan;
  const progress = new Map(candidates.map((candidate) => [candidate.approach, startOf(candidate)]));

  function startOf(candidate: CurveCandidate): Progress {
    const open = sizes.flatMap((size) => seedsOf(size).map((seed) => keyOf(size, seed)));
    return { candidate, scores: new Map(), slowness: new Map(), open: new Set(open) };
  }

  const secondsOf = ({ candidate, slowness }: Progress, size: number): number => {
    const nearest = [...slowness.keys()].reduce<number | undefined>(
      (best, each) => (best === undefined || Math.abs(Math.log(each / size)) < Math.abs(Math.log(best / size)) ? each : best),
      undefined,
    );
    return candidate.expectedSeconds(size) * (nearest === undefined ? 1 : slowness.get(nearest)!);
  };

  /** What a further point of this size is worth: of the first, how far it is from what is measured; of the next, how much they steady the mean. */
  const worthOf = (curve: Progress, size: number): number => {
    const known = curve.scores.get(size)?.length ?? 0;
    const measured = [...curve.scores.keys(), allRows];
    const gap = Math.min(...measured.map((each) => Math.abs(Math.log2(each / size))));
    const news = known === 0 ? 1 + Math.min(gap, 4) / 4 : 1 / (known * (known + 1));
    // The scores of the comparison rest on the fits on all rows, not the curve alone.
    const isScored = size === allRows;
    return news * (curve.candidate.isBest ? 2 : 1) * (isNearCrossing(curve, size) ? 2 : 1) * (isScored ? 2 : 1);
  };

  /** Whether the curve passes one of the levels next to this size. */
  const isNearCrossing = ({ candidate, scores }: Progress, size: number): boolean => {
    const known = new Map([[allRows, [candidate.fullScore]], ...scores]);
    const curve = [...known].map(([at, values]) => ({ at, score: mean(values) })).sort((a, b) => a.at - b.at);
    return levels.some((level) =>
      curve.some(({ at, score }, index) => {
        const after = curve[index + 1];
        const crosses = after !== undefined && score < level !== after.score < level;
        const isBefore = index === 0 && score >= level && size <= at;
        return isBefore || (crosses && size >= at && size <= after.at);
      }),
    );
  };

  /** The open points that may be next, one a curve and size. */
  const choices = (): { readonly curve: Progress; readonly point: PlannedPoint; readonly seconds: number }[] =>
    [...progress.values()].flatMap((curve) =>
      sizes.flatMap((size) => {
        const seed = seedsOf(size).find((each) => curve.open.has(keyOf(size, each)));
        if (seed === undefined) return [];
        return [{ curve, point: { approach: curve.candidate.approach, size, seed }, seconds: secondsOf(curve, size) }];
      }),
    );

  return {
    next(budget) {
      const affordable = choices().filter(({ seconds }) => seconds <= budget);
      const valued = affordable.map((choice) => ({
        point: choice.point,
        value: worthOf(choice.curve, choice.point.size) / Math.max(leastSeconds, choice.seconds),
      }));
      return valued.reduce<(typeof valued)[number] | undefined>(
        (best, each) => (best === undefined || each.value > best.value ? each : best),
        undefined,
      )?.point;
    },
    open: (budget) => openWithin(budget).map(({ point }) => point),
    left(budget) {
      const open = openWithin(budget);
      return { points: open.length, seconds: open.reduce((sum, { seconds }) => sum + seconds, 0) };
    },
    add({ approach, size, seed }, score, seconds) {
      const curve = progress.get(approach);
      if (curve === undefined || !sizes.includes(size)) return;
      curve.open.delete(keyOf(size, seed));
      curve.scores.set(size, [...(curve.scores.get(size) ?? []), score]);
      const expected = curve.candidate.expectedSeconds(size);
      if (seconds !== undefined && expected > 0) curve.slowness.set(size, seconds / expected);
    },
    drop(approach, size) {
      const open = progress.get(approach)?.open;
      const isRefused = (each: number): boolean => (size === allRows ? each === allRows : each <= size);
      for (const smaller of sizes.filter(isRefused)) {
        for (const seed of seedsOf(smaller)) open?.delete(keyOf(smaller, seed));
      }
    },
    dropAll(approach) {
      progress.delete(approach);
    },
  };

  /** The open points that fit into the time, the quickest first. */
  function openWithin(budget: number): readonly { readonly point: PlannedPoint; readonly seconds: number }[] {
    const open = [...progress.values()].flatMap((curve) =>
      sizes.flatMap((size) =>
        openSeeds(curve, size).map((seed) => {
          return { point: { approach: curve.candidate.approach, size, seed }, seconds: secondsOf(curve, size) };
        }),
      ),
    );
    let sum = 0;
    return open
      .sort((a, b) => a.seconds - b.seconds)
      .filter(({ seconds }) => {
        sum += seconds;
        return sum <= budget;
      });
  }

  function openSeeds(curve: Progress, size: number): readonly number[] {
    return seedsOf(size).filter((seed) => curve.open.has(keyOf(size, seed)));
  }
}

/** Faster points are all alike: between them only what they say counts. */
const leastSeconds = 0.2;

const keyOf = (size: number, seed: number): string => `${size} ${seed}`;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
