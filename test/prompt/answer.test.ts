import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Aliases, parseAnswer, parseAnswers } from "../../src/prompt/answer.js";

const unparseable = { failure: "unparseable" };

describe("an answer to a label:", () => {
  const spam = ["ham", "spam"];
  const bank = ["card", "card_arrival", "card-linking", "cash withdrawal"];
  const cases: readonly [said: string, labels: readonly string[], label: string | null, aliases?: Aliases][] = [
    ["spam", spam, "spam"],
    ["  Spam.\n", spam, "spam"],
    ["“SPAM”", spam, "spam"],
    ["**spam**", spam, "spam"],
    ["ｓｐａｍ", spam, "spam"],
    ['"spam"', spam, "spam"],
    ['{"label": "spam"}', spam, "spam"],
    ['{"Label": "Spam"}', spam, "spam"],
    ['```json\n{"label": "spam"}\n```', spam, "spam"],
    ['{"label": ["spam"]}', spam, "spam"],
    ['{"label": "ham", "reason": "does not look like spam"}', spam, "ham"],
    ['{"verdict": "spam"}', spam, "spam"],
    ['{"label": "eggs"}', spam, null],
    ['{"label": ["ham", "spam"]}', spam, null],
    ['{"a": "ham", "b": "spam"}', spam, null],
    ["{}", spam, null],
    ["[]", spam, null],
    ["", spam, null],
    ["I need a text input to classify it as 'ham' or 'spam'.", spam, null],
    ["ham\nham\nspam\nham\nspam\nham", spam, null],
    ["ham\nham\nham", spam, null],
    ["The message is clearly spam!", spam, "spam"],
    ["This is not spam.", spam, null],
    ["I can't say whether this is spam.", spam, null],
    ["You can see that this is spam.", spam, "spam"],
    ["Not a friendly note: spam", spam, "spam"],
    ["spammer", spam, null],
    ["It could be ham or spam.\nLabel: ham", spam, "ham"],
    ["It could be ham or spam.\n**Final answer:** Spam", spam, "spam"],
    ["It could be ham or spam.\nLabel: ham or spam", spam, null],
    ["Label: spam\nBut it might be ham.", spam, null],
    ["<think>ham? spam? ham!</think>spam", spam, "spam"],
    ["card_arrival", bank, "card_arrival"],
    ["Card Arrival", bank, "card_arrival"],
    ["card-arrival.", bank, "card_arrival"],
    ["The intent is card arrival", bank, "card_arrival"],
    ["The intent is card", bank, "card"],
    ["card linking and card arrival", bank, null],
    ["card and card arrival", bank, null],
    ["cash_withdrawal", bank, "cash withdrawal"],
    ["3", ["0", "1", "2", "3"], "3"],
    ['{"label": 3}', ["0", "1", "2", "3"], "3"],
    ["null", ["null", "other"], "null"],
    ["C++", ["C", "C++", "C#"], "C++"],
    ["c#", ["C", "C++", "C#"], "C#"],
    ["C", ["C", "C++", "C#"], "C"],
    ["Ham", ["ham", "Ham"], "Ham"],
    ["HAM", ["ham", "Ham"], null],
    [":)", [":)", ":("], ":)"],
    [":-/", [":)", ":("], null],
    ["not spam", ["spam", "not_spam"], "not_spam"],
    ["Surely not spam", ["spam", "not_spam"], "not_spam"],
    ["junk", spam, "spam", { spam: ["junk", "unsolicited mail"] }],
    ["This is unsolicited mail", spam, "spam", { spam: ["junk", "unsolicited mail"] }],
    ["这是垃圾邮件。", ["垃圾邮件", "正常"], "垃圾邮件"],
    ["straße", ["STRASSE", "Straße"], "Straße"],
    ["U.S. news", ["u.s. news", "world news"], "u.s. news"],
    ["The topic is U.S. news", ["u.s. news", "world news"], "u.s. news"],
    ["__proto__", spam, null],
    ["constructor", spam, null],
  ];
  it.each(cases)("%j of %j is %j", (said, labels, label, aliases) => {
    expect(parseAnswer(said, labels, aliases)).toEqual(label === null ? unparseable : { answer: [label] });
  });

  const labelsOf = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,8}([_ -][a-z]{2,8})?$/), {
    minLength: 2,
    maxLength: 6,
    selector: (label) => label.replace(/[_-]/g, " "),
  });

  it("is one of the labels, whatever was said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), labelsOf, fc.nat(), (noise, labels, at) => {
        const said = `${noise.slice(0, at % 20)}${labels[at % labels.length]}${noise.slice(at % 20)}`;
        for (const text of [noise, said]) {
          const parsed = parseAnswer(text, labels);
          if ("answer" in parsed) expect(labels).toContain(parsed.answer[0]);
          else expect(parsed).toEqual(unparseable);
        }
      }),
    );
  });

  it("does not depend on case, on separators or on punctuation around it", () => {
    const marks = fc.stringMatching(/^[ .,;:!?"'*`()\n-]{0,4}$/);
    fc.assert(
      fc.property(labelsOf, fc.nat(), marks, marks, fc.constantFrom("_", " ", "-"), (labels, at, before, after, separator) => {
        const label = labels[at % labels.length]!;
        const said = before + label.toUpperCase().replace(/[_ -]/g, separator) + after;
        expect(parseAnswer(said, labels)).toEqual({ answer: [label] });
      }),
    );
  });

  it("is unparseable where two labels are named, neither within the other", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 2, maxLength: 5 }),
        fc.constantFrom(" ", "\n", ", ", " or "),
        (labels, between) => {
          fc.pre(!labels.includes("or") && labels.every((label) => !["not", "no", "never", "nor", "can"].includes(label)));
          expect(parseAnswer(labels.slice(0, 2).join(between), labels)).toEqual(unparseable);
        },
      ),
    );
  });
});

describe("an answer of several labels:", () => {
  const labels = ["joy", "anger", "deep sadness"];
  const cases: readonly [said: string, labels: readonly string[] | null][] = [
    ['{"labels": ["anger", "joy"]}', ["joy", "anger"]],
    ['{"labels": []}', []],
    ['["joy"]', ["joy"]],
    ['{"labels": ["joy", "boredom"]}', null],
    ["joy\nanger", ["joy", "anger"]],
    ["- Joy\n- Deep_sadness.", ["joy", "deep sadness"]],
    ["joy, anger", ["joy", "anger"]],
    ["joy | anger", ["joy", "anger"]],
    ["joy\njoy", ["joy"]],
    ["none", []],
    ["None.", []],
    ["joy and a bit of anger", null],
    ["joy\nboredom", null],
    ["", null],
  ];
  it.each(cases)("%j is %j", (said, expected) => {
    expect(parseAnswers(said, labels)).toEqual(expected === null ? unparseable : { answer: expected });
  });
});
