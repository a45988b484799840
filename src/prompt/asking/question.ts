/** @file What a prompt asks about each text: which examples it shows, which labels it offers. */

import { UserError } from "../../lib/errors.js";
import { evenlySpaced } from "../../lib/evenly-spaced.js";
import type { Context, PredictContext } from "../../types/approach.js";
import type { Encoder } from "../../types/encoder.js";
import { noDemos } from "../demos/balanced-demos.js";
import { fixedDemosFor } from "../demos/fixed-demos.js";
import { type EmbeddedDemos, embedDemos, nearestFirst, type Vector } from "../demos/neighbors.js";
import { retrievedDemosFor } from "../demos/retrieved-demos.js";
import type { PromptProgram } from "../program.js";
import type { Demo, PromptTemplate } from "../template.js";
import { embedLabels, type LabelVectors, narrowed, shortlist } from "./shortlist.js";

/** What is asked about one text. */
export interface Question {
  /** With the labels that come into question. */
  readonly template: PromptTemplate;
  readonly demos: readonly Demo[];
}

/** A program made ready to ask. */
export interface Questions {
  /** The question about each of the texts, by its place; made when it is asked for. */
  about(texts: readonly string[], context: PredictContext): Promise<(place: number) => Question>;
  /** Questions as they are likely to be, before any text is known: of examples and labels of the program's own in place of texts. */
  readonly typical: readonly Question[];
  /** What they cannot be asked without: see `PredictorFacts.needs`. */
  readonly needs: readonly string[];
}

/** So many are tried for what is typical. */
const typicalQuestions = 16;

/** Whether a program needs an encoder. */
export function needsEncoder({ demos, shortlist }: PromptProgram): boolean {
  return demos.kind === "retrieved" || shortlist !== null;
}

/**
 * Embeds what the program needs embedded: the pool of its examples, and its labels where it makes a shortlist. `UserError` where it needs
 * an encoder and none is given.
 */
export async function prepareQuestions(
  program: PromptProgram,
  encoder: Encoder | undefined,
  context: Context,
): Promise<Questions> {
  const { template, demos, shortlist: size } = program;
  if (!needsEncoder(program)) {
    const fixed = demos.kind === "fixed" ? demos : noDemos;
    return {
      needs: [],
      typical: [{ template, demos: fixed.examples }],
      about: async (texts) => (place) => ({ template, demos: fixedDemosFor(fixed, texts[place]!) }),
    };
  }
  if (encoder === undefined) {
    throw new UserError(
      `This prompt ${demos.kind === "retrieved" ? "retrieves its examples" : "shortlists its labels"} by an encoder, and none was given.`,
    );
  }
  const embedding: PredictContext = { ...context, useCache: true };
  const known = await embedDemos(demos.kind === "fixed" ? demos.examples : demos.pool, encoder, embedding);
  const labels = size === null ? null : await embedLabels(template, encoder, embedding);
  const texts = known.length > 0 ? known.map(({ demo, vector }) => ({ text: demo.text, vector })) : (labels ?? []);
  const typical = evenlySpaced<{ readonly text: string; readonly vector: Vector }>(texts, typicalQuestions);
  return {
    needs: [`encoder ${encoder.name}`],
    typical:
      typical.length === 0
        ? [{ template, demos: [] }]
        : typical.map(({ text, vector }) => questionFor(text, vector, program, known, labels)),
    async about(texts, predictContext) {
      const vectors = texts.length === 0 ? [] : await encoder.embed(texts, predictContext);
      return (place) => questionFor(texts[place]!, vectors[place]!, program, known, labels);
    },
  };
}

function questionFor(
  text: string,
  vector: Vector,
  { template, demos, shortlist: size }: PromptProgram,
  known: EmbeddedDemos,
  labels: LabelVectors | null,
): Question {
  const ranked = nearestFirst(vector, known);
  const offered = labels === null || size === null ? null : shortlist(text, vector, labels, ranked, size);
  const isAllowed = (demo: Demo): boolean => offered === null || demo.labels.every((label) => offered.has(label));
  return {
    template: offered === null ? template : narrowed(template, offered),
    demos: demos.kind === "fixed" ? fixedDemosFor(demos, text, isAllowed) : retrievedDemosFor(demos, text, ranked, isAllowed),
  };
}
