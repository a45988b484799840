import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactNumber, formatExactJson, parseExactJson, parseJsonDigits } from "../../src/lib/exact-json.js";

/** What `JSON.parse` would have made of it. */
function rounded(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  const copy = {};
  for (const [key, inner] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: rounded(inner), writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

const digits = (max: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((all) => all.join(""));
const whole = digits(24).map((text) => text.replace(/^0+(?=\d)/, ""));
/** Any number that JSON allows, as a text. */
const numberText = fc
  .tuple(
    fc.constantFrom("", "-"),
    whole,
    fc.option(digits(20)),
    fc.option(fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), digits(3))),
  )
  .map(
    ([sign, integer, decimals, exponent]) =>
      `${sign}${integer}${decimals === null ? "" : `.${decimals}`}${exponent === null ? "" : exponent.join("")}`,
  );
const stringText = fc
  .oneof(
    fc.string({ unit: "binary" }),
    numberText,
    fc.constantFrom('": 1.0', "\\", '\\"', "\u0001", "\u0001\u00011.0", "\u2028", "a, 1.0, b"),
  )
  .map((text) => JSON.stringify(text));
const space = fc.constantFrom("", " ", "\n", "\t ");
/** Documents as texts, so that numbers stand in them in every form. */
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberText,
    stringText,
    fc.constantFrom("true", "false", "null"),
    fc.array(fc.tuple(space, tie("document")), { maxLength: 4 }).map((all) => `[${all.map((one) => one.join("")).join(",")}]`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(stringText, fc.constant('"__proto__"')), space, tie("document"), space), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map((all) => `{${all.map(([key, before, value, after]) => `${key}:${before}${value}${after}`).join(",")}}`),
  ),
}));

describe("JSON with exact numbers", () => {
  it("is what JSON.parse reads, but for the form of numbers", () => {
    fc.assert(
      fc.property(document, (text) => {
        expect(rounded(parseExactJson(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000, seed: 14 },
    );
  });

  it("has every number as it stands", () => {
    fc.assert(
      fc.property(numberText, (text) => {
        expect(String(parseExactJson(text))).toBe(text);
        expect(String((parseExactJson(`{"id":${text}}`) as { id: unknown }).id)).toBe(text);
        expect(String((parseExactJson(`[1, ${text} ]`) as unknown[])[1])).toBe(text);
      }),
      { numRuns: 5000, seed: 14 },
    );
  });

  it("is written as it was read", () => {
    fc.assert(
      fc.property(document, (text) => {
        const value = parseExactJson(text);
        const written = formatExactJson(value);
        expect(formatExactJson(parseExactJson(written))).toBe(written);
        expect(parseExactJson(written)).toEqual(value);
      }),
      { numRuns: 2000, seed: 14 },
    );
  });

  it("leaves ordinary numbers what JavaScript has for them", () => {
    expect(parseExactJson('{"a": 17, "b": -0.5, "c": [1.25, 9007199254740991]}')).toEqual({
      a: 17,
      b: -0.5,
      c: [1.25, 9007199254740991],
    });
  });

  it("has digits as texts where plain values are wanted", () => {
    expect(parseJsonDigits('{"label": 1234567890123456789, "n": [1.0, -0, 1e400, 9007199254740993], "__proto__": 1.50}')).toEqual(
      JSON.parse('{"label": "1234567890123456789", "n": [1, -0, 1e400, "9007199254740993"], "__proto__": 1.5}'),
    );
  });

  it("refuses what JSON.parse refuses", () => {
    for (const text of ["", "01", "{'a': 1.0}", "[1.0,]", '{"a": 1.0} {', "NaN", "1.", ".5", "+1"]) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });

  it("takes long strings and many numbers", () => {
    const text = `{"id": 1234567890123456789, "text": "${'é\\n \\" '.repeat(300_000)}", "n": [${"1.0,".repeat(100_000)}1]}`;
    const value = parseExactJson(text) as { readonly id: ExactNumber; readonly n: readonly unknown[] };
    expect(value.id.text).toBe("1234567890123456789");
    expect(value.n.length).toBe(100_001);
  });
});
