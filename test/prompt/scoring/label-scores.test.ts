import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastProbability } from "../../../src/prompt/scoring/label-distribution.js";
import { labelScores, listProbability } from "../../../src/prompt/scoring/label-scores.js";
import { labelSpan } from "../../../src/prompt/scoring/label-span.js";
import { said, token } from "./tokens.js";

const task = (...labels: string[]) => ({ labels, aliases: {}, isMultiLabel: false });
const spam = task("ham", "spam");

/** Numbers are compared to 9 digits. */
function expectScores(scores: Record<string, number> | null, expected: Readonly<Record<string, number>>): void {
  expect(Object.keys(scores ?? {})).toEqual(Object.keys(expected));
  for (const [label, score] of Object.entries(expected)) expect(scores?.[label]).toBeCloseTo(score, 9);
}

describe("a label's place in an answer", () => {
  it.each([
    ["spam", ["spam"], "spam"],
    ["  Spam.", ["spam"], "Spam"],
    ['{"label":"spam"}', ["spam"], "spam"],
    ['{"label": "ham", "reason": "no spam"}', ["ham"], "ham"],
    ['```json\n{"Label": "a \\"b\\" c"}\n```', ['a "b" c'], 'a \\"b\\" c'],
    ['{"label": 3}', ["3"], "3"],
    ['{"labels": ["spam"]}', ["spam"], "spam"],
    ["It looks like ham or spam.\nLabel: ham", ["ham"], "ham"],
    ["The intent is Card-Arrival.", ["card_arrival"], "Card-Arrival"],
    ["<think>spam? spam!</think> ham", ["ham"], "ham"],
    ["这是垃圾邮件。", ["垃圾邮件"], "垃圾邮件"],
    ["-1", ["-1"], "-1"],
    [":)", [":)"], ":)"],
    ["This is junk mail", ["spam", "junk"], "junk"],
    ["I cannot say. ", [], "I cannot say."],
  ])("of %j called %j is %j", (text, names, found) => {
    const { start, end } = labelSpan(text, names)!;
    expect(text.slice(start, end)).toBe(found);
  });

  it("is the last one where it is named several times", () => {
    expect(labelSpan("ham? No doubt: ham", ["ham"])!.start).toBe(15);
  });

  it("is not known where it is spelled in another way", () => {
    expect(labelSpan("ｓｐａｍ", ["spam"])).toBeNull();
  });
});

