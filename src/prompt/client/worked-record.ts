/** How long what was open when an answer came is remembered, twice at most. */
const epochMs = 5000;

/** The most requests that were open when one started that was answered, lately. */
export interface WorkedRecord {
  /** A request was answered that started when so many were open. */
  remember(opened: number, now: number): void;
  /** The most, in this epoch and the last one. */
  most(): number;
}

/** Nothing was answered yet. Times are in milliseconds. */
export function createWorkedRecord(): WorkedRecord {
  let worked = { epoch: 0, now: 0, before: 0 };
  return {
    remember(opened, now) {
      const epoch = Math.floor(now / epochMs);
      if (epoch !== worked.epoch) worked = { epoch, now: 0, before: epoch === worked.epoch + 1 ? worked.now : 0 };
      worked.now = Math.max(worked.now, opened);
    },
    most: () => Math.max(worked.now, worked.before),
  };
}
