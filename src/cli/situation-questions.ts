/** @file The questions of `crossover advise`: what is asked in the terminal, and the flag that answers each without one. */
import { nothingTold, peopleKinds, type Situation, stages, taskKinds } from "../advise/priors/situation.js";
import { UserError } from "../lib/errors.js";
import { choice, names, number, partsOf, toggle, type ValueKind, wholeNumber } from "../run/options/option.js";

/** One question. An empty answer skips it. */
export interface Question<Value = unknown> {
  readonly flag: string;
  readonly argument?: string;
  readonly asked: string;
  readonly help: string;
  readonly kind: ValueKind<Value>;
}

type Questions = { readonly [Name in keyof Situation]: Question<NonNullable<Situation[Name]>> };

/** Yes or no in words; on the command line a switch. */
const yesOrNo: ValueKind<boolean> = {
  ...toggle(),
  must: "be yes or no",
  read: (given) => (/^y(es)?$/i.test(given) ? true : /^no?$/i.test(given) ? false : undefined),
};

/** Codes between commas, such as `en,de`. */
const languageCodes: ValueKind<readonly string[]> = {
  ...names(),
  must: "be codes of languages between commas, such as en,de",
  read: (given) => {
    const codes = partsOf(given.toLowerCase());
    return codes.length > 0 && codes.every((code) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(code)) ? codes : undefined;
  },
};

/** In the order in which they are asked. */
export const questions: Questions = {
  task: {
    flag: "--task",
    argument: "kind",
    asked: `What kind of task is it? (${taskKinds.join(", ")})`,
    help: "kind of task; generation is writing texts instead of choosing a label",
    kind: choice(taskKinds),
  },
  classes: {
    flag: "--classes",
    argument: "n",
    asked: "How many different labels are there to tell apart?",
    help: "number of different labels",
    kind: wholeNumber(2),
  },
  labels: {
    flag: "--labels",
    argument: "n",
    asked: "How many labeled rows do you have?",
    help: "labeled rows that you have",
    kind: wholeNumber(0),
  },
  labelsPossible: {
    flag: "--labels-possible",
    argument: "n",
    asked: "How many could you have, if you labeled more?",
    help: "labeled rows that you could have, including those that you have",
    kind: wholeNumber(0),
  },
  requestsPerMonth: {
    flag: "--requests-per-month",
    argument: "n",
    asked: "How many texts a month will be classified?",
    help: "texts to classify in a month",
    kind: wholeNumber(0),
  },
  maxLatencyMs: {
    flag: "--max-latency-ms",
    argument: "ms",
    asked: "How long may one answer take, in milliseconds?",
    help: "the longest that one answer may take, in milliseconds",
    kind: number(1),
  },
  isPrivate: {
    flag: "--private",
    asked: "Must texts stay on your machine? (yes, no)",
    help: "texts must stay on your machine (--no-private: they may leave it)",
    kind: yesOrNo,
  },
  hasLocalLlm: {
    flag: "--local-llm",
    asked: "Can an LLM run on a machine of yours, such as with Ollama? (yes, no)",
    help: "an LLM can run on a machine of yours (--no-local-llm: none can)",
    kind: yesOrNo,
  },
  people: {
    flag: "--people",
    argument: "who",
    asked: `Who will do the work: people who know the domain, programmers, or machine learning? (${peopleKinds.join(", ")})`,
    help: "who will do the work",
    kind: choice(peopleKinds),
  },
  stage: {
    flag: "--stage",
    argument: "stage",
    asked: `Is it a prototype, or for production? (${stages.join(", ")})`,
    help: "what it is for",
    kind: choice(stages),
  },
  isChanging: {
    flag: "--changing",
    asked: "Do labels or tasks change often? (yes, no)",
    help: "labels or tasks change often (--no-changing: they stay as they are)",
    kind: yesOrNo,
  },
  languages: {
    flag: "--language",
    argument: "codes",
    asked: "In which languages are the texts? (codes such as en,de)",
    help: "languages of the texts, such as en,de",
    kind: languageCodes,
  },
};

/** Asks a question; `undefined` where nobody can answer, or nobody wants to any more. */
export type Ask = (question: string) => Promise<string | undefined>;

/**
 * Asks what was not told. An empty answer skips a question, an answer that can't be read is asked for again, and where nobody answers the
 * rest stays "not told".
 */
export async function interview(told: Partial<Situation>, ask: Ask, say: (text: string) => void): Promise<Situation> {
  let situation: Situation = checked({ ...nothingTold, ...told });
  for (const name of Object.keys(questions) as (keyof Situation)[]) {
    if (situation[name] !== null || isPointless(name, situation)) continue;
    const { asked, kind } = questions[name];
    for (;;) {
      const answer = (await ask(asked))?.trim();
      if (answer === undefined) return situation;
      if (answer === "") break;
      const value = kind.read(answer);
      const next = value === undefined ? undefined : { ...situation, [name]: value };
      const fault = next === undefined ? `"${answer}" is no answer here: it must ${kind.must}.` : faultOf(next);
      if (fault === null) {
        situation = next!;
        break;
      }
      say(`${fault} Leave it empty to skip the question.`);
    }
  }
  return situation;
}

/** Of a task that is no classification nothing else matters. */
const isPointless = (name: keyof Situation, { task }: Situation): boolean => task === "generation" && name !== "task";

function faultOf({ labels, labelsPossible }: Situation): string | null {
  return labels !== null && labelsPossible !== null && labelsPossible < labels
    ? `--labels-possible is ${labelsPossible}, fewer than the ${labels} of --labels. It counts those that you have as well.`
    : null;
}

function checked(situation: Situation): Situation {
  const fault = faultOf(situation);
  if (fault !== null) throw new UserError(fault);
  return situation;
}
