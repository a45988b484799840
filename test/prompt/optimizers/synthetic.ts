/** @file Tasks for optimizers without a model: how often a prompt answers right is a function of its examples and its instruction. */
import { setTimeout as delay } from "node:timers/promises";
import { sha256 } from "../../../src/lib/hash.js";
import { noDemos } from "../../../src/prompt/demos/balanced-demos.js";
import type { Message } from "../../../src/prompt/llm.js";
import { programKey } from "../../../src/prompt/optimizers/program-key.js";
import type { Answerer } from "../../../src/prompt/optimizers/search.js";
import type { PromptProgram } from "../../../src/prompt/program.js";
import { promptTemplate } from "../../../src/prompt/template.js";
import type { Dataset, Example } from "../../../src/types/data.js";

/** Rows of three labels in turn, unlike each other. */
export function syntheticTask(rows: number): Dataset {
  const labels = ["red", "green", "blue"];
  const examples = Array.from({ length: rows }, (_, i): Example => {
    const words = sha256("text", String(i)).match(/.{6}/g)!.slice(0, 8).join(" ");
    return { id: `r${i}`, text: `${words} ${i}`, labels: [labels[i % 3]!] };
  });
  return { name: "synthetic", labels, isMultiLabel: false, descriptions: {}, examples };
}

export function seedProgram(task: Dataset): PromptProgram {
  return { template: promptTemplate(task), demos: noDemos, answer: "direct", samples: 1, shortlist: null };
}

/** A number from 0 to 1 that looks random and depends on nothing but the words. */
export function chance(...words: readonly string[]): number {
  return Number.parseInt(sha256(...words).slice(0, 8), 16) / 2 ** 32;
}

export interface SyntheticOptions {
  /** How often a prompt is right. */
  readonly quality: (program: PromptProgram, row: Example) => number;
  /** What is said where an instruction is asked for. */
  readonly write?: (messages: readonly Message[]) => string;
  /** Share of rows that take a second call. */
  readonly secondCalls?: number;
  readonly usdPerCall?: number;
  readonly delayMs?: number;
  readonly atOnce?: number;
  /** Told about each row as it is asked about. */
  readonly onRow?: (program: PromptProgram, id: string) => void;
  /** Another run with other luck. */
  readonly luck?: string;
}

export interface SyntheticAnswerer extends Answerer {
  /** Calls that were really made, and what they cost. */
  readonly made: { calls: number; usd: number };
}

/** Answers with the quality that each prompt is said to have; equal prompts and rows are answered equally. */
export function syntheticAnswerer(task: Dataset, options: SyntheticOptions): SyntheticAnswerer {
  const { quality, write, secondCalls = 0, usdPerCall = 0, delayMs = 0, atOnce = 8, luck = "", onRow } = options;
  const rows = new Map(task.examples.map((row) => [row.id, row]));
  const made = { calls: 0, usd: 0 };
  const oneCall = { expected: { calls: 1, usd: usdPerCall }, most: { calls: 1, usd: usdPerCall * 3 } };
  const charge = (calls: number, word: string): number => {
    const usd = calls * usdPerCall * (0.5 + chance("price", word));
    made.calls += calls;
    made.usd += usd;
    return usd;
  };
  return {
    made,
    atOnce,
    async rowPrice() {
      return { expected: oneCall.expected, most: { calls: 2, usd: usdPerCall * 3 } };
    },
    async answer(program, { id }, context) {
      onRow?.(program, id);
      if (delayMs > 0) await delay(delayMs, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
      const row = rows.get(id)!;
      const key = programKey(program);
      const calls = chance("second", luck, key, id) < secondCalls ? 2 : 1;
      context.spend({ usd: charge(calls, `${key}${id}`), inputTokens: 10, outputTokens: 1 });
      const isRight = chance("right", luck, key, id) < quality(program, row);
      const wrong = task.labels[(task.labels.indexOf(row.labels[0]!) + 1) % task.labels.length]!;
      return { answer: isRight ? row.labels : [wrong], calls };
    },
    textPrice: () => oneCall,
    async write(messages, _, context) {
      const said = write?.(messages) ?? "";
      context.spend({ usd: charge(1, said) });
      return { text: said, calls: 1 };
    },
  };
}
