import type { Task } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import type { Measurement, MeasurementKey } from "../types/measurement.js";

/** What is given to whoever measures more within a time, once the comparison itself is measured: learning curves and experiments. */
export interface FurtherMeasuring {
  readonly task: Task;
  /** That the further measurements of all sessions may take together. */
  readonly seconds: number;
  /** Of the comparison. */
  readonly seeds: readonly number[];
  /** The comparison's own. */
  readonly measurements: readonly Measurement[];
  /** Those of an earlier session, further ones among them. */
  readonly finished: readonly Measurement[];
  readonly signal: AbortSignal;
  readonly log: (event: ProgressEvent) => void;
  readonly checkpointFolder?: ((fit: MeasurementKey) => string) | undefined;
  readonly sharedFolder?: string | undefined;
  readonly onMeasurement?: ((measurement: Measurement) => Promise<void>) | undefined;
  /** Called before the first one; never where there is none to make. */
  readonly onStart: () => void;
}
