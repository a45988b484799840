import { describe, expect, it } from "vitest";
import { readCompletion } from "../../../src/prompt/reading/read-completion.js";

const task = { labels: ["ham", "spam", "other offer"], aliases: { spam: ["junk"] }, isMultiLabel: false };
const read = (text: string, isMultiLabel = false): readonly string[] | string =>
  ((parsed) => parsed.answer ?? parsed.failure!)(readCompletion({ text, finish: "stop" }, { ...task, isMultiLabel }, "reasoned"));

describe("a reasoned answer", () => {
  it.each([
    ["It looks like spam, but it is from a friend.\nLabel: ham", ["ham"]],
    ["It has a prize in it, so ham is unlikely.\n\n**Label:** spam.", ["spam"]],
    ["Label: ham would be wrong, since it sells something.\nLabel: spam", ["spam"]],
    ["Thoughts.\nFinal answer: Junk", ["spam"]],
    ["Thoughts.\nLabel:\nother offer", ["other offer"]],
    ["It could be ham or spam.\nother offer", ["other offer"]],
    ["spam", ["spam"]],
    ["<think>spam or ham?\nLabel: ham</think>\nLabel: spam", ["spam"]],
    ['{"reasoning": "not spam, a friend", "label": "ham"}', ["ham"]],
    ['```json\n{"reasoning": "x", "label": "spam"}\n```', ["spam"]],
  ])("is what stands at the end of %j", (text, answer) => {
    expect(read(text)).toEqual(answer);
  });

  it.each([
    // A label in the thoughts is not an answer.
    "This is clearly spam.\nLabel: prize",
    "This is clearly spam.\nI am not allowed to say more.",
    '{"reasoning": "spam"}',
    '{"reasoning": "it is spam", "label": "prize"}',
    "Label: ham\nThinking again.\nLabel: ham or spam",
    "",
  ])("is none in %j", (text) => {
    expect(read(text)).toBe("unparseable");
  });

  it.each([
    ["Two things at once.\nLabels:\nham\nspam", ["ham", "spam"]],
    ["It is not spam.\nLabels: ham", ["ham"]],
    ["Nothing fits.\nLabels:\nnone", []],
    ['{"reasoning": "not spam", "labels": ["ham", "other offer"]}', ["ham", "other offer"]],
    ['{"reasoning": "nothing fits", "labels": []}', []],
    ["ham\nspam", ["ham", "spam"]],
  ])("of several labels is what follows in %j", (text, answer) => {
    expect(read(text, true)).toEqual(answer);
  });

  it("of several labels is none where thoughts follow, or no line says where it begins", () => {
    expect(read("Labels:\nham\nor perhaps not", true)).toBe("unparseable");
    expect(read("It is about ham.\nham", true)).toBe("unparseable");
  });

  it("keeps the thoughts in its word-for-word answer", () => {
    const { rawAnswer } = readCompletion({ text: "A friend.\nLabel: ham", finish: "stop" }, task, "reasoned");
    expect(rawAnswer).toBe("A friend.\nLabel: ham");
  });

  it("is truncated where it was cut off, whatever it had said", () => {
    expect(readCompletion({ text: "A friend.\nLabel: ham", finish: "length" }, task, "reasoned").failure).toBe("truncated");
  });
});
