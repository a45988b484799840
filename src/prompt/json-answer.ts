/** @file Answers in JSON, or with JSON in them. */

/** Keys under which models give labels, in lower case. */
export const answerKeys: ReadonlySet<string> = new Set([
  "label",
  "labels",
  "answer",
  "answers",
  "category",
  "class",
  "intent",
  "result",
]);

/** The value of a text that is JSON as a whole, also within a code fence. `undefined` where it is none. */
export function readJson(text: string): unknown {
  const fenced = /^```[a-z]*\s*([\s\S]*?)\s*```$/i.exec(text);
  return parsed(fenced?.[1] ?? text);
}

/** The one JSON object with a key for labels that stands in a text, and the words around it; `null` where there is none, or several. */
export function embeddedJson(text: string): { readonly json: object; readonly around: string } | null {
  const found = [...text.matchAll(/\{[^{}]*\}/g)].flatMap((match) => {
    const json = parsed(match[0]);
    const isAnswer = typeof json === "object" && json !== null && Object.keys(json).some(isAnswerKey);
    return isAnswer ? [{ json, around: `${text.slice(0, match.index)}\n${text.slice(match.index + match[0].length)}` }] : [];
  });
  return found.length === 1 ? found[0]! : null;
}

/** What stands in a JSON answer where labels are expected. */
export function labelValues(json: unknown): string[] {
  if (typeof json === "string" || typeof json === "number" || typeof json === "boolean") return [String(json)];
  if (Array.isArray(json)) return json.flatMap(labelValues);
  if (typeof json !== "object" || json === null) return [];
  const entries = Object.entries(json).filter(([key]) => key.toLowerCase() !== "confidence");
  const named = entries.filter(([key]) => isAnswerKey(key));
  const chosen = named.length > 0 ? named : entries.length === 1 ? entries : [];
  return chosen.flatMap(([, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? [] : labelValues(value),
  );
}

function isAnswerKey(key: string): boolean {
  return answerKeys.has(key.toLowerCase());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
