/** What models write around one label, around several, and in place of one. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswer, parseAnswers } from "../../src/prompt/reading/answer.js";

const unparseable = { failure: "unparseable" };
const shops = ["billing", "delivery", "account"];
const signs = ["-1", "0", "1"];
const ratings = ["0", "1", "2"];
const yesNo = ["yes", "no"];

describe("numbers as labels:", () => {
  const cases: readonly [said: string, labels: readonly string[], label: string | null][] = [
    ["-1", signs, "-1"],
    ["−1", signs, "-1"],
    ["–1", signs, "-1"],
    ["－１", signs, "-1"],
    ["1", signs, "1"],
    ["+1", signs, "1"],
    ["0", signs, "0"],
    ["-0", signs, "0"],
    ["1.0", signs, "1"],
    ["-1.0", signs, "-1"],
    ["**Label:** -1 (negative)", signs, "-1"],
    ["**Label:** 1 (positive)", signs, "1"],
    ["**-1**", signs, "-1"],
    ["`−1`", signs, "-1"],
    ["Label: -1", signs, "-1"],
    ["Label:-1.", signs, "-1"],
    ["The sentiment is -1, since the writer is angry.", signs, "-1"],
    ["(-1)", signs, "-1"],
    ['{"label": -1}', signs, "-1"],
    ['{"label": "−1"}', signs, "-1"],
    ['{"label": "+1"}', signs, "1"],
    ["minus 1", signs, "-1"],
    ["negative 1", signs, "-1"],
    ["1 or -1", signs, null],
    ["between -1 and 1", signs, null],
    // A list's mark, or a minus.
    ["- 1", signs, null],
    ["Label: - 1", signs, null],
    ["-1", ratings, null],
    ["−1", ratings, null],
    ["–1", ratings, null],
    ["Label: -1", ratings, null],
    ["minus 1", ratings, null],
    ["- 1", ratings, "1"],
    ["+1", ratings, "1"],
    ["0.5", ["0", "5"], null],
    [".5", ["0", "5"], null],
    ["0.5", ["0.5", "5"], "0.5"],
    [".5", ["0.5", "5"], "0.5"],
    ["Score: 0.50", ["0.5", "5"], "0.5"],
    ["5", ["0.5", "5"], "5"],
    ["1.5 stars", ["1", "1.5", "5"], "1.5"],
    ["The rating is 4.", ["1", "2", "3", "4", "5"], "4"],
    ["4 stars", ["1", "2", "3", "4", "5"], "4"],
    ["4/5", ["1", "2", "3", "4", "5"], null],
    ["1-5", ["1", "2", "3", "4", "5"], null],
    ["10", ["1", "0"], null],
    ["1,000", ["1", "0"], null],
    ["1 (confidence 0.9)", ["0", "1"], "1"],
    ["0 (confidence: 1)", ["0", "1"], "0"],
    ["0, 100 % sure", ["0", "100"], "0"],
    ["Confidence: 1", ["0", "1"], null],
    ["007", ["7", "8"], "7"],
    ["12345678901234567891", ["12345678901234567890", "1"], null],
    ["12345678901234567890", ["12345678901234567890", "12345678901234567891"], "12345678901234567890"],
    ["1", ["1", "1.0"], "1"],
    ["1.0", ["1", "1.0"], "1.0"],
    ["Label: 1.0", ["1", "1.0"], "1.0"],
    ["1.0 and 2", ["1.0", "2.0"], null],
    ["version v1.2", ["1", "2"], null],
    ["class 2", ["1", "2"], "2"],
    ["2.", ["1", "2"], "2"],
    ["10%", ["10", "10%"], "10%"],
    ["Label: 10%", ["10", "10%"], "10%"],
  ];
  it.each(cases)("%j of %j is %j", (said, labels, label) => {
    expect(parseAnswer(said, labels)).toEqual(label === null ? unparseable : { answer: [label] });
  });

  it("are read with their signs where there may be several", () => {
    expect(parseAnswers("-1\n1", signs)).toEqual({ answer: ["-1", "1"] });
    expect(parseAnswers("−1, 0", signs)).toEqual({ answer: ["-1", "0"] });
    expect(parseAnswers("[-1, 1]", signs)).toEqual({ answer: ["-1", "1"] });
    expect(parseAnswers("-1", ratings)).toEqual(unparseable);
    expect(parseAnswers("* 1\n* 0", signs)).toEqual({ answer: ["0", "1"] });
  });

  it("with one sign are never those with another", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 999, noNaN: true }).map((x) => Number(x.toPrecision(3))),
        fc.constantFrom("", "Label: ", "**", "The answer is ", "(", "`", "Label:", "> "),
        fc.constantFrom("-", "−", "–", "minus "),
        (size, before, sign) => {
          const [plus, minus] = [String(size), `-${size}`];
          expect(parseAnswer(`${before}${sign}${size}`, [plus, "other"])).toEqual(unparseable);
          expect(parseAnswer(`${before}${sign}${size}`, [minus, plus])).toEqual({ answer: [minus] });
          expect(parseAnswer(`${before}${size}`, [minus, plus])).toEqual({ answer: [plus] });
        },
      ),
    );
  });
});

describe("one label among words:", () => {
  const cases: readonly [said: string, labels: readonly string[], label: string | null][] = [
    ["billing\nbilling", shops, "billing"],
    ["Billing, billing", shops, "billing"],
    ["**billing**\n\nbilling", shops, "billing"],
    ["billing\ndelivery", shops, null],
    ["billing\nbilling\nbilling", shops, null],
    ["Label: **billing**", shops, "billing"],
    ["Category → billing", shops, "billing"],
    ["Category -> billing", shops, "billing"],
    ["Answer = billing", shops, "billing"],
    ["The answer is billing.", shops, "billing"],
    ["billing (confidence 0.9)", shops, "billing"],
    ["billing, 95% confident", shops, "billing"],
    ["```\nbilling\n```", shops, "billing"],
    ["```text\nbilling\n```", ["billing", "text"], "billing"],
    ["«billing»", shops, "billing"],
    ["„billing“", shops, "billing"],
    ["「billing」", shops, "billing"],
    ["‹billing›", shops, "billing"],
    ["1. billing", shops, "billing"],
    ["- billing", shops, "billing"],
    ["✅ billing", shops, "billing"],
    ["\\boxed{billing}", shops, "billing"],
    ["$\\boxed{\\text{billing}}$", shops, "billing"],
    ["\\boxed{\\text{text}}", ["text", "other"], "text"],
    ["It may be delivery. Final: \\boxed{billing}", shops, "billing"],
    ["It is about delivery. \\boxed{refund}", shops, null],
    ["<answer>billing</answer>", shops, "billing"],
    ["It may be delivery or account. <answer>billing</answer>", shops, "billing"],
    ["<answer>billing</answer> or rather delivery", shops, null],
    ["<label>billing</label>", shops, "billing"],
    ["billing\n\nExplanation: the delivery was fine, the bill was not.", shops, "billing"],
    ["Label: billing\nReason: it is not about an account, nor a delivery", shops, "billing"],
    ["billing\n\nBecause the delivery arrived.", shops, "billing"],
    ["billing\nReasoning: unclear\nLabel: delivery", shops, null],
    ["It could be delivery or billing.\nLabel: billing\nConfidence: high", shops, "billing"],
    ["It could be delivery or billing.\n### Answer\nbilling", shops, "billing"],
    ["It could be delivery or billing. So the correct label is billing.", shops, "billing"],
    ["It mentions delivery and billing, but the answer is not billing.", shops, null],
    ["I can't tell whether the label is billing", shops, null],
    ["This is about delivery.\nLabel: refund", shops, null],
    ["not billing but delivery", shops, null],
    ["billing, not delivery", shops, "billing"],
    ["billing rather than delivery", shops, null],
    ["billing/delivery", shops, null],
    ["neither billing nor delivery", shops, null],
    ["billing. It could also be delivery.", shops, null],
    ["{'label': 'billing'}", shops, "billing"],
    ["['billing']", shops, "billing"],
    ['{"label": "billing", "explanation": "no delivery"}', shops, "billing"],
    ['{"classification": "billing", "reason": "delivery is fine"}', shops, "billing"],
    ['{"result": {"category": "billing", "score": 0.9}}', shops, "billing"],
    ['{"label": "billing"}\n{"label": "billing"}', shops, "billing"],
    ['{"label": "billing"}\n{"label": "delivery"}', shops, null],
    ['{"billing": true, "delivery": false, "account": false}', shops, "billing"],
    ['{"billing": true, "delivery": true, "account": false}', shops, null],
    ['{"billing": false}', shops, null],
    ['{"billing": 0.9, "delivery": 0.1}', shops, null],
    ["no", yesNo, "no"],
    ["Label: no", yesNo, "no"],
    ["No, it is not.", yesNo, "no"],
    ["The answer is no.", yesNo, "no"],
    ["No label fits this text.", yesNo, null],
    ["yes and no", yesNo, null],
    ["other", ["billing", "other"], "other"],
    ["In other words, billing", ["billing", "other"], null],
    ["none", ["none", "billing"], "none"],
    ["None of the above", ["none", "billing"], "none"],
    ["Label: C++", ["C", "C++", "C#"], "C++"],
    ["The language is C++.", ["C", "C++", "C#"], "C++"],
    ["It is written in C#", ["C", "C++", "C#"], "C#"],
    ["It is written in C.", ["C", "C++", "C#"], "C"],
    ["Grade: A-", ["A", "A-", "A+"], "A-"],
    ["The grade is A+, well done", ["A", "A-", "A+"], "A+"],
    ["Label: :)", [":)", ":("], ":)"],
    ["card arrival", ["card", "card arrival", "arrival"], "card arrival"],
    ["The card arrival", ["card", "card arrival"], "card arrival"],
  ];
  it.each(cases)("%j of %j is %j", (said, labels, label) => {
    expect(parseAnswer(said, labels)).toEqual(label === null ? unparseable : { answer: [label] });
  });
});

describe("a label that is denied", () => {
  it.each([
    "This is anything but billing",
    "Label: anything but billing",
    "Everything except billing",
    "far from billing",
    "It is hardly billing",
    "billing is wrong",
    "The label billing does not apply",
    "billing doesn't fit",
    "the answer isnt billing",
    "billing is not correct",
    "Is it billing? No.",
    "rule out billing",
    "non-billing",
    "billing (unlikely)",
    "Wrong: billing",
    "Not applicable: billing",
    "Excluded labels: billing",
    "nicht billing",
    "kein billing",
    "ce n'est pas billing",
    "не billing",
    "不是billing",
    "billingではない",
    "billing değil",
    "❌ billing",
    "✗ billing",
    "[ ] billing",
    "~~billing~~",
    "billing: no",
    "billing=0 other=1",
    "billing = 0",
    "billing: no\ndelivery: no",
    "billing: yes\ndelivery: yes",
  ])("(%j) is no answer", (said) => {
    expect(parseAnswer(said, shops)).toEqual(unparseable);
  });

  it.each([
    ["nicht delivery, sondern billing", "billing"],
    ["This is not about delivery, it's about billing.", "billing"],
    ["No doubt: billing", "billing"],
    ["Without a doubt this is billing", "billing"],
    ["The parcel has not arrived → delivery", "delivery"],
    ["billing: 0.93", "billing"],
    ["not_billing", "not billing"],
    ["no problem", "no problem"],
    ["kein Problem", "kein Problem"],
    ["The label is no problem", "no problem"],
  ])("(%j) leaves the one that is said", (said, label) => {
    expect(parseAnswer(said, ["billing", "delivery", "not billing", "no problem", "kein Problem"])).toEqual({ answer: [label] });
  });
});

describe("an answer with more around it than a label:", () => {
  it.each([
    ["billing because the delivery was fine", "billing"],
    ["billing, because it is not a delivery", "billing"],
    ["Label: billing, since the delivery was fine", "billing"],
    ["billing=1, delivery=0", "billing"],
    ["billing: yes\ndelivery: no\naccount: no", "billing"],
    ["billing - yes, delivery - no", "billing"],
    ["☑ billing\n☐ delivery", "billing"],
    ["~~billing~~ delivery", "delivery"],
    // A model that goes on with examples of its own.
    ["billing\n\nText: Where is it?\nLabel: delivery", "billing"],
    ["Label: billing\n\nText: Where is it?\nLabel: delivery", "billing"],
    ["billing\n###\nInput: Where is it?\nOutput: delivery", "billing"],
    ["billing\n\nUser: Where is it?\nAssistant: delivery", "billing"],
    ["billing\n<text-1a2b3c>\nWhere is the delivery?\n</text-1a2b3c>\ndelivery", "billing"],
    ["Text: Where is my money?\nLabel: billing", "billing"],
    ["billing because I say so. The label is delivery", null],
    ["billing: 1, delivery: 1", null],
  ])("%j", (said, label) => {
    expect(parseAnswer(said, shops)).toEqual(label === null ? unparseable : { answer: [label] });
  });

  it("labels that look like marks are themselves", () => {
    expect(parseAnswer("a: yes", ["a: yes", "a: no"])).toEqual({ answer: ["a: yes"] });
    expect(parseAnswer("❌", ["❌", "✅"])).toEqual({ answer: ["❌"] });
    expect(parseAnswer("x ray", ["x ray", "ray"])).toEqual({ answer: ["x ray"] });
  });
});

describe("several labels among words:", () => {
  const labels = ["joy", "anger", "deep sadness"];
  const cases: readonly [said: string, labels: readonly string[] | null][] = [
    ['{"joy": true, "anger": false, "deep sadness": true}', ["joy", "deep sadness"]],
    ['{"joy": 1, "anger": 0, "deep_sadness": 1}', ["joy", "deep sadness"]],
    ['{"joy": "yes", "anger": "no"}', ["joy"]],
    ["{'joy': True, 'anger': False}", ["joy"]],
    ['{"joy": false, "anger": false, "deep sadness": false}', []],
    ['{"labels": {"joy": true, "anger": false}}', ["joy"]],
    ['[{"label": "joy", "applies": true}, {"label": "anger", "applies": false}]', ["joy"]],
    ['[{"label": "joy", "present": "yes"}, {"label": "anger", "present": "no"}]', ["joy"]],
    ['[{"label": "joy"}, {"label": "anger"}]', ["joy", "anger"]],
    ['[{"label": "joy", "confidence": 0.9}]', ["joy"]],
    ['Here it is: {"joy": true, "anger": false}', ["joy"]],
    ['These apply: ["joy", "anger"]', ["joy", "anger"]],
    ['```json\n{"labels": ["joy"]}\n```', ["joy"]],
    ["['joy', 'anger']", ["joy", "anger"]],
    ['{"joy": true, "boredom": true}', null],
    ['{"joy": 0.7, "anger": 0.2}', null],
    ["{}", null],
    ['{"first": "x", "second": "y"}', null],
    ["[]", []],
    ['{"labels": ["none"]}', []],
    ['{"labels": null}', []],
    ["joy: yes\nanger: no\ndeep sadness: yes", ["joy", "deep sadness"]],
    ["- **joy**: true\n- **anger**: false", ["joy"]],
    ["[x] joy\n[ ] anger", ["joy"]],
    ["✅ joy\n❌ anger", ["joy"]],
    ["joy: no\nanger: no", []],
    ["Labels: joy, anger", ["joy", "anger"]],
    ["**Labels:**\n- joy\n- anger", ["joy", "anger"]],
    ["The labels are joy and anger.", ["joy", "anger"]],
    ["joy and anger", ["joy", "anger"]],
    ["joy, anger, and deep sadness", ["joy", "anger", "deep sadness"]],
    ["Both joy and anger apply.", ["joy", "anger"]],
    ["joy & anger", ["joy", "anger"]],
    ["joy (0.9), anger (0.8)", ["joy", "anger"]],
    ["1. **joy**\n2. **anger**", ["joy", "anger"]],
    ["```\njoy\nanger\n```", ["joy", "anger"]],
    ["joy\nanger\n\nExplanation: not sadness", ["joy", "anger"]],
    ["<answer>\njoy\nanger\n</answer>", ["joy", "anger"]],
    ["<labels><label>joy</label><label>anger</label></labels>", ["joy", "anger"]],
    ['{"labels": "joy, anger"}', ["joy", "anger"]],
    ['{"labels": "joy; deep sadness"}', ["joy", "deep sadness"]],
    ['{"labels": "joy and anger"}', ["joy", "anger"]],
    ['{"labels": "joy or anger"}', null],
    ["joy=1, anger=0", ["joy"]],
    ["joy: yes, anger: no, deep sadness: yes", ["joy", "deep sadness"]],
    ["joy (yes), anger (no)", ["joy"]],
    ["joy ✓ anger ✗", null],
    ["joy -1", null],
    ["a) joy\nb) anger", ["joy", "anger"]],
    ["~~joy~~ anger", ["anger"]],
    ["joy\n\nText: What a day!\nLabels: anger", ["joy"]],
    ["None of the labels apply.", []],
    ["No labels apply", []],
    ["Labels: none", []],
    ["N/A", []],
    ["joy or anger", null],
    ["joy, but not anger", null],
    ["not joy", null],
    ["joy: low\nanger: high", null],
    ["some joy", null],
    ["joy\nnone", null],
  ];
  it.each(cases)("%j is %j", (said, expected) => {
    expect(parseAnswers(said, labels)).toEqual(expected === null ? unparseable : { answer: expected });
  });

  it("that hold separators or joining words are themselves", () => {
    const odd = ["food and drink", "travel", "books, films", "both"];
    for (const label of odd) expect(parseAnswers(label, odd)).toEqual({ answer: [label] });
    expect(parseAnswers("food and drink, travel", odd)).toEqual({ answer: ["food and drink", "travel"] });
    expect(parseAnswers("food and drink and travel", odd)).toEqual({ answer: ["food and drink", "travel"] });
  });
});

/** Ways to say one label. */
const one: readonly ((label: string) => string)[] = [
  (label) => label,
  (label) => ` ${label}.\n`,
  (label) => label.toUpperCase(),
  (label) => `"${label}"`,
  (label) => `'${label}'`,
  (label) => `**${label}**`,
  (label) => `«${label}»`,
  (label) => `„${label}“`,
  (label) => `『${label}』`,
  (label) => `\`${label}\``,
  (label) => `${label}\n${label}`,
  (label) => `Label: ${label}`,
  (label) => `Label: **${label}**`,
  (label) => `**Label:** ${label}`,
  (label) => `Final answer: ${label}.`,
  (label) => `Category → ${label}`,
  (label) => `The answer is ${label}.`,
  (label) => `I'd say this is ${label}.`,
  (label) => `${label} (confidence 0.9)`,
  (label) => `${label} - 95% sure`,
  (label) => `${label}\nConfidence: high`,
  (label) => `${label}\n\nExplanation: it says so.`,
  (label) => `\`\`\`\n${label}\n\`\`\``,
  (label) => `1. ${label}`,
  (label) => `- ${label}`,
  (label) => `### Answer\n${label}`,
  (label) => `\\boxed{${label}}`,
  (label) => `$\\boxed{\\text{${label}}}$`,
  (label) => `<answer>${label}</answer>`,
  (label) => `<think>Hm.</think>\n${label}`,
  (label) => JSON.stringify({ label }),
  (label) => JSON.stringify({ answer: label, reason: "it says so", confidence: 0.8 }),
  (label) => `\`\`\`json\n${JSON.stringify({ label })}\n\`\`\``,
  (label) => `Here it is: ${JSON.stringify({ label })}`,
  (label) => `{'label': '${label}'}`,
  (label) => `["${label}"]`,
  (label) => JSON.stringify({ [label]: true }),
];

