/** @file What a person tells of their task before anything is measured. */

/** Kinds of tasks that a person can name. `generation` is anything that is not an answer from a fixed list. */
export const taskKinds = ["intents", "topics", "sentiment", "stance", "emotions", "other", "generation"] as const;
/** A kind of task. */
export type TaskKind = (typeof taskKinds)[number];

/** Who will do the work. */
export const peopleKinds = ["domain", "programmer", "machine-learning"] as const;
/** What the people who will do the work can do. */
export type People = (typeof peopleKinds)[number];

/** What it is for. */
export const stages = ["prototype", "production"] as const;
/** Whether it is tried out, or stays in use. */
export type Stage = (typeof stages)[number];

/** The answers of the interview; `null` is "not told", and nothing is assumed in its place. */
export interface Situation {
  readonly task: TaskKind | null;
  /** Number of different labels to tell apart. */
  readonly classes: number | null;
  /** Labeled rows there are. */
  readonly labels: number | null;
  /** Labeled rows there could be, those there are included. */
  readonly labelsPossible: number | null;
  readonly requestsPerMonth: number | null;
  /** The longest that one answer may take, in milliseconds. */
  readonly maxLatencyMs: number | null;
  /** Whether texts must stay on the machine. */
  readonly isPrivate: boolean | null;
  /** Whether an LLM can run on a machine of one's own. */
  readonly hasLocalLlm: boolean | null;
  readonly people: People | null;
  readonly stage: Stage | null;
  /** Whether the labels, or what is asked, change often. */
  readonly isChanging: boolean | null;
  /** Languages of the texts, as BCP 47 codes in lower case, such as `de`. */
  readonly languages: readonly string[] | null;
}

/** Nothing told. */
export const nothingTold: Situation = {
  task: null,
  classes: null,
  labels: null,
  labelsPossible: null,
  requestsPerMonth: null,
  maxLatencyMs: null,
  isPrivate: null,
  hasLocalLlm: null,
  people: null,
  stage: null,
  isChanging: null,
  languages: null,
};

/** Whether a service may be asked and whether a model of one's own may: `null` where that was not told. */
export function promptingPlaces({ isPrivate, hasLocalLlm }: Situation): {
  readonly service: boolean | null;
  readonly local: boolean | null;
} {
  return { service: isPrivate === null ? null : !isPrivate, local: hasLocalLlm };
}

/** Whether no LLM can be prompted at all: texts stay on the machine, and no LLM runs there. */
export function isPromptingExcluded({ isPrivate, hasLocalLlm }: Situation): boolean {
  return isPrivate === true && hasLocalLlm === false;
}
