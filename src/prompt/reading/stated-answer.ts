/** @file Where words state their answer: in a line such as `Label: spam`, in a tag or a box; and what models write around it. */

import { type Found, findEqual, findMentioned, type LabelName } from "./label-names.js";
import { endsNegated } from "./negation.js";

const answerWord =
  "(?:labels?|answers?|categor(?:y|ies)|class(?:es)?|classification|intents?|prediction|verdict|topic|tag|result|output)";
const qualifier = "(?:(?:the|my|final|correct|best|predicted|most likely|chosen|assigned|appropriate)\\s+)*";

/** What may stand before it: marks and emphasis, but no JSON. */
const lead = "(?:(?![{}[\\]])[\\p{P}\\p{S}\\s])*";

/** A line such as `Label: spam`, `**Final answer:** spam` or `Category → spam`; what follows is captured. */
const statement = new RegExp(`^${lead}${qualifier}${answerWord}(?:\\s+is)?[\\p{P}\\s]*?(?:[:=→⇒：]|[-=]>)[*_\\s]*(.*)$`, "iu");
/** A heading with the answer below it. */
const heading = new RegExp(`^${lead}${qualifier}${answerWord}[\\p{P}\\s]*$`, "iu");
/** A sentence that ends in the answer; only its last one counts. */
const sentence = new RegExp(`^(.*\\b${qualifier}${answerWord}\\s+(?:is|would be|should be)\\b)[:\\s]*(.+)$`, "isu");
const box = /\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g;
const answerTag = /<(answer|final_answer|label|category|class|output|response|result)>([\s\S]*?)<\/\1>/gi;

/**
 * The label that a text states: in its last box or tag for answers, if nothing behind it names another, or else in its last line. `null` where
 * the last line states something that is no label, or several; `undefined` where it states nothing.
 */
export function findStated(said: string, names: readonly LabelName[]): Found {
  const boxed = [...said.matchAll(box)].at(-1) ?? [...said.matchAll(answerTag)].at(-1);
  if (boxed !== undefined) {
    const label = named(boxed.at(-1)!, names);
    const behind = findMentioned(said.slice(boxed.index + boxed[0].length), names);
    return behind === undefined || behind === label ? (label ?? null) : null;
  }
  const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
  const last = withoutMark(lines.at(-1) ?? "");
  const before = lines.at(-2);
  if (before !== undefined && heading.test(withoutColon(before)) && !statement.test(last)) {
    const label = named(last, names);
    if (typeof label === "string") return label;
  }
  const stated = statement.exec(last)?.[1];
  if (stated !== undefined && stated.trim() !== "") {
    const label = named(stated, names);
    // Another line may have stated it: "Label: spam", then "Result: done".
    return label !== undefined ||
      lines.slice(0, -1).some((line) => typeof named(statement.exec(line)?.[1] ?? "", names) === "string")
      ? label
      : null;
  }
  const inSentence = sentence.exec(last);
  if (inSentence === null || endsNegated(inSentence[1]!.normalize("NFKC"))) return undefined;
  return named(inSentence[2]!, names);
}

/** Whether a text is nothing but a label, or a line that states one. */
export function statesLabel(said: string, names: readonly LabelName[]): boolean {
  if (typeof findEqual(said, names) === "string") return true;
  const stated = said.includes("\n") ? undefined : statement.exec(withoutMark(said))?.[1];
  return stated !== undefined && typeof findEqual(unboxed(stated), names) === "string";
}

function named(text: string, names: readonly LabelName[]): Found {
  const bare = unboxed(text);
  return findEqual(bare, names) ?? findMentioned(bare, names);
}

function withoutColon(line: string): string {
  return line.replace(/[:：]/g, " ");
}

function withoutMark(line: string): string {
  return line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim();
}

function unboxed(text: string): string {
  return text.replace(/\\(?:text|textbf|textit|textsf|texttt|mathrm|mathbf|mathit|operatorname)\s*\{([^{}]*)\}/g, "$1");
}

/** `(95 % sure)`, `confidence: 0.9`, `[score: 3]`: how sure a model says it is, beside its answer. */
const sureness = [
  /[([{]\s*(?:(?:with|at)\s+)?(?:confidence|certainty|probability|likelihood|score|conf\.?|p)?\s*(?:score|level)?\s*(?:of|is)?\s*[:=≈~]?\s*(?:\d*\.\d+|\d+(?:\.\d+)?\s*%)\s*(?:sure|certain|confident|confidence|likely)?\s*[)\]}]/giu,
  /[([{]\s*(?:confidence|certainty|probability|likelihood|score)\s*[:=]?\s*(?:\d+(?:\.\d+)?(?:\s*\/\s*\d+)?|(?:very\s+)?(?:high|medium|low))\s*[)\]}]/giu,
  /[,;–—-]?\s*\b(?:with\s+)?(?:an?\s+)?(?:confidence|certainty)(?:\s+(?:score|level))?(?:\s+(?:of|is))?\s*[:=≈~]?\s*(?:\d+(?:\.\d+)?\s*%?(?:\s*\/\s*\d+)?|(?:very\s+)?(?:high|medium|low))(?!\w)/giu,
  /[,;–—-]?\s*(?:~|\babout\s+)?\b\d+(?:\.\d+)?\s*%\s*(?:sure|certain|confident|confidence)\b/giu,
];

/** A text without code fences, tags of answers on their own, and statements of confidence, unless a label speaks of one. */
export function withoutDress(said: string, names: readonly LabelName[]): string {
  const plain = unboxed(said)
    .replace(/^[ \t]*```\w*[ \t]*$/gm, "")
    .replace(/```/g, "\n");
  if (names.some(({ name }) => /confiden|certain|probab|score|%|\(\s*[\d.]/i.test(name))) return plain;
  return sureness.reduce((text, pattern) => text.replace(pattern, " "), plain).trim();
}

/** The beginning of a line that explains what was answered above it. */
const afterwordStart =
  /\n[\p{P}\p{S}\s]*(?:(?:explanation|reason|reasoning|rationale|justification|why|note|evidence|confidence|certainty|analysis|comment)[\p{P}\s]*?[:：–—-]|because\s)/iu;

/** An answer, and the explanation behind it, which may name other labels; `""` where there is none. */
export interface ExplainedAnswer {
  readonly answer: string;
  readonly afterword: string;
}

/** A label and its reason in one sentence: "spam, because it is not ham". */
const reason = /^([^\n]{1,300}?)[,;]?\s+((?:because|since|due to|given that)\s[\s\S]*)$/i;

/** The same without the reason in the answer's own sentence, where what stands before it names a label. */
export function withoutReason(explained: ExplainedAnswer, names: readonly LabelName[]): ExplainedAnswer {
  const parts = reason.exec(explained.answer);
  if (parts === null || !statesLabel(parts[1]!, names)) return explained;
  return { answer: parts[1]!, afterword: `${parts[2]}${explained.afterword}` };
}

/** An answer and the explanation below it; `""` where there is none. */
export function withoutAfterword(said: string): ExplainedAnswer {
  const at = afterwordStart.exec(said)?.index ?? -1;
  // What begins with its reasoning has the answer behind it.
  if (at < 0 || said.slice(0, at).trim() === "" || afterwordStart.test(`\n${said.slice(0, at)}`))
    return { answer: said, afterword: "" };
  return { answer: said.slice(0, at).trim(), afterword: said.slice(at) };
}