/** Ways to name two. */
const two: readonly ((a: string, b: string) => string)[] = [
  (a, b) => `${a} or ${b}`,
  (a, b) => `${a} and ${b}`,
  (a, b) => `${a}, ${b}`,
  (a, b) => `${a}\n${b}`,
  (a, b) => `${a}/${b}`,
  (a, b) => `Label: ${a} or ${b}`,
  (a, b) => `Label: ${a}\nIt may be ${b} too.`,
  (a, b) => `The answer is ${a} or ${b}.`,
  (a, b) => `\\boxed{${a}} or \\boxed{${b}} or ${a}`,
  (a, b) => `not ${a} but ${b}`,
  (a, b) => `1. ${a}\n2. ${b}`,
  (a, b) => JSON.stringify({ label: [a, b] }),
  (a, b) => JSON.stringify({ [a]: true, [b]: true }),
  (a, b) => `${JSON.stringify({ label: a })} ${JSON.stringify({ label: b })}`,
  (a, b) => `${b}: ${JSON.stringify({ label: a })}`,
  (a, b) => `<think>Hm.</think>${a} ${b}`,
  (a, b) => `<answer>${a}</answer> ${b}`,
  (a, b) => `${a} (${b})`,
];

const wordLabels = fc.uniqueArray(fc.stringMatching(/^q[a-z]{2,7}([_ -]q[a-z]{1,6})?$/), {
  minLength: 2,
  maxLength: 6,
  selector: (label) => label.replace(/[_-]/g, " "),
});
const numberLabels = fc
  .uniqueArray(fc.integer({ min: -30, max: 30 }), { minLength: 2, maxLength: 6 })
  .map((all) => all.map(String));
