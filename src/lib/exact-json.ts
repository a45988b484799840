/**
 * @file JSON whose numbers stay as they are written. `JSON.parse` makes 1234567890123456789 into 1234567890123456800 and 1.0 into 1; ids and labels
 * must keep their digits. (Node 20 cannot give a reviver the source of a number, nor write a number as a text has it.)
 */

/** A number of JSON that JavaScript would write in another way: `1234567890123456789`, `1.0`, `1e5`, `-0`. */
export class ExactNumber {
  /** The number as the JSON has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  /** The nearest number that JavaScript has. */
  valueOf(): number {
    return Number(this.text);
  }
}

/**
 * Where a number that may need its own text begins: 16 digits, a last decimal of zero, six zeros after the point (1e-7), an exponent, minus
 * zero. Finds too much in texts, and never too little: 15 digits are what a double keeps of any number.
 */
const suspect = /(?:^|[:[,])\s*(?:-?(?:\d[\d.]{15}|\d+\.\d*0(?!\d)|0\.0{6}|\d[\d.]*[eE])|-0(?![\d.]))/;

/** Strings, to be passed over, and numbers. No alternation under a star: that would need a stack as deep as a text is long. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * `JSON.parse`, with an `ExactNumber` for each number that `String(Number(…))` would not give back as it stands. Throws `SyntaxError` as
 * `JSON.parse` does.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!mayHoldNumber(value) || !suspect.test(text)) return value;
  const mark = unusedMark(text);
  let found = false;
  const marked = text.replace(token, (part) => {
    if (part.startsWith('"') || String(Number(part)) === part) return part;
    found = true;
    return `"${mark.replaceAll("\u0001", "\\u0001")}${part}"`;
  });
  return found ? withNumbers(JSON.parse(marked), mark) : value;
}

/** Most rows hold texts alone, and a look at them takes less time than one at their characters. */
function mayHoldNumber(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "number";
  for (const inner of Object.values(value))
    if (typeof inner === "number" || (typeof inner === "object" && inner !== null)) return true;
  return false;
}

/** A beginning that no string of the JSON has: U+0001 can stand in one only as this escape. */
function unusedMark(text: string): string {
  let mark = "\u0001";
  while (text.includes(mark.replaceAll("\u0001", "\\u0001"))) mark += "\u0001";
  return mark;
}

/** Strings that begin with the mark as numbers, in place. */
function withNumbers(value: unknown, mark: string): unknown {
  if (typeof value === "string") return value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value;
  if (typeof value !== "object" || value === null) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const inner = holder[key];
    if (typeof inner !== "string" && typeof inner !== "object") continue;
    const made = withNumbers(inner, mark);
    // Assigned, a key "__proto__" would set the prototype.
    if (made !== inner) Object.defineProperty(holder, key, { value: made, writable: true, enumerable: true, configurable: true });
  }
  return value;
}

/** `JSON.parse`, but that whole numbers beyond 2^53 are texts with every digit: for who expects plain values, and labels that are such numbers. */
export function parseJsonDigits(text: string): unknown {
  return withPlainNumbers(parseExactJson(text));
}

function withPlainNumbers(value: unknown): unknown {
  if (value instanceof ExactNumber) {
    const number = value.valueOf();
    return Number.isSafeInteger(number) || !/^-?\d+$/.test(value.text) ? number : value.text;
  }
  if (typeof value !== "object" || value === null) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const made = withPlainNumbers(holder[key]);
    if (made !== holder[key])
      Object.defineProperty(holder, key, { value: made, writable: true, enumerable: true, configurable: true });
  }
  return value;
}

/** `JSON.stringify` of parsed JSON, with every `ExactNumber` as it stood. */
export function formatExactJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(formatExactJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : [`${JSON.stringify(key)}:${formatExactJson(inner)}`],
  );
  return `{${members.join(",")}}`;
}
