/** @file Rows and tasks: what approaches learn from, and are measured on. */

/** One labelled text. */
export interface Example {
  /** Stable across runs and unique in its dataset: results of two approaches pair up by it. */
  readonly id: string;
  readonly text: string;
  /** Names in `Dataset.labels`: one, or several (also none) where the task is multi-label. Label indices exist only inside `tune/`. */
  readonly labels: readonly string[];
  /**
   * Soft labels: how likely each label is, by the model that gave `labels`; they sum to 1 unless the task is multi-label. What is trained learns from these
   * instead. Absent where a person gave the labels.
   */
  readonly softLabels?: Readonly<Record<string, number>>;
  /** Rows of one group (a customer, a document) never sit on two sides of a split. */
  readonly group?: string;
  /** What stands in the column that rows are parted by to see what other rows do to an approach (`Dataset.shiftColumn`). Has no part in any hash. */
  readonly shift?: string;
  /** Where the row stands, for people: `tickets.csv:41`. Has no part in any hash. */
  readonly place?: string;
}

/** Labelled examples, immutable. Every split and subset is again a `Dataset`, with the same `labels`. */
export interface Dataset {
  /** Shown to people; the file's name without its extension unless told otherwise. */
  readonly name: string;
  /** Every label that may occur, in a fixed order, also those absent from this subset. */
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** What a label means, in words, for the prompted arm. Labels without an entry are described by their own name. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Other names of a label by which an answer may call it. Labels without an entry have none. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** The column whose values examples have as `shift`. Absent where none was named. */
  readonly shiftColumn?: string;
  readonly examples: readonly Example[];
}

/** One labelled task, frozen: what both arms learn from, and the test rows that both are measured on. */
export interface Task {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Rows that the user keeps to choose by: never learned from, never tested on. Where there are none, they are cut from `train`. */
  readonly validation?: Dataset;
  /** SHA-256 of the test rows (id, text, labels), so that two runs can be seen to share a test set. */
  readonly testHash: string;
  readonly trainHash: string;
  /** The same of the validation rows, where there are some of the user's own. */
  readonly validationHash?: string;
  /** How the split came about, in one sentence for people. */
  readonly splitNote: string;
  /** What the reader noticed and the user should know: suspicious labels, recoded files, dropped rows. */
  readonly warnings: readonly string[];
  /** What was done without being asked, and is no cause for alarm: columns found, files picked up. */
  readonly notes?: readonly string[];
}

/** A text to be answered: an example without its labels, which a predictor never sees. */
export type Query = Pick<Example, "id" | "text">;

/** What a comparison knows of its data without holding the rows. */
export interface TaskFacts {
  readonly name: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  readonly trainRows: number;
  readonly testRows: number;
  readonly trainHash: string;
  readonly testHash: string;
  /** Of the user's own validation rows, where there are some. */
  readonly validationHash?: string;
  readonly splitNote: string;
  readonly warnings: readonly string[];
}
