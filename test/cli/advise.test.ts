/** @file `crossover advise`: an interview in a terminal, flags elsewhere. */
import { describe, expect, test } from "vitest";
import { nothingTold } from "../../src/advise/priors/situation.js";
import { interview } from "../../src/cli/situation-questions.js";
import { crossover } from "./cli.js";

describe("crossover advise", () => {
  test("in a pipe takes what flags tell, says what was not told, and calls it a prior", async () => {
    const { out, code } = await crossover(["advise", "--labels", "500", "--classes", "8", "--requests-per-month", "100000"]);
    expect(code).toBe(0);
    expect(out).toContain("A prior from published results, not a measurement.");
    expect(out).toContain("Not told: kind of task");
    expect(out).toContain("crossover run FILE --llm");
    expect(out).toContain("--requests-per-month 100000");
    expect(out).toMatch(/arXiv:2402\.12819/);
  });

  test("as JSON has findings, sources and commands, and says that nothing was measured", async () => {
    const { out } = await crossover(["advise", "--labels", "500", "--private", "--no-local-llm", "--json"]);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({ isMeasured: false, verdict: { kind: "only-tune" }, situation: { isPrivate: true } });
    expect(report["sources"]).not.toHaveLength(0);
  });

  test("refuses answers that cannot be, in a sentence", async () => {
    const { err, code } = await crossover(["advise", "--labels", "500", "--labels-possible", "10"]);
    expect([code, err]).toEqual([2, expect.stringContaining("--labels-possible is 10")]);
    expect((await crossover(["advise", "--labels", "many"])).code).toBe(2);
    expect((await crossover(["advise", "--task", "cooking"])).code).toBe(2);
  });

  test("asks again where an answer can't be read, skips on an empty one, and stops where nobody answers", async () => {
    const answers = ["intents", "eight", "8", "", "1000"];
    const said: string[] = [];
    const asked: string[] = [];
    const ask = async (question: string): Promise<string | undefined> => {
      asked.push(question);
      return answers.shift();
    };
    const situation = await interview({}, ask, (text) => void said.push(text));
    expect(situation).toEqual({ ...nothingTold, task: "intents", classes: 8, labelsPossible: 1000 });
    expect(said).toEqual([expect.stringContaining('"eight" is no answer here')]);
    expect(asked).toHaveLength(6);
  });
});
