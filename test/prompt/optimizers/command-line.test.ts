import { expect, it } from "vitest";
import { crossover, emptyFolder } from "../../cli/cli.js";

const plan = async (...words: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  const given = ["run", "examples/support-tickets.csv", "--runs", await emptyFolder(), "--dry-run", "--llm", "openai:gpt-5-mini"];
  return crossover([...given, ...words]);
};
/** The line of the plan for an approach, as its words. */
const lineOf = (out: string, name: string): readonly string[] | undefined =>
  out
    .split("\n")
    .find((line) => line.startsWith(name))
    ?.split(/\s+/);

it("plans a search where one of its options is given or it is named, with its calls, and otherwise none", async () => {
  expect(lineOf((await plan()).out, "prompt:optimized")).toBeUndefined();
  const named = await plan("--approaches", "prompt:optimized");
  expect(named.code).toBe(0);
  expect(lineOf(named.out, "prompt:optimized")!.slice(0, 3)).toEqual(["prompt:optimized@openai:gpt-5-mini", "188", "2,188"]);
  const limited = await plan("--approaches", "prompt:optimized", "--optimizer", "gepa", "--optimizer-calls", "500");
  expect(lineOf(limited.out, "prompt:optimized")![2]).toBe("688");
  const beside = await plan("--optimizer-time", "10m");
  expect(lineOf(beside.out, "prompt:zero-shot")).toBeDefined();
  expect(lineOf(beside.out, "prompt:optimized")).toBeDefined();
});

it.each([
  [["--optimizer", "mipro"], /mipro[\s\S]*miprov2/],
  [["--optimizer-calls", "0"], /--optimizer-calls is "0"; it must be a whole number of at least 1/],
  [["--optimizer-usd", "-1"], /--optimizer-usd is "-1"/],
  [["--optimizer-time", "soon"], /--optimizer-time is "soon"; it must be a time with its unit/],
])("refuses %j", async (words, message) => {
  const { code, err } = await plan(...words);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
