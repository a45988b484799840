/** @file What predictions cost, and what that assumes. */

/** What the price of a prediction follows from. */
export type PriceBasis =
  /** The mean list price of so many requests. */
  | { readonly kind: "list-price"; readonly requests: number }
  /** This machine's price over the texts that it answers in the share of the time it is busy. */
  | {
      readonly kind: "machine";
      readonly textsPerSecond: number;
      readonly usdPerHour: number;
      /** See `Assumptions`. */
      readonly utilization: number;
    };

/** What was spent before the first prediction, in USD. */
export interface SetupCost {
  /** Making the labels it learned from. */
  readonly labels: number;
  /** Machine time of fitting, and what services billed for it. */
  readonly fitting: number;
}

/** What prices the comparison assumes. Users set them; the report lists them. */
export interface Assumptions {
  /** Differences within this many points of accuracy (0.01 = one point) do not matter in practice. */
  readonly margin: number;
  /** What one label costs to make. */
  readonly usdPerLabel: number;
  /** Price of a machine like this one. */
  readonly usdPerMachineHour: number;
  /** Share of the time that the machine serving the tuned model is busy. */
  readonly utilization: number;
}

/** From how many requests on the tuned model is the cheaper one. */
export interface BreakEven {
  readonly tuned: string;
  readonly prompted: string;
  /** `null`: never, at these prices. 0: from the first request. */
  readonly requests: number | null;
  /**
   * Ends of the 95 % interval of `requests`: what other requests would have changed. `high` is `null` where it may be never. Absent
   * where it was not measured how much single requests differ in cost.
   */
  readonly interval?: { readonly low: number; readonly high: number | null };
  /**
   * What varies too and is not in the interval: how fast this machine runs, where that is the price of one of the two, since it was timed
   * once. Absent where both are billed by request.
   */
  readonly leavesOut?: "machine-speed";
  /** What `requests` follows from: what the tuned one costs more to set up, over what a request saves. */
  readonly basis: {
    /** Of the tuned one minus that of the prompted one. */
    readonly extraSetup: SetupCost;
    /** Running prices. */
    readonly usdPerThousand: { readonly tuned: number; readonly prompted: number };
    /** False where one of the two is a recording: what setting it up took is not known, and counted as nothing. */
    readonly isSetupKnown: boolean;
  };
}
