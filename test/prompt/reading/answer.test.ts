import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Aliases, parseAnswer, parseAnswers } from "../../../src/prompt/reading/answer.js";

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
    ['{"label": 1234567890123456789}', ["1234567890123456789", "1234567890123456790"], "1234567890123456789"],
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
    ["<think>no opening tag either? spam</think>ham", spam, "ham"],
    ["spam? I thought so first.</think>\nham", spam, "ham"],
    ['Here it is:\n```json\n{"label": "ham", "reason": "no spam at all"}\n```\nAnything else?', spam, "ham"],
    ['I think {"label": "ham"} or {"label": "spam"}', spam, null],
    ['This is ham. It says {"label": "spam"} only to fool me.', spam, null],
    ['This is ham: {"label": "ham"}', spam, "ham"],
    ['ham, going by the text {"note": "x"}', spam, "ham"],
    ['{"verdict": "spam", "confidence": 80}', spam, "spam"],
    ["The answer is B.", ["A", "B", "C"], "B"],
    ["b", ["A", "B", "C"], "B"],
    ["A message about money", ["A", "B", "C"], null],
    ["A message about money, so B", ["A", "B", "C"], null],
    ["this is a message", ["a", "b"], null],
    ["I think so", ["I", "II"], null],
    ["Label: A", ["A", "B", "C"], "A"],
    ["3.0", ["1.0", "2.0", "3.0"], "3.0"],
    ["3", ["1.0", "2.0", "3.0"], "3.0"],
    ['{"label": 3.0}', ["1.0", "2.0", "3.0"], "3.0"],
    ["1e3", ["1e3", "other"], "1e3"],
    ['{"a": 1}', ['{"a": 1}', "other"], '{"a": 1}'],
    ["__proto__", spam, null],
    ["constructor", spam, null],
  ];
  it.each(cases)("%j of %j is %j", (said, labels, label, aliases) => {
    expect(parseAnswer(said, labels, aliases)).toEqual(label === null ? unparseable : { answer: [label] });
  });

  it("may be followed by its description, whatever the description names", () => {
    const descriptions = { spam: "unsolicited; not ham", ham: "anything but spam" };
    for (const said of ["ham: anything but spam", "- ham: Anything but spam.", "I'd say ham (anything but spam)"]) {
      expect(parseAnswer(said, spam, {}, descriptions)).toEqual({ answer: ["ham"] });
      expect(parseAnswer(said, spam)).toEqual(unparseable);
    }
    expect(parseAnswer("anything but spam", spam, {}, descriptions)).toEqual(unparseable);
  });

  const anyLabels = fc.uniqueArray(
    fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
      fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
      fc.constantFrom(
        "none",
        "null",
        "true",
        "3",
        "3.0",
        "-1",
        "1",
        "A",
        "a",
        "I",
        "C++",
        "not spam",
        "spam",
        "{}",
        '{"label": "spam"}',
        '"spam"',
      ),
      fc.constantFrom(
        "Label: x",
        "[1]",
        "</think>",
        "<think>x</think>y",
        "card",
        "card_arrival",
        "ＡＢ",
        "ab",
        "__proto__",
        "constructor",
      ),
    ),
    { minLength: 1, maxLength: 6 },
  );

  it("is itself, whatever labels there are, also in JSON", () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        for (const label of labels) {
          expect(parseAnswer(label, labels)).toEqual({ answer: [label] });
          expect(parseAnswer(JSON.stringify({ label }), labels)).toEqual({ answer: [label] });
          expect(parseAnswers(JSON.stringify({ labels: [label] }), labels)).toEqual({ answer: [label] });
        }
        expect(parseAnswers(JSON.stringify({ labels }), labels)).toEqual({ answer: labels });
      }),
      { numRuns: 300 },
    );
  });

  it("is never outside the labels and never an error, whatever they and the text are", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.json({ maxDepth: 2 }),
      fc
        .array(
          fc.constantFrom("{", "}", '"label"', ":", "spam", "A", " ", "\n", "```", "</think>", "not", "- ", "|", "ham", ","),
          { maxLength: 14 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyText, anyLabels, anyLabels, (text, labels, names) => {
        const aliases = Object.fromEntries(labels.map((label, i) => [label, names.slice(i, i + 2)]));
        const descriptions = Object.fromEntries(labels.map((label, i) => [label, names[i % names.length]!]));
        const one = parseAnswer(text, labels, aliases, descriptions);
        const several = parseAnswers(text, labels, aliases, descriptions);
        if ("answer" in one) {
          expect(one.answer).toHaveLength(1);
          expect(labels).toContain(one.answer[0]);
        }
        if ("answer" in several) {
          expect(new Set(several.answer).size).toBe(several.answer.length);
          for (const label of several.answer) expect(labels).toContain(label);
        }
      }),
      { numRuns: 500 },
    );
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

  it.each([
    ["delight\nwrath", ["joy", "anger"]],
    ["- joy: Being happy, or glad.\n- anger", ["joy", "anger"]],
    ["joy: being happy, or glad", ["joy"]],
    ["joy: being sad", null],
    ['{"labels": ["delight", "deep sadness: grief | sorrow"]}', ["joy", "deep sadness"]],
    ['These apply:\n{"labels": ["joy", "anger"]}', ["joy", "anger"]],
    ['Anger? No: {"labels": ["joy"]}', null],
    ['{"labels": ["joy"], "confidence": 70}', ["joy"]],
    ["thoughts: anger?</think>joy", ["joy"]],
    ["1. joy\n2. anger", ["joy", "anger"]],
  ])("with aliases and descriptions %j is %j", (said, expected) => {
    const aliases = { joy: ["delight"], anger: ["wrath"] };
    const descriptions = { joy: "being happy,\nor glad", "deep sadness": "grief | sorrow" };
    expect(parseAnswers(said, labels, aliases, descriptions)).toEqual(expected === null ? unparseable : { answer: expected });
  });

  it("has labels that look like list marks or separators", () => {
    const odd = ["1. FC Köln", "- other", "books, films", "a|b"];
    for (const label of odd) expect(parseAnswers(label, odd)).toEqual({ answer: [label] });
    expect(parseAnswers(odd.join("\n"), odd)).toEqual({ answer: odd });
    expect(parseAnswers("* 1. FC Köln\n* books, films", odd)).toEqual({ answer: ["1. FC Köln", "books, films"] });
  });
});
