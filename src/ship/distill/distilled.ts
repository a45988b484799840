/** @file `hybrid:distilled`: a language model labels rows that nobody has labelled, and a small model is trained on them besides the human rows. */
import { join } from "node:path";
import { isOutcomeRight } from "../../compare/calibration/claims.js";
import { answerConfidence, calibrated, fitScoreCalibration } from "../../compare/calibration/score-calibration.js";
import { splitDataset } from "../../data/split.js";
import { throwIfAborted, UserError } from "../../lib/errors.js";
import { formatCount, formatPercent } from "../../lib/text/format.js";
import type { Approach, FitContext, RunEstimate } from "../../types/approach.js";
import type { Dataset, Example, Query } from "../../types/data.js";
import type { DistilledFacts } from "../../types/identity.js";
import type { Outcome, Prediction } from "../../types/prediction.js";
import { rowAsker } from "./asked-rows.js";
import { balancedRows, expectedShare, isKept, type KeepRule, keepRule } from "./kept-rows.js";

/** What is distilled from what. */
export interface DistilledOptions {
  /** Labels the pool. It asks an LLM, or replays what one answered. */
  readonly teacher: Approach;
  /** Is trained. */
  readonly student: Approach;
  /** Rows that nobody has labelled, none of them like a row of the task. */
  readonly pool: readonly Query[];
  /** Tells apart those of one LLM: `#2`. */
  readonly variant?: string;
}

/** Human rows on which the two are judged, neither having seen them: a share of the training rows, and the most and the fewest of them. */
const [judgedShare, mostJudged, fewestJudged] = [0.3, 200, 10] as const;

/**
 * `hybrid:distilled@LLM`. A part of the human rows is held back: on these it is seen how often the LLM is right, and how sure it is then, and how often the
 * small model is that was trained on the others. The LLM's answers to the pool are kept where it is right at least as often (`keepRule`), balanced by
 * label, with their probabilities as soft labels where it has any, calibrated on the same human rows. Then the small model is trained on
 * all human rows and the kept ones. Where nothing would be kept, the pool is not asked about, and the small model has the human rows alone.
 *
 * Equal arguments and answers give equal models. Answers are kept in the folder for checkpoints as they come in.
 */
export function distilled({ teacher, student, pool, variant }: DistilledOptions): Approach {
  const { model } = teacher;
  return {
    name: `hybrid:distilled@${(model ?? teacher.name).replace(/\s+/g, "-")}${variant ?? ""}`,
    arm: "hybrid",
    method: "distilled",
    ...(model !== undefined && { model }),
    ...(variant !== undefined && { variant }),
    traits: { asksLlm: false, isRecording: false, learnsFrom: "labels" },
    summary: `${student.name} trained on the labelled rows and on ${formatCount(pool.length)} more that ${teacher.name} labels, where it is sure enough.`,
    async estimate(train, queries) {
      const { learned, judged } = judgingRows(train, 0);
      const asked = await teacher.estimate(learned, [...judged.examples, ...pool]);
      const first = judged.examples.length === 0 ? null : await student.estimate(learned, judged.examples);
      const whole = await student.estimate(withPool(train, pool), queries);
      return sumOf(asked, first, whole);
    },
    async fit(train, context) {
      throwIfAborted(context.signal);
      const taught = await taughtRows({ teacher, student, pool }, train, context);
      const own = partOf(context, "student");
      const predictor = await student.fit({ ...train, examples: [...train.examples, ...taught.examples] }, own);
      context.spend({ labels: train.examples.length });
      return {
        ...predictor,
        get facts() {
          const { facts } = predictor;
          return { ...facts, humanWords: facts.humanWords + taught.humanWords, distilled: taught.facts };
        },
      };
    },
  };
}

/** What the LLM taught. */
interface Taught {
  readonly examples: readonly Example[];
  /** Words that a person wrote for its prompt. */
  readonly humanWords: number;
  readonly facts: DistilledFacts;
}

