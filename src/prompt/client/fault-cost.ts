/**
 * @file The most that a request may have cost whose answer never came. Only the service knows what it billed; a hard budget has to count
 * something, and the worst case, an answer as long as it may be, is tens of times what answers cost: a tenth of all requests breaking off would use
 * up the budget (decisions/0023).
 */

/** Answers from which on they say what others can have cost. */
const enough = 10;

export interface FaultCost {
  /** A request was answered, after so many seconds, and came to this share of its worst case. */
  answered(costUsd: number, worstUsd: number, seconds: number): void;
  /**
   * What a request may have cost that broke off after so many seconds: as great a share of its worst case as that of the dearest answer. All of it
   * where there are too few answers to say, and where it was open for longer than any that was answered: it may have been a longer one.
   */
  most(worstUsd: number, seconds: number): number;
}

/** Nothing is known yet. */
export function createFaultCost(): FaultCost {
  let [answers, dearest, slowest] = [0, 0, 0];
  return {
    answered(costUsd, worstUsd, seconds) {
      if (!(worstUsd > 0)) return;
      answers++;
      dearest = Math.max(dearest, costUsd / worstUsd);
      slowest = Math.max(slowest, seconds);
    },
    most: (worstUsd, seconds) => (answers < enough || seconds > slowest ? worstUsd : worstUsd * Math.min(1, dearest)),
  };
}
