/** @file What approaches are called for people: by what they are, never by their id. */
import type { Comparison } from "../../types/comparison.js";
import type { Identity, Traits } from "../../types/identity.js";

/** What one approach is called. All three are plain text; parts of it (a model's name, a prompt's file) are untrusted. */
export interface ApproachName {
  /** Unique in its comparison: `Fine-tuned MiniLM, all layers`, `GPT-5 mini, few-shot`. */
  readonly name: string;
  /** Unique in its comparison, for sentences and narrow places, with a capital only where a name has one: `fine-tuned MiniLM`, `GPT-5 mini`. */
  readonly short: string;
  /** What it does, in one sentence. */
  readonly gloss: string;
}

/** An approach to be named: a measurement, a summary, or one that failed. */
export interface Named extends Identity {
  /** Its id. */
  readonly approach: string;
  readonly traits: Traits;
}

/** What it may be called, the shortest first, each more exact than the one before. */
interface Wordings {
  readonly names: readonly string[];
  readonly shorts: readonly string[];
  readonly gloss: string;
}

/** The names of all approaches of a comparison, also of those that failed, by id. */
export function approachNames({
  measurements,
  summaries,
  failed,
}: Pick<Comparison, "measurements" | "summaries" | "failed">): ReadonlyMap<string, ApproachName> {
  return namesOf([...summaries, ...measurements, ...failed]);
}

/** The names of some approaches, by id, unique among them. */
export function namesOf(approaches: readonly Named[]): ReadonlyMap<string, ApproachName> {
  const byId = new Map(approaches.map((each) => [each.approach, each]));
  const wordings = new Map([...byId].map(([id, each]) => [id, wordingsOf(each)]));
  const names = unique(new Map([...wordings].map(([id, { names }]) => [id, names])));
  const shorts = unique(new Map([...wordings].map(([id, { shorts }]) => [id, shorts])));
  return new Map([...wordings].map(([id, { gloss }]) => [id, { name: names.get(id)!, short: shorts.get(id)!, gloss }]));
}

/** Of each the first of its wordings that none of the others has too; where all are taken, the last one with the id. */
function unique(wordings: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const levels = Math.max(0, ...[...wordings.values()].map(({ length }) => length));
  let open = [...wordings.keys()];
  for (let level = 0; level < levels; level++) {
    const textOf = (id: string): string => wordings.get(id)![Math.min(level, wordings.get(id)!.length - 1)]!;
    const taken = [...found.values(), ...open.map(textOf)].map((text) => text.toLowerCase());
    const isFree = (id: string): boolean => taken.filter((text) => text === textOf(id).toLowerCase()).length === 1;
    for (const id of open.filter(isFree)) found.set(id, textOf(id));
    open = open.filter((id) => !found.has(id));
  }
  for (const id of open) found.set(id, `${wordings.get(id)!.at(-1)!} (${id})`);
  return found;
}

function wordingsOf(approach: Named): Wordings {
  const { arm, traits } = approach;
  if (traits.isMajority) return majorityWordings;
  if (arm === "prompt" && traits.asksLlm) return promptedWordings(approach);
  if (arm === "hybrid" && approach.method === "distilled") return distilledWordings(approach);
  const words = wordsOfMethods[approach.method];
  // An approach of somebody's own: nobody but its author has words for it.
  if (words === undefined || words.arm !== arm) return { names: [approach.approach], shorts: [approach.approach], gloss: "" };
  const { model } = approach;
  return words.say(model === undefined ? "the encoder" : encoderName(model), model ?? "the encoder");
}

const distilledWordings = ({ model = "an LLM" }: Named): Wordings => {
  const llm = llmName(model);
  return {
    names: [`Distilled from ${llm}`, `Distilled from ${model}`],
    shorts: [`distilled from ${llm}`, `distilled from ${model}`],
    gloss: `The small model, trained on your rows and on unlabelled ones that ${llm} labelled, where it was sure enough.`,
  };
};

const majorityWordings: Wordings = {
  names: ["Always the commonest label"],
  shorts: ["commonest label"],
  gloss: "Gives every text the label that most training rows have: what any approach must beat to have learned anything.",
};

/** The words for ways that ask no language model; `encoder` is the short name, `full` the one it is loaded by. */
const wordsOfMethods: Readonly<
  Record<string, { readonly arm: Identity["arm"]; readonly say: (encoder: string, full: string) => Wordings } | undefined>