async function taughtRows(options: DistilledOptions, train: Dataset, context: FitContext): Promise<Taught> {
  const { teacher, student, pool } = options;
  const { learned, judged } = judgingRows(train, context.seed);
  const space = { labels: train.labels, isMultiLabel: train.isMultiLabel };
  const asking = partOf(context, "teacher");
  await using asked = await teacher.fit(learned, asking);
  const { humanWords } = asked.facts;
  const rows = rowAsker(asked, asking.checkpointFolder);
  const outcomes = outcomesOf(judged.examples, await rows.ask(queriesOf(judged), asking));
  const answered = outcomes.filter(({ answer }) => answer !== null);
  const studentRight = await rightAlone(student, { learned, judged }, partOf(context, "judged"));
  const calibration = fitScoreCalibration(answered, space);
  const sure = <Said extends Prediction>(said: Said) => answerConfidence(calibrated(said, calibration, space), space);
  const judgements = answered.map((outcome) => ({ confidence: sure(outcome), isRight: isOutcomeRight(outcome) }));
  // Without human rows to judge it by nothing is known of it, and it is taken at its word.
  const rule: KeepRule =
    studentRight === null
      ? { kind: "all", judged: 0, right: 0 }
      : keepRule(judgements, expectedShare(studentRight, judged.examples.length));
  const known = {
    student: student.name,
    teacher: teacher.name,
    judged: {
      rows: judged.examples.length,
      answered: answered.length,
      right: judgements.filter(({ isRight }) => isRight).length,
      studentRight: studentRight ?? 0,
    },
    pool: pool.length,
    rule,
  };
  if (rule.kind === "none") {
    context.log({ kind: "note", text: nothingKept(known) });
    return { examples: [], humanWords, facts: { ...known, asked: 0, answered: 0, kept: 0, isSoft: false } };
  }
  const answers = await rows.ask(pool, asking);
  const all = answers.map((answer) => calibrated(answer, calibration, space));
  const isSoft = all.some(({ answer, scores }) => answer !== null && scores !== undefined);
  const sureEnough = all.flatMap((said, place) => {
    const confidence = answerConfidence(said, space);
    if (said.answer === null || !isKept(confidence, rule)) return [];
    return [{ confidence, labels: said.answer, example: taughtExample(pool[place]!, said) }];
  });
  const kept = balancedRows(
    sureEnough,
    train.examples.map(({ labels }) => labels),
    train.isMultiLabel,
  );
  const hadAnswer = all.filter(({ answer }) => answer !== null).length;
  const facts = { ...known, asked: pool.length, answered: hadAnswer, kept: kept.length, isSoft };
  context.log({ kind: "note", text: keptText(facts) });
  return { examples: kept.map(({ example }) => example), humanWords, facts };
}

/** How many of the judged rows the small model gets right alone; `null` where there are none. */
async function rightAlone(
  student: Approach,
  { learned, judged }: { readonly learned: Dataset; readonly judged: Dataset },
  context: FitContext,
): Promise<number | null> {
  if (judged.examples.length === 0) return null;
  await using alone = await student.fit(learned, context);
  const answers = await alone.predict(queriesOf(judged), { ...context, useCache: true });
  return outcomesOf(judged.examples, answers).filter(isOutcomeRight).length;
}

/** The human rows in two: those that are learned from, and those that both are judged on, of which there may be none. */
function judgingRows(train: Dataset, seed: number): { readonly learned: Dataset; readonly judged: Dataset } {
  const none = { learned: train, judged: { ...train, examples: [] } };
  if (train.examples.length * judgedShare < fewestJudged) return none;
  try {
    const { kept, held } = splitDataset(train, { share: judgedShare, maxRows: mostJudged, seed });
    return held.examples.length < fewestJudged ? none : { learned: kept, judged: held };
  } catch (error) {
    if (error instanceof UserError) return none;
    throw error;
  }
}

/** A context with a folder of its own. Its labels are those of the whole, which are spent once. */
function partOf(context: FitContext, name: string): FitContext {
  const { checkpointFolder } = context;
  return {
    ...context,
    spend: ({ labels: _, ...cost }) => context.spend(cost),
    ...(checkpointFolder !== undefined && { checkpointFolder: join(checkpointFolder, name) }),
  };
}

const queriesOf = ({ examples }: Dataset): Query[] => examples.map(({ id, text }) => ({ id, text }));

const outcomesOf = (examples: readonly Example[], answers: readonly Prediction[]): Outcome[] =>
  examples.map(({ id, labels }, place) => ({ ...answers[place]!, id, truth: labels }));

/** Ids of a pool may be those of human rows. */
const poolId = (id: string): string => `unlabelled ${id}`;

function taughtExample({ id, text }: Query, { answer, scores }: Prediction): Example {
  return { id: poolId(id), text, labels: answer!, ...(scores !== undefined && { softLabels: scores }) };
}

/** The most that the small model may be trained on, for an estimate: which labels the rows will have is not known. */
function withPool(train: Dataset, pool: readonly Query[]): Dataset {
  const { examples } = train;
  if (examples.length === 0) return train;
  const taught = pool.map(({ id, text }, i) => ({ id: poolId(id), text, labels: examples[i % examples.length]!.labels }));
  return { ...train, examples: [...examples, ...taught] };
}

function sumOf(asked: RunEstimate, ...trained: readonly (RunEstimate | null)[]): RunEstimate {
  const { usdRange, calls, inputTokens, outputTokens, usd } = asked;
  const seconds = trained.reduce((sum, each) => sum + (each?.seconds ?? 0), asked.seconds);
  return { calls, inputTokens, outputTokens, usd, ...(usdRange !== undefined && { usdRange }), seconds };
}

function keptText({ asked, kept, rule, teacher }: DistilledFacts): string {
  const what = `${formatCount(kept)} of ${formatCount(asked)} rows that ${teacher} labelled are learned from`;
  if (rule.kind !== "from") return `${what}.`;
  return `${what}: those of which it is at least ${formatPercent(rule.confidence)} sure. As sure it was right on ${rule.right} of ${rule.judged} human labels.`;
}

function nothingKept({ teacher, student, judged }: Pick<DistilledFacts, "teacher" | "student" | "judged">): string {
  return (
    `${teacher} is asked about no unlabelled row: on ${formatCount(judged.rows)} human labels it was right on ${formatCount(judged.right)}, ` +
    `${student} alone on ${formatCount(judged.studentRight)}, and nowhere was it sure enough to be right as often.`
  );
}
