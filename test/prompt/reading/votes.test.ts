import { describe, expect, it } from "vitest";
import { majority, type Vote } from "../../../src/prompt/reading/votes.js";

const votes = (...answers: (string | null)[]): Vote[] =>
  answers.map((answer) => (answer === null ? { answer: null, failure: "unparseable" } : { answer: answer.split("+") }));

describe("the majority", () => {
  it("is the answer with the most votes, with its share as confidence", () => {
    expect(majority(votes("a", "b", "b", "b", "a"))).toEqual({ answer: ["b"], confidence: { value: 0.6, source: "votes" } });
    expect(majority(votes("a"))).toEqual({ answer: ["a"], confidence: { value: 1, source: "votes" } });
  });

  it("is, of answers with equally many votes, the one that came first", () => {
    expect(majority(votes("b", "a", "a", "b", "c")).answer).toEqual(["b"]);
    expect(majority(votes("c", "a", "b")).answer).toEqual(["c"]);
    // First among all, not among the tied.
    expect(majority(votes("c", "a", "b", "b", "a")).answer).toEqual(["a"]);
  });

  it("leaves out samples without an answer, which make it less sure", () => {
    expect(majority(votes(null, "a", null, "a", "b"))).toMatchObject({ answer: ["a"], confidence: { value: 0.4 } });
  });

  it("counts a set of labels as a whole", () => {
    expect(majority(votes("a+b", "a", "a+b", "b", "a"))).toMatchObject({ answer: ["a", "b"], confidence: { value: 0.4 } });
  });

  it("has no answer, and no confidence, where no sample has one", () => {
    expect(majority([{ answer: null, failure: "refused" }, ...votes(null, null)])).toEqual({ answer: null, failure: "refused" });
  });
});
