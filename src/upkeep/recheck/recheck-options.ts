/** What is asked again, of whom, and for how much. */
export interface RecheckOptions {
  /** The run's folder. */
  readonly run: string;
  /** @default the one that the run advises */
  readonly approach?: string;
  /** Another LLM for the same prompt; without `approach` for the run's best one. */
  readonly llm?: string;
  /** A decline up to this does not matter. @default the run's */
  readonly margin?: number;
  /** Ask about so many of the rows, drawn at random, the same each time. @default all */
  readonly limit?: number;
  readonly budgetUsd?: number;
  /** Ask in batches, at half the price, within a day. */
  readonly batch?: boolean;
  readonly yes: boolean;
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  readonly patienceSeconds?: number;
  readonly prices?: string;
  readonly offline: boolean;
  readonly envFile?: string;
}