const anyLabels = fc.oneof({ weight: 2, arbitrary: wordLabels }, numberLabels);

describe("any labels", () => {
  it("are read in every way to say one", () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), fc.constantFrom(...one), (labels, at, say) => {
        const label = labels[at % labels.length]!;
        // A mark of a list before a number is another number, or a minus; how sure one is may be a label.
        fc.pre(!/^-?\d/.test(label) || !/^1\. |^- |95/.test(say(label)));
        // Said twice it may be another one: "qa", of which there is "qa-qa".
        fc.pre(!labels.some((other) => other.replace(/[_-]/g, " ") === `${label} ${label}`.replace(/[_-]/g, " ")));
        expect(parseAnswer(say(label), labels)).toEqual({ answer: [label] });
      }),
      { numRuns: 1500 },
    );
  });

  it("of which two are named are no answer", () => {
    const apart = (a: string, b: string): boolean =>
      !a.replace(/[_-]/g, " ").includes(b.replace(/[_-]/g, " ")) && !b.replace(/[_-]/g, " ").includes(a.replace(/[_-]/g, " "));
    fc.assert(
      fc.property(anyLabels, fc.constantFrom(...two), (labels, say) => {
        const [a, b] = labels as [string, string];
        fc.pre(apart(a, b));
        expect(parseAnswer(say(a, b), labels)).toEqual(unparseable);
      }),
      { numRuns: 1500 },
    );
  });

  it("are read in every list of several", () => {
    const lists: readonly ((all: readonly string[]) => string)[] = [
      (all) => all.join("\n"),
      (all) => all.join(", "),
      (all) => all.map((label) => `* ${label}`).join("\n"),
      (all) => all.map((label) => `* **${label}**`).join("\n"),
      (all) => `Labels: ${all.join(", ")}`,
      (all) => `<think>Hm.</think>${all.join("\n")}`,
      (all) => JSON.stringify({ labels: all }),
      (all) => JSON.stringify(all.map((label) => ({ label, applies: true }))),
      (all) => JSON.stringify(Object.fromEntries(all.map((label) => [label, true]))),
      (all) => `They are ${JSON.stringify({ labels: all })}`,
    ];
    fc.assert(
      fc.property(anyLabels, fc.nat(), fc.constantFrom(...lists), (labels, many, say) => {
        const meant = labels.slice(0, 1 + (many % labels.length));
        expect(parseAnswers(say(meant), labels)).toEqual({ answer: meant });
      }),
      { numRuns: 800 },
    );
  });
});

describe("what a proxy says in place of an answer names no label:", () => {
  const faults = [
    "Error: account suspended",
    "Error 402: check your billing",
    "RateLimitError: the account has too many requests",
    "<html><body>Your account is locked</body></html>",
    "You exceeded your current quota, please check your plan and billing details.",
    "Your credit balance is too low to access the API. Go to billing to upgrade.",
    "Your account has been deactivated.",
    '{"error": "billing not active"}',
    '{"error": {"message": "billing not active"}}',
  ];
  it.each(faults)("%s", (said) => {
    expect(parseAnswer(said, shops)).toEqual(unparseable);
    expect(parseAnswers(said, shops)).toEqual(unparseable);
  });

  it("but labels that are called so do", () => {
    const labels = ["error", "warning"];
    expect(parseAnswer("Error: the disk is full", labels)).toEqual({ answer: ["error"] });
    expect(parseAnswers('{"error": true}', labels)).toEqual({ answer: ["error"] });
  });
});
