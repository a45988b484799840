/**
 * @file The thoughts that models say aloud, in the wrappings of their families, and where the answer lies behind them. Services with a parser for
 * a model take them away; plain servers, proxies and recordings leave them in the text.
 */

import { readJson } from "./json-answer.js";

/** How one family of models wraps its thoughts. */
interface Wrapping {
  readonly opens: RegExp;
  /** Also where nothing was opened: a chat template may have done it. What is said begins behind it. */
  readonly closes: RegExp;
  /** Whether thoughts may stand in thoughts, each with an end of its own. */
  readonly isNested: boolean;
}

/** `<think>` and its likes, `<seed:think>` and `<longcat_think>` among them. */
const tag =
  "(?:ant|[a-z]+[:_-])?(?:think|thinking|thoughts?|chain_of_thought|cot|reason|reasoning|reflection|analysis|scratchpad|rationale|inner_monologue)";
const [less, greater] = ["(?:<|&lt;)", "(?:>|&gt;)"];

const wrappings: Readonly<Record<string, Wrapping>> = {
  "DeepSeek, Qwen, GLM, MiniMax, EXAONE, Seed, Hunyuan, prompts of every kind": {
    opens: new RegExp(`${less}${tag}(?:\\s(?:[^<>]*[^<>/])?)?${greater}`, "gi"),
    closes: new RegExp(`${less}/${tag}\\s*${greater}`, "gi"),
    isNested: true,
  },
  Mistral: {
    opens: /\[(?:THINK|THINKING|THOUGHT|REASONING)\]/g,
    closes: /\[\/(?:THINK|THINKING|THOUGHT|REASONING)\]/g,
    isNested: true,
  },
  "Harmony: gpt-oss": {
    opens: /(?:<\|channel\|>\s*)?\b(?:analysis|commentary)\b[^<\n]*<\|message\|>|<\|channel\|>(?!\s*final)/g,
    closes: /<\|channel\|>\s*final[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>/g,
    isNested: false,
  },
  // A server that leaves out special tokens leaves the names of the channels.
  "Harmony without its tokens": {
    opens: /^\s*analysis(?=[A-Z"'])/g,
    closes: /assistant\s?final(?:\s*json(?=\s*\{))?/g,
    isNested: false,
  },
  Cohere: {
    opens: /<\|START_THINKING\|>/g,
    closes: /<\|END_THINKING\|>(?:\s*<\|START_(?:RESPONSE|TEXT)\|>)?|<\|START_(?:RESPONSE|TEXT)\|>/g,
    isNested: false,
  },
  Kimi: { opens: /◁think▷/g, closes: /◁\/think▷/g, isNested: true },
  Gemma: { opens: /<\|channel>/g, closes: /<channel\|>/g, isNested: false },
  "Solar, and tags as tokens": {
    opens: /<\|(?:think|thinking|thought|reasoning|start_(?:of_)?(?:thinking|thought|reasoning))\|>/gi,
    closes: /<\|content\|>|<\|(?:\/|end_(?:of_)?)(?:think|thinking|thought|reasoning)\|>/gi,
    isNested: false,
  },
  Apertus: { opens: /<\|inner_prefix\|>/g, closes: /<\|inner_suffix\|>/g, isNested: false },
  OpenThoughts: {
    opens: /<\|begin_of_thought\|>/g,
    closes: /<\|end_of_thought\|>(?:\s*<\|begin_of_solution\|>)?|<\|begin_of_solution\|>/g,
    isNested: false,
  },
  MedGemma: { opens: /<unused94>/g, closes: /<unused95>/g, isNested: false },
  // In prose, which another model may begin with as well: a line that states the answer ends it too.
  Granite: {
    opens: /^\s*(?:\*\*)?Here(?:'s|’s| is) my thought process:/gi,
    closes: /Here(?:'s|’s| is) my response:(?:\*\*)?|(?<=\n)(?=[*_#\s]*(?:final\s+)?(?:labels?|answer)[*_\s]*:)/gi,
    isNested: false,
  },
  "Ollama's terminal": { opens: /^\s*Thinking\.\.\.\s*\n/g, closes: /\.\.\.done thinking\./g, isNested: false },
  "Open WebUI": {
    opens: /<details\b[^<>]*\btype="reasoning"[^<>]*>/gi,
    closes: /<\/details>/gi,
    isNested: false,
  },
  "code fences": {
    opens: /```(?:think|thinking|thoughts?|reasoning)[ \t]*\n/gi,
    closes: /```(?![a-z])/gi,
    isNested: false,
  },
};

/** Rows whose end is an end in any text; of the others it only is one where they began. */
const endsAlone = new Set(Object.values(wrappings).filter(({ closes }) => !/details|```|response:/.test(closes.source)));

/** Without any of these a text has no thoughts in a wrapping, nor a token at its end. */
const mark = /[<◁]|&lt;|\[\/?(?:TH|RE)|```|^\s*(?:analysis|\**here|thinking)|assistant\s?final/i;

/** What some servers leave at the end of an answer. What follows is another turn. */
const endOfTurn =
  /<\|(?:return|end|im_end|eot_id|eom_id|endoftext|end_of_text|END_RESPONSE|END_TEXT|end_of_solution|END_OF_TURN_TOKEN|assistant_end)\|>|<end_of_turn>|<turn\|>|<\/s>|<eos>/;

/** Where in a text the answer stands. */
export interface AnswerPlace {
  /** Characters [start, end). */
  readonly start: number;
  readonly end: number;
  /** True where thoughts were begun and do not end: whatever the service says, the text was cut off, and holds no answer. */
  readonly isOpen: boolean;
}

/**
 * Where the answer stands: behind the last thoughts, or where nothing stands there, before them. JSON is an answer as a whole, whatever is in its
 * strings.
 */
export function answerPlace(text: string): AnswerPlace {
  const whole = { start: 0, end: text.length, isOpen: false };
  if (!mark.test(text) || /^\s*\{/.test(text) || typeof (readJson(text.trim()) ?? 0) === "object") return whole;
  const blocks = thoughtsIn(text);
  if (blocks === null) return { start: text.length, end: text.length, isOpen: true };
  // From the end: the last place outside of thoughts where anything is said.
  for (let i = blocks.length; i >= 0; i--) {
    const start = i === 0 ? 0 : blocks[i - 1]!.end;
    const end = withoutEndOfTurn(text, start, blocks[i]?.start ?? text.length);
    if (text.slice(start, end).trim() !== "" || (i === 0 && blocks.length === 0)) return { start, end, isOpen: false };
  }
  return { start: text.length, end: text.length, isOpen: false };
}

/** What was said apart from all thoughts; `""` where they do not end. */
export function withoutThoughts(text: string): string {
  const { start, end } = answerPlace(text);
  return text.slice(start, end).trim();
}

interface Block {
  readonly start: number;
  readonly end: number;
}

/** The thoughts in a text, from first to last; `null` where some do not end. */
function thoughtsIn(text: string): Block[] | null {
  const blocks: Block[] = [];
  for (let from = 0; ; ) {
    const next = nextMark(text, from);
    if (next === null) return blocks;
    // What a template opened began before the text does.
    const end = next.isEnd ? next.end : endOf(text, next.end, next.wrapping);
    if (end === null) return null;
    blocks.push({ start: next.isEnd ? 0 : next.start, end });
    from = end;
  }
}

function nextMark(text: string, from: number) {
  let first: (Block & { readonly wrapping: Wrapping; readonly isEnd: boolean }) | null = null;
  for (const wrapping of Object.values(wrappings)) {
    for (const isEnd of [false, true]) {
      if (isEnd && !endsAlone.has(wrapping)) continue;
      const match = matchFrom(isEnd ? wrapping.closes : wrapping.opens, text, from);
      if (match !== null && match[0] !== "" && (first === null || match.index < first.start))
        first = { start: match.index, end: match.index + match[0].length, wrapping, isEnd };
    }
  }
  return first;
}

/** The end of thoughts that were opened before `from`. */
function endOf(text: string, from: number, { opens, closes, isNested }: Wrapping): number | null {
  let depth = 1;
  let isBegun = false;
  let at = from;
  for (;;) {
    const close = matchFrom(closes, text, at);
    if (close === null) return null;
    const open = isNested ? matchFrom(opens, text, at) : null;
    if (open !== null && open.index < close.index) {
      // A template and a model that both open open once.
      isBegun ||= text.slice(at, open.index).trim() !== "";
      if (isBegun) depth++;
      at = open.index + open[0].length;
      continue;
    }
    at = close.index + close[0].length;
    if (--depth === 0) return at;
  }
}

function matchFrom(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

function withoutEndOfTurn(text: string, start: number, end: number): number {
  const said = text.slice(start, end);
  const at = endOfTurn.exec(said)?.index;
  return at === undefined || said.slice(0, at).trim() === "" ? end : start + at;
}
