/** @file How long what is left of a comparison may take: by what its approaches expect, and by how wrong they were so far. */
import type { Task } from "../types/data.js";
import type { PlannedMeasurement } from "./plan.js";

/** Learns from each measurement what the next ones take. */
export interface TimeLeft {
  /** A measurement was made, in so many seconds. */
  add(planned: PlannedMeasurement, seconds: number): void;
  /** Seconds of these; `undefined` where nothing is expected of any approach. */
  of(left: readonly PlannedMeasurement[]): number | undefined;
}

/** Expected seconds that were measured from which on their mean error says something of the other approaches. */
const telling = 1;
/** One approach that is far off says little of the others. */
const mostOff = 10;

/**
 * Nothing is measured yet.
 *
 * @param expected seconds by approach: of a fit on all training rows that answers the test rows
 */
export function timeLeft({ train, test }: Task, expected: ReadonlyMap<string, number>): TimeLeft {
  const whole = train.examples.length + test.examples.length;
  /** A fit for the choice has fewer rows. */
  const shareOf = (planned: PlannedMeasurement): number =>
    (planned.train.examples.length + planned.test.examples.length) / Math.max(1, whole);
  const known = new Map<string, { seconds: number; share: number }>();
  const sum = { expected: 0, taken: 0 };
  const error = (): number => (sum.expected < telling ? 1 : Math.min(mostOff, Math.max(1 / mostOff, sum.taken / sum.expected)));
  return {
    add(planned, seconds) {
      const { name } = planned.approach;
      const share = shareOf(planned);
      const before = known.get(name) ?? { seconds: 0, share: 0 };
      known.set(name, { seconds: before.seconds + seconds, share: before.share + share });
      sum.expected += (expected.get(name) ?? 0) * share;
      sum.taken += seconds;
    },
    of(left) {
      if (expected.size === 0) return undefined;
      return left.reduce((total, planned) => {
        const own = known.get(planned.approach.name);
        const seconds = own === undefined ? (expected.get(planned.approach.name) ?? 0) * error() : own.seconds / own.share;
        return total + seconds * shareOf(planned);
      }, 0);
    },
  };
}