describe("the probability of each label", () => {
  it("is that of its one token, renormalized over the labels that are there", () => {
    expectScores(labelScores(said(token("spam", 0.6, { ham: 0.3, the: 0.1 })), "spam", spam), { ham: 1 / 3, spam: 2 / 3 });
  });

  it("adds up the spellings of a label", () => {
    const answer = said(token("spam", 0.5, { " spam": 0.05, Spam: 0.03, sp: 0.02, " ham": 0.2, ham: 0.1, HAM: 0.1 }));
    expectScores(labelScores(answer, "spam", spam), { ham: 0.4, spam: 0.6 });
  });

  it("is the product over the label's tokens, and that of the path to where another label turns off", () => {
    const answer = said(
      token("card", 0.8, { cash: 0.15, " other": 0.05 }),
      token("_", 0.9, { "-": 0.1 }),
      token("arrival", 0.7, { linking: 0.2, lin: 0.1 }),
    );
    expectScores(labelScores(answer, "card_arrival", task("card_arrival", "card_linking", "cash", "other")), {
      // The two of one spelling are 0.8 · 0.9 · 0.7 and 0.8 · 0.9 · 0.3; "card-" may still become either.
      card_arrival: 0.8 * 0.9 * 0.7 + (0.8 * 0.1) / 2,
      card_linking: 0.8 * 0.9 * 0.3 + (0.8 * 0.1) / 2,
      cash: 0.15,
      other: 0.05,
    });
  });

  it("tells a label from a longer one by the quote that closes it in JSON", () => {
    const answer = said(
      token('{"', 1),
      token("label", 1),
      token('":"', 1),
      token("card", 0.9, { cash: 0.1 }),
      token('"', 0.75, { _arrival: 0.25 }),
      token("}", 1),
    );
    expectScores(labelScores(answer, "card", task("card", "card_arrival", "cash")), {
      card: 0.9 * 0.75,
      card_arrival: 0.9 * 0.25,
      cash: 0.1,
    });
  });

  it("is found where a token holds more than the label", () => {
    const answer = said(token('{"label', 1), token('":"ham', 0.75, { '":"spam': 0.25 }), token('"}', 1));
    expectScores(labelScores(answer, "ham", spam), { ham: 0.75, spam: 0.25 });
  });

  it("follows an alias to its label", () => {
    const answer = said(token("junk", 0.5, { spam: 0.25, ham: 0.25 }));
    expectScores(labelScores(answer, "spam", { ...spam, aliases: { spam: ["junk"] } }), { ham: 0.25, spam: 0.75 });
  });

  it("of an absent label is a floor: the least that is listed, or an equal part of what is left", () => {
    const three = task("a", "b", "c");
    // Left: 0.2 for two labels; the least listed is 0.8.
    expectScores(labelScores(said(token("a", 0.8)), "a", three), { a: 0.8, b: 0.1, c: 0.1 });
    // Left: 0.2; the least listed is 0.05.
    const answer = said(token("a", 0.7, { x: 0.05, y: 0.05 }));
    expectScores(labelScores(answer, "a", three), { a: 0.7 / 0.8, b: 0.05 / 0.8, c: 0.05 / 0.8 });
    // Nothing is left.
    expect(labelScores(said(token("a", 1)), "a", three)!["b"]).toBeCloseTo(leastProbability, 12);
  });

  it("never takes a label for the beginning of a word", () => {
    expectScores(labelScores(said(token("A", 0.5, { An: 0.25, B: 0.25 })), "A", task("A", "B")), { A: 2 / 3, B: 1 / 3 });
  });

  it("is found in a text that the service trimmed, and behind thoughts that only the tokens have", () => {
    const { logprobs } = said(
      token("Ham?", 0.1),
      token("</think>", 1),
      token("\n\nspam", 0.6, { "\n\nham": 0.4 }),
      token("\n", 1),
    );
    expectScores(labelScores({ text: "spam", logprobs }, "spam", spam), { ham: 0.4, spam: 0.6 });
  });

  it("is unknown without log-probabilities, or where they are of something else", () => {
    expect(labelScores({ text: "spam" }, "spam", spam)).toBeNull();
    expect(labelScores({ text: "spam", logprobs: [token("eggs", 0.5)] }, "spam", spam)).toBeNull();
    expect(labelScores(said(token("What", 0.9, { Why: 0.1 })), null, spam)).toBeNull();
  });

  it("of a text without content needs no label to be said", () => {
    expectScores(labelScores(said(token("I", 0.4, { ham: 0.3, spam: 0.2 }), token(" can't", 1)), null, spam), {
      ham: 0.6,
      spam: 0.4,
    });
  });

  it("is a distribution that holds the answer, whatever the tokens are", () => {
    const pieces = fc.constantFrom("sp", "am", "ham", "spam", " ", '"', "spammer", "x", "", "h", "S");
    const anyToken = fc
      .record({
        said: pieces,
        p: fc.double({ min: 1e-9, max: 1, noNaN: true }),
        others: fc.dictionary(pieces, fc.double({ min: 1e-9, max: 1, noNaN: true })),
      })
      .map(({ said: text, p, others }) => token(text, p, others));
    fc.assert(
      fc.property(fc.array(anyToken, { minLength: 1, maxLength: 6 }), fc.constantFrom("ham", "spam", null), (tokens, label) => {
        const scores = labelScores(said(...tokens), label, spam);
        if (scores === null) return;
        expect(scores["ham"]! + scores["spam"]!).toBeCloseTo(1, 9);
        for (const score of Object.values(scores)) expect(score).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the probability of several labels", () => {
  it("is the product over the tokens of their list", () => {
    expect(listProbability(said(token("joy", 0.8), token("\n", 0.9), token("anger", 0.5)))).toBeCloseTo(0.36, 9);
    expect(listProbability({ text: "joy" })).toBeNull();
  });

  it("leaves out the thoughts before it", () => {
    const list = [token("joy", 0.8), token("\n", 0.9), token("anger", 0.5)];
    expect(listProbability(said(token("joy? anger?", 0.01), token("</think>", 0.5), ...list))).toBeCloseTo(0.36, 9);
    expect(listProbability(said(token("He laughs.\n", 0.01), token("Labels:", 0.5), token("\n", 1), ...list))).toBeCloseTo(
      0.36,
      9,
    );
    const json = [
      token('{"reasoning": "He laughs', 0.01),
      token('", "', 1),
      token("labels", 1),
      token('": ', 1),
      token('["', 0.9),
      token("joy", 0.8),
    ];
    expect(listProbability(said(...json, token('"]}', 0.5)))).toBeCloseTo(0.36, 9);
  });
});