> = {
  full: {
    arm: "tune",
    say: (encoder, full) => ({
      names: [
        `Fine-tuned ${encoder}, all layers`,
        `Fine-tuned ${encoder}, all layers at once`,
        `Fine-tuned ${full}, all layers at once`,
      ],
      shorts: [`fine-tuned ${encoder}`, `${encoder}, all at once`, `${full}, all at once`],
      gloss: `All weights of ${encoder}, a small language encoder, and a classifier on it are trained on your rows.`,
    }),
  },
  "lp-ft": {
    arm: "tune",
    say: (encoder, full) => ({
      names: [
        `Fine-tuned ${encoder}, all layers`,
        `Fine-tuned ${encoder}, classifier first, then all layers`,
        `Fine-tuned ${full}, classifier first, then all layers`,
      ],
      shorts: [`fine-tuned ${encoder}`, `${encoder}, classifier first`, `${full}, classifier first`],
      gloss: `A classifier on ${encoder}, a small language encoder, is trained on your rows first, then all weights together with it.`,
    }),
  },
  lora: {
    arm: "tune",
    say: (encoder, full) => ({
      names: [`LoRA on ${encoder}`, `LoRA on ${full}`],
      shorts: [`LoRA on ${encoder}`, `LoRA on ${full}`],
      gloss: `${encoder}, a small language encoder, stays as it is; small matrices beside its weights, and a classifier, are trained on your rows.`,
    }),
  },
  setfit: {
    arm: "tune",
    say: (encoder, full) => ({
      names: [`SetFit on ${encoder}`, `SetFit on ${full}`],
      shorts: [`SetFit on ${encoder}`, `SetFit on ${full}`],
      gloss: `${encoder}, a small language encoder, learns from pairs of your rows what has the same label; a linear classifier on it answers.`,
    }),
  },
  probe: {
    arm: "tune",
    say: (encoder, full) => ({
      names: [`Linear classifier on ${encoder}`, `Linear classifier on ${full}`],
      shorts: [`classifier on ${encoder}`, `classifier on ${full}`],
      gloss: `${encoder}, a small language encoder, stays as it is; a linear classifier on its vectors is trained on your rows.`,
    }),
  },
  tfidf: {
    arm: "tune",
    say: () => ({
      names: ["TF-IDF with a linear model"],
      shorts: ["TF-IDF"],
      gloss: "Weighted counts of words and word pairs, and a linear classifier trained on them: no language model at all.",
    }),
  },
  "nearest-centroid": {
    arm: "baseline",
    say: (encoder, full) => ({
      names: ["Nearest class mean", `Nearest class mean of ${full}`],
      shorts: ["nearest mean", `nearest mean of ${full}`],
      gloss: `Gives each text the label whose training rows are nearest to it on average, by the vectors of ${encoder}.`,
    }),
  },
  labels: {
    arm: "baseline",
    say: (encoder, full) => ({
      names: ["Label matching, no language model", `Label matching by ${full}, no language model`],
      shorts: ["label matching", `label matching by ${full}`],
      gloss: `Gives each text the label whose name or description is most like it, by the vectors of ${encoder}: it stands in for a prompt and asks no language model.`,
    }),
  },
};

/** The manner of a prompt, after the model's name, and what it means. */
const manners: Readonly<Record<string, { readonly manner: string; readonly gloss: string } | undefined>> = {
  "zero-shot": { manner: "zero-shot", gloss: "is given the labels and their descriptions, and no examples." },
  "few-shot": {
    manner: "few-shot",
    gloss: "is given the labels, their descriptions, and some of your training rows as examples.",
  },
  nearest: {
    manner: "nearest examples",
    gloss: "is given the labels, and with each text the training rows that are most like it.",
  },
  "nearest-balanced": {
    manner: "nearest examples of each label",
    gloss: "is given the labels, and with each text the training rows of each label that are most like it.",
  },
  "nearest-diverse": {
    manner: "varied near examples",
    gloss: "is given the labels, and with each text training rows that are like it and unlike each other.",
  },
  cot: { manner: "thinking first", gloss: "is given the labels, and told to think before it answers." },
  "self-consistency": {
    manner: "most of 5 answers",
    gloss: "is asked several times, to think first; its most frequent answer counts.",
  },
  optimized: { manner: "searched prompt", gloss: "is asked with a prompt that a search found on your training rows." },
  file: { manner: "your prompt", gloss: "is asked with your own prompt." },
  recorded: { manner: "your recorded answers", gloss: "gave these answers before; they are replayed, not asked again." },
};

function promptedWordings({ approach, method, model, variant, traits }: Named): Wordings {
  const way = manners[traits.isRecording ? "recorded" : method];
  if (model === undefined || way === undefined) return { names: [approach], shorts: [approach], gloss: "" };
  const exact = traits.isRecording ? model : modelOfSpec(model);
  const llm = llmName(exact);
  // Recordings of one model are told apart by number, prompts by the name of their file.
  const one = variant === undefined ? "" : method === "file" ? ` “${variant}”` : ` ${variant.replace(/^#/, "")}`;
  const manner = `${way.manner}${one}`;
  return {
    names: [`${llm}, ${manner}`, `${exact}, ${manner}`, `${model}, ${manner}`],
    shorts: [llm, `${llm}, ${manner}`, `${exact}, ${manner}`, `${model}, ${manner}`],
    gloss: `${exact} ${way.gloss}`,
  };
}

/** Encoders whose name says less than that of their family. */
const knownEncoders: Readonly<Record<string, string | undefined>> = { "minilm-l6": "MiniLM" };

/** An encoder in short: of a repository or a folder the last part. */
function encoderName(model: string): string {
  const last = model.split(/[/\\]/).findLast((part) => part !== "") ?? model;
  return Object.hasOwn(knownEncoders, last) ? knownEncoders[last]! : last;
}

/** The model of a spec, which is `PROVIDER:MODEL`, or `PROVIDER:URL#MODEL` for an address of one's own. */
function modelOfSpec(spec: string): string {
  const model = spec.slice(spec.indexOf(":") + 1);
  return /^https?:[^#]*#(.*)$/s.exec(model)?.[1] ?? model;
}

/** A language model in short: `GPT-5 mini` for `gpt-5-mini-2025-08-07`, of a repository the last part. */
function llmName(model: string): string {
  const last = model.split("/").findLast((part) => part !== "") ?? model;
  const [, version, kinds = ""] = /^gpt-(\d[\w.]*?)((?:-[a-z]+)*)(?:-\d{4}(?:-\d\d-\d\d)?)?$/.exec(last) ?? [];
  return version === undefined ? last : `GPT-${version}${kinds.replaceAll("-", " ")}`;
}
