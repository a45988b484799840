/** @file What an approach is, as data, and what fitting made of it. */

/**
 * The two ways that are compared, what is made of both (a cascade, a distilled model), and the floor under all. A verdict is between `tune` and
 * `prompt`: a `hybrid` is ranked beside them.
 */
export type Arm = "tune" | "prompt" | "hybrid" | "baseline";

/** What an approach is, as data. Its name is for people: nothing is read out of it. */
export interface Identity {
  readonly arm: Arm;
  /** The way: `probe`, `zero-shot`, `file`, `recorded`, `majority`. */
  readonly method: string;
  /** What the way is applied to: the spec of an LLM, or the name of an encoder. Absent where there is no model. */
  readonly model?: string;
  /** Tells apart approaches of one method and one model: the name of a prompt's file, the number of a recording. */
  readonly variant?: string;
}

/** What is true of an approach and matters to whoever compares it. */
export interface Traits {
  /** Its answers come from a language model, now or when they were recorded. One of the arm `prompt` that asks none is a stand-in for one. */
  readonly asksLlm: boolean;
  /** It replays answers that were given before. */
  readonly isRecording: boolean;
  /** `labels`: labelled examples, by training or in its prompt. `unknown`: a recording, of which nobody told. */
  readonly learnsFrom: "labels" | "nothing" | "unknown";
  /** It always gives the most frequent label: what any approach must beat to have learned anything. */
  readonly isMajority: boolean;
}

/** What fitting changed and what a person had to supply, counted: the raw material of the factors "customization" and "skill". */
export interface PredictorFacts {
  /** Numbers that fitting set from the examples. */
  readonly trainedParameters: number;
  /** Numbers in the whole model, where they can be known. */
  readonly totalParameters: number | null;
  /** Tokens or, without a tokenizer, words of instruction and examples sent with each text. 0 where there is no prompt. */
  readonly promptTokens: number;
  /** Words a person wrote for it beyond the labels: instruction, label descriptions. */
  readonly humanWords: number;
  /** Settings that fitting chose by measuring, e.g. `{ C: 10 }`. */
  readonly chosen: Readonly<Record<string, string | number>>;
  /** Size of those of its files that have to be shipped to run it, in bytes; `null` where there are none: the model stays where it is asked, or it is no model to be shipped, as a baseline. */
  readonly artifactBytes: number | null;
  /** What a request costs through the service's batch interface, as a share of its list price. Absent where there is none, or no one share. */
  readonly batchPriceShare?: number;
  /** What it needs at prediction time that is not in its files, e.g. "OPENAI_API_KEY", "network". */
  readonly needs: readonly string[];
  /** Its answers were computed together on another machine, by a job: how long one alone takes is not known. */
  readonly isAnsweredAhead?: true;
  /** Present where a language model taught it. */
  readonly distilled?: DistilledFacts;
  /**
   * Present where answers that were given before are replayed: how they came about was not measured, so all of the above, and what fitting
   * took, is unknown. What the user told of it stands here; `null`: not told.
   */
  readonly recording?: {
    /** Labelled examples that the answers rest on: shown in the prompt, or learned from. */
    readonly labels: number | null;
    /** Words a person wrote for it. */
    readonly words: number | null;
  };
}

/** What a language model taught a small one. */
export interface DistilledFacts {
  /** The approach that was trained: the same without the rows that it was taught. */
  readonly student: string;
  /** The approach that labelled them. */
  readonly teacher: string;
  /** Human rows that neither had seen: how many the teacher answered and had right, and how many the student alone had right. */
  readonly judged: { readonly rows: number; readonly answered: number; readonly right: number; readonly studentRight: number };
  /** From which confidence on answers were kept, by those rows: the teacher had `right` of the `judged` that were as sure. */
  readonly rule:
    | { readonly kind: "from"; readonly confidence: number; readonly judged: number; readonly right: number }
    | { readonly kind: "all"; readonly judged: number; readonly right: number }
    | { readonly kind: "none" };
  /** Unlabelled rows that there were, that were asked about, that got an answer, and that were learned from. */
  readonly pool: number;
  readonly asked: number;
  readonly answered: number;
  readonly kept: number;
  /** Whether probabilities of labels were learned from, and not labels alone. */
  readonly isSoft: boolean;
}

/** A language model whose size is known. */
export interface SizedModel {
  /** As `--llm` names it. */
  readonly model: string;
  /** Numbers that it was trained to. */
  readonly parameters: number;
}
