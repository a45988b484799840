import { describe, expect, it } from "vitest";
import { confidenceOf } from "../../../src/prompt/scoring/confidence.js";
import { scored } from "../../../src/prompt/scoring/scored.js";
import { said, token } from "./tokens.js";

const task = { labels: ["ham", "spam"], aliases: {}, isMultiLabel: false };

describe("an answer with scores", () => {
  it("is as sure as its label is likely", () => {
    const { answer, scores, confidence } = scored(said(token("spam", 0.6, { ham: 0.2 })), { answer: ["spam"] }, task);
    expect(answer).toEqual(["spam"]);
    expect(scores!["spam"]).toBeCloseTo(0.75, 9);
    expect(confidence).toEqual({ value: scores!["spam"], source: "logprob" });
  });

  it("is the likeliest label, also where another one was said, which is then kept", () => {
    const drawn = said(token("spam", 0.2, { ham: 0.6 }));
    expect(scored(drawn, { answer: ["spam"] }, task)).toMatchObject({
      answer: ["ham"],
      rawAnswer: "spam",
      confidence: { value: expect.closeTo(0.75, 9) },
    });
  });

  it("keeps to what was said where two are equally likely", () => {
    expect(scored(said(token("spam", 0.5, { ham: 0.5 })), { answer: ["spam"] }, task).answer).toEqual(["spam"]);
  });

  it("is turned by a prior that leans to what was said", () => {
    const leaning = scored(said(token("spam", 0.6, { ham: 0.4 })), { answer: ["spam"] }, task, { ham: 0.2, spam: 0.8 });
    // 0.4 / 0.2 = 2 against 0.6 / 0.8 = 0.75.
    expect(leaning.answer).toEqual(["ham"]);
    expect(leaning.scores!["ham"]).toBeCloseTo(2 / 2.75, 9);
    expect(leaning.confidence!.value).toBeCloseTo(2 / 2.75, 9);
  });

  it("of several labels has a confidence only", () => {
    const several = said(token("ham", 0.5), token("\n", 0.9), token("spam", 0.8));
    expect(scored(several, { answer: ["ham", "spam"] }, { ...task, isMultiLabel: true })).toEqual({
      answer: ["ham", "spam"],
      confidence: { value: expect.closeTo(0.36, 9), source: "logprob" },
    });
  });

  it("that states its confidence has that where there are no log-probabilities", () => {
    const text = '{"label":"spam","confidence":85}';
    expect(scored({ text }, { answer: ["spam"] }, task)).toEqual({
      answer: ["spam"],
      confidence: { value: 0.85, source: "stated" },
    });
    expect(scored({ text: "spam" }, { answer: ["spam"] }, task)).toEqual({ answer: ["spam"] });
  });

  it("stays a failure where nothing could be read", () => {
    const failed = { answer: null, failure: "unparseable" as const, rawAnswer: "Well" };
    expect(scored(said(token("Well", 0.5, { spam: 0.5 })), failed, task)).toEqual(failed);
  });
});

describe("the source of a confidence", () => {
  it("is log-probabilities before votes before the model's own word", () => {
    expect(confidenceOf({ stated: 0.9, votes: 0.6, logprob: 0.7 })).toEqual({ value: 0.7, source: "logprob" });
    expect(confidenceOf({ stated: 0.9, votes: 0.6, logprob: null })).toEqual({ value: 0.6, source: "votes" });
    expect(confidenceOf({ stated: 0, votes: Number.NaN })).toEqual({ value: 0, source: "stated" });
    expect(confidenceOf({ stated: 1.01 })).toBeUndefined();
    expect(confidenceOf({})).toBeUndefined();
  });
});
