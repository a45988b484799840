import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { balancedRows, expectedShare, isKept, keepRule } from "../../../src/ship/distill/kept-rows.js";

const answer = (confidence: number | null, isRight: boolean) => ({ confidence, isRight });

describe("the rule by which answers are kept", () => {
  it("keeps all answers of one that is right as often as the small model", () => {
    const answers = [answer(0.9, true), answer(0.4, true), answer(0.3, false), answer(0.2, true)];
    expect(keepRule(answers, expectedShare(3, 4))).toEqual({ kind: "all", judged: 4, right: 3 });
    expect(isKept(null, { kind: "all", judged: 4, right: 3 })).toBe(true);
  });

  it("keeps from the lowest confidence on from which it is right as often", () => {
    // 20 sure answers of which 19 are right, 20 of which 12 are.
    const answers = [...Array(40).keys()].map((i) => (i < 20 ? answer(0.9, i !== 7) : answer(0.5, i % 5 < 3)));
    const rule = keepRule(answers, 0.85);
    expect(rule).toEqual({ kind: "from", confidence: 0.9, judged: 20, right: 19 });
    expect([0.89, 0.9, 1, null].map((confidence) => isKept(confidence, rule))).toEqual([false, true, true, false]);
  });

  it("takes answers of equal confidence together", () => {
    const answers = [answer(0.8, true), answer(0.8, true), answer(0.8, false), answer(0.8, false), answer(0.1, false)];
    // Two right ones among four that are as sure: neither may be kept without the others.
    expect(keepRule(answers, 0.6)).toEqual({ kind: "none" });
  });

  it("believes few right answers no more than the small model's many", () => {
    const three = [answer(0.99, true), answer(0.98, true), answer(0.97, true)];
    const answers = [...three, ...[...Array(30).keys()].map(() => answer(0.2, false))];
    // Of three that are all right, four of five are expected.
    expect(keepRule(answers, 0.79)).toMatchObject({ kind: "from", judged: 3 });
    expect(keepRule(answers, 0.81)).toEqual({ kind: "none" });
  });

  it("keeps nothing of one that is worse and does not tell how sure it is, and nothing of nobody", () => {
    expect(keepRule([answer(null, true), answer(null, false)], 0.9)).toEqual({ kind: "none" });
    expect(keepRule([], 0.6)).toEqual({ kind: "none" });
  });

  it("keeps answers that are right about as often as was asked for, where confidences are true", () => {
    const aims = [0.7, 0.8, 0.9].map((aim) => {
      let [right, kept, none] = [0, 0, 0];
      for (let task = 0; task < 200; task++) {
        const { uniform } = random(task, "keep");
        const draw = (rows: number) =>
          Array.from({ length: rows }, () => {
            const confidence = 0.4 + 0.6 * uniform();
            return answer(confidence, uniform() < confidence);
          });
        const rule = keepRule(draw(100), aim);
        if (rule.kind === "none") none++;
        for (const { confidence, isRight } of draw(100).filter(({ confidence }) => isKept(confidence, rule))) {
          kept++;
          if (isRight && confidence !== null) right++;
        }
      }
      // Of a hundred rows too few may be that sure, by chance.
      expect(none).toBeLessThan(30);
      return right / kept - aim;
    });
    // The most rows that seem good enough are a little luckier than others.
    for (const beyond of aims) expect(Math.abs(beyond)).toBeLessThan(0.03);
  });
});

describe("balanced rows", () => {
  const rows = (label: string, confidences: readonly number[]) =>
    confidences.map((confidence) => ({ labels: [label], confidence }));

  it("lose the least sure ones of a label that has more than its share, and none of the others", () => {
    const given = [...rows("a", [0.5, 0.9, 0.8, 0.7, 0.6, 0.95, 0.55, 0.85]), ...rows("b", [0.4, 0.3])];
    const kept = balancedRows(given, [["a"], ["b"]], false);
    expect(kept).toEqual([...rows("a", [0.9, 0.8, 0.7, 0.95, 0.85]), ...rows("b", [0.4, 0.3])]);
  });

  it("keep the shares of a task whose labels are unequal, and one row of a label that no person gave", () => {
    const given = [...rows("ham", Array(87).fill(0.9)), ...rows("spam", Array(12).fill(0.8)), ...rows("new", [0.2])];
    const human = [...Array(9).fill(["ham"]), ["spam"]] as string[][];
    const kept = balancedRows(given, human, false);
    expect(kept.filter(({ labels: [label] }) => label === "spam")).toHaveLength(10);
    expect(kept.filter(({ labels: [label] }) => label === "ham")).toHaveLength(87);
    expect(kept.filter(({ labels: [label] }) => label === "new")).toHaveLength(1);
  });

  it("with several labels stay as they are", () => {
    const given = [
      { labels: ["a", "b"], confidence: 0.9 },
      { labels: [], confidence: 0.8 },
    ];
    expect(balancedRows(given, [["a"], []], true)).toEqual(given);
  });
});
