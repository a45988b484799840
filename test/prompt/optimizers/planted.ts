/** @file For each optimizer a task with one prompt that is clearly best, of a kind that it can find. */
import type { Message } from "../../../src/prompt/llm.js";
import type { OptimizerName } from "../../../src/prompt/optimizers/optimizers.js";
import { tips } from "../../../src/prompt/optimizers/proposals.js";
import type { PromptProgram } from "../../../src/prompt/program.js";
import type { Example } from "../../../src/types/data.js";
import { chance, type SyntheticOptions } from "./synthetic.js";

const demosOf = ({ demos }: PromptProgram): readonly Example[] => (demos.kind === "fixed" ? demos.examples : []);
const instructionOf = ({ template }: PromptProgram): string => template.instruction ?? "";
const has = (program: PromptProgram, word: string): number => (instructionOf(program).includes(word) ? 1 : 0);
const isEasy = ({ id }: Example): boolean => chance("easy", id) < 0.4;

/** An instruction that depends on what is asked: the planted one where one of the tips is given. */
function proposal(messages: readonly Message[], tip: number): string {
  const asked = messages.at(-1)!.content;
  return `<instruction>${asked.includes(tips[tip]!) ? "planted" : `other ${chance(asked)}`}</instruction>`;
}

/** A task, and whether a prompt is the one that is planted. */
export interface Planted extends SyntheticOptions {
  readonly isBest: (program: PromptProgram) => boolean;
}

export const planted: Record<OptimizerName, Planted> = {
  // Sixteen examples are the most that are tried, and the only ones that help.
  "random-search": {
    quality: (program) => (demosOf(program).length === 16 ? 0.95 : 0.55),
    isBest: (program) => demosOf(program).length === 16,
  },
  // What it answers right without examples are the easy rows, and only easy ones are good examples: those that it bootstraps by itself.
  bootstrap: {
    quality: (program, row) => {
      const shown = demosOf(program);
      if (shown.length === 0) return isEasy(row) ? 1 : 0;
      return shown.every(isEasy) ? 0.95 : 0.4;
    },
    isBest: (program) => demosOf(program).length > 0 && demosOf(program).every(isEasy),
  },
  // What comes of one of the tips is the good one.
  instructions: {
    quality: (program) => 0.5 + 0.45 * has(program, "planted"),
    write: (messages) => proposal(messages, 4),
    isBest: (program) => has(program, "planted") === 1,
  },
  // Only both together are best.
  miprov2: {
    quality: (program) => 0.4 + 0.25 * has(program, "planted") + (demosOf(program).length >= 16 ? 0.3 : 0),
    write: (messages) => proposal(messages, 1),
    isBest: (program) => has(program, "planted") === 1 && demosOf(program).length >= 16,
  },
  // A reflection adds a word to what it reflects on, in words of its own each time: the best can be reached by steps alone.
  gepa: {
    quality: (program) => 0.35 + 0.2 * Math.min(3, instructionOf(program).split("better").length - 1),
    write: (messages) => {
      const present = /<prompt>\n(.*)\n/.exec(messages.at(-1)!.content)![1]!;
      return `<instruction>${present} better(${chance(messages.at(-1)!.content)})</instruction>`;
    },
    isBest: (program) => instructionOf(program).split("better").length - 1 >= 3,
  },
};
