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

/**
 * The value of a text that is JSON as a whole, also within a code fence, or the one object with labels that stands in it. `undefined`
 * where there is none.
 */
export function readJson(text: string): unknown {
  const fenced = /^```[a-z]*\s*([\s\S]*?)\s*```$/i.exec(text);
  const whole = parsed(fenced?.[1] ?? text);
  if (whole !== undefined) return whole;
  const inside = [...text.matchAll(/\{[^{}]*\}/g)].map(([part]) => parsed(part)).filter((value) => labelValues(value).length > 0);
  return inside.length === 1 ? inside[0] : undefined;
}

/** What stands in a JSON answer where labels are expected. */
export function labelValues(json: unknown): string[] {
  if (typeof json === "string" || typeof json === "number" || typeof json === "boolean") return [String(json)];
  if (Array.isArray(json)) return json.flatMap(labelValues);
  if (typeof json !== "object" || json === null) return [];
  const entries = Object.entries(json).filter(([key]) => key.toLowerCase() !== "confidence");
  const named = entries.filter(([key]) => answerKeys.has(key.toLowerCase()));
  const chosen = named.length > 0 ? named : entries.length === 1 ? entries : [];
  return chosen.flatMap(([, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? [] : labelValues(value),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
