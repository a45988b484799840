/** @file Which labels a prompt offers, and what either way costs, told before anything is asked. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crossover, emptyFolder } from "./cli.js";

const labels = Array.from({ length: 70 }, (_, i) => `topic-${i}-with-a-name-of-some-length`);
let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = join(folder, "topics.csv");
  const rows = labels.flatMap((label, i) =>
    [0, 1, 2, 3].map((j) => `word${i} and number${j} of thing${(i * 7 + j) % 50},${label}`),
  );
  await writeFile(data, `text,label\n${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function plan(...options: string[]) {
  const { code, out, err } = await crossover(["run", data, "--dry-run", "--runs", join(folder, "runs"), ...options]);
  expect(code, err).toBe(0);
  return out.replace(/\s+/g, " ");
}
const tokensOf = (out: string, way: string): number =>
  Number(new RegExp(`prompt:${way}@openai:gpt-5-mini [\\d,]+ [\\d,]+ ([\\d,]+)`).exec(out)![1]!.replaceAll(",", ""));
const llm = ["--llm", "openai:gpt-5-mini"];

describe("--labels-in-prompt", () => {
  it("is priced in a plan, the way that is chosen and the others", async () => {
    const auto = await plan(...llm);
    const all = await plan(...llm, "--labels-in-prompt", "all");
    const short = await plan(...llm, "--labels-in-prompt", "shortlist");
    // Prompts without a search for examples list all 70 labels either way.
    expect(tokensOf(auto, "zero-shot")).toBe(tokensOf(all, "zero-shot"));
    expect(tokensOf(all, "nearest")).toBeGreaterThan(1.5 * tokensOf(auto, "nearest"));
    expect(tokensOf(short, "nearest")).toBe(tokensOf(auto, "nearest"));
    expect(tokensOf(short, "zero-shot")).toBeLessThan(tokensOf(auto, "zero-shot"));
    const price = (out: string): string => /Asking openai:gpt-5-mini costs (\S+) as planned/.exec(out)![1]!;
    expect(auto).toContain(`${price(all)} with all 70 labels in each prompt (--labels-in-prompt all)`);
    expect(auto).toContain(`${price(short)} with a shortlist of 25 in each (--labels-in-prompt shortlist).`);
    expect(all).not.toContain("(--labels-in-prompt all)");
    expect(price(all)).not.toBe(price(short));
  });

  it("says nothing of a choice that there is not", async () => {
    const few = join(folder, "few.csv");
    await writeFile(few, `text,label\n${[..."abcdefghij"].map((word, i) => `word ${word},${i % 2 ? "x" : "y"}`).join("\n")}\n`);
    const { out } = await crossover(["run", few, "--dry-run", "--runs", join(folder, "runs"), ...llm]);
    expect(out).not.toContain("--labels-in-prompt");
  });

  it("makes a shortlist where the window has no room for all labels, and says the numbers", async () => {
    const prices = join(folder, "prices.json");
    const price = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };
    await writeFile(prices, JSON.stringify({ "gpt-5-mini": { ...price, max_input_tokens: 1000 } }));
    const out = await plan(...llm, "--labels-in-prompt", "all", "--prices", prices);
    expect(out).toMatch(
      /openai:gpt-5-mini reads 1,000 tokens, of which a list of labels may take half: all 70 labels take about 5,\d{3}, with room for the answer, so each text is asked about with the 25 that are nearest to it\./,
    );
  });

  it("is refused with what it may be", async () => {
    const { code, err } = await crossover(["run", data, "--labels-in-prompt", "some"]);
    expect(code).toBe(2);
    expect(err).toMatch(/--labels-in-prompt.*auto, all, shortlist/s);
  });
});
